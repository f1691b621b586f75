"""The `outreach` command: what a person at a terminal can ask for.

Exit 0 done, 1 the answer is no, 2 bad usage or bad input: one line per fault on stderr, no traceback.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import InterfaceError, OperationalError

from outreach import bootstrap, logs, operating, wire
from outreach.campaigns import Loaded, load_rulebooks
from outreach.core.gate import judge as judge_ask
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import ConfigError, OutreachError
from outreach.operating import DEMO, told
from outreach.store.database import Database, explain_failure

FOLDERS = ("campaigns", "templates", "config")
SHIPPED = Path(__file__).parent / "shipped"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="outreach")
def cli() -> None:
    """Outreach: lawful reminders by SMS and call, on a case log that proves it."""


def _database() -> Database:
    return bootstrap.open_database(bootstrap.environment_settings().database_url)


def _progress(label: str) -> Callable[[int, int], None]:
    """A progress bar on a terminal, nothing elsewhere."""
    state: dict[str, Any] = {}

    def show(done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        bar = state.setdefault("bar", click.progressbar(length=max(total, 1), label=label, file=sys.stderr))
        bar.update(done - bar.pos)
        if done >= total:
            bar.render_finish()

    return show


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
def init(folder: Path) -> None:
    """Lay campaigns/, templates/ and config/ into FOLDER (default: here)."""
    source = SHIPPED if SHIPPED.is_dir() else Path(__file__).parents[1]
    standing = [name for name in FOLDERS if (folder / name).exists()]
    if standing:
        raise ConfigError(
            f"{folder}: {', '.join(standing)} already here, expected an empty folder; nothing was written"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name in FOLDERS:
        shutil.copytree(source / name, folder / name, ignore=shutil.ignore_patterns(".keep"))
    click.echo(f"campaigns/, templates/ and config/ laid into {folder.resolve()}; next: outreach check")


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON lines.")
def check(as_json: bool) -> None:
    """Check config, rulebooks, campaigns and templates against each other."""
    from outreach.checking import check_all

    found = check_all(bootstrap.environment_settings().root)
    for fault in found.faults:
        line = {"file": fault.file, "line": fault.line, "column": fault.column, "what": fault.what}
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else str(fault), err=not as_json)
    if found.faults:
        sys.exit(1)
    if not as_json:
        click.echo(found.summary)


@cli.command(name="import")
@click.argument("book", type=click.Path(path_type=Path))
@click.option("--payments", is_flag=True, help="BOOK is a file of payments.")
@click.option(
    "--processes", type=click.IntRange(1, 2), help="On PostgreSQL; default: 2 for a large book on many cores."
)
@click.option("--json", "as_json", is_flag=True)
def import_(book: Path, payments: bool, processes: int | None, as_json: bool) -> None:
    """Load or update the book (or payments) from a CSV file. Rejected rows go into a file beside it."""
    from outreach.book import import_book, import_payments

    settings = bootstrap.environment_settings()
    db, now = bootstrap.open_database(settings.database_url), bootstrap.clock(settings).now()
    show = _progress("import")
    if payments:
        rules = bootstrap.policy(bootstrap.read_config(settings.root))
        outcome: Any = import_payments(db, book, now, rules, progress=show)
    else:
        outcome = import_book(db, book, now, progress=show, processes=processes)
    counts = {name: getattr(outcome, name) for name in outcome.__dataclass_fields__}
    if as_json:
        click.echo(json.dumps(counts, default=str))
    else:
        click.echo(
            ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counts.items() if value is not None)
        )


def _lines() -> Iterator[tuple[int, bytes]]:
    """The lines of stdin that say anything, each with its number."""
    return ((number, line) for number, line in enumerate(sys.stdin.buffer, 1) if line.strip())


@cli.command()
@click.option("--rulebooks", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of rulebooks.")
@click.option("--law-only", is_flag=True, help="Leave company policy out.")
def judge(rulebooks: Path | None, law_only: bool) -> None:
    """Asks on stdin, verdicts on stdout, one JSON object a line, in order."""
    books = _law(rulebooks, law_only=law_only)

    def answer(line: bytes) -> dict[str, Any]:
        asked = wire.parse_ask(line)
        return wire.verdict_json(judge_ask(asked.ask, books, asked.now, law_only=law_only), asked)

    _answer_lines(answer)


def _law(folder: Path | None = None, root: Path | None = None, *, law_only: bool = False) -> Rulebooks:
    """The rulebooks of `folder`, else of the deployment in `root` (default: here), else those shipped.

    Where only the law is asked for, nothing is adopted: a folder of law alone need not have the policies of the deployment.
    """
    root = root or bootstrap.environment_settings().root
    adopts = not law_only and (root / bootstrap.CONFIG).exists()
    adopted = bootstrap.read_config(root).adopt if adopts else {}
    return load_rulebooks(folder or _rulebooks(root), adopted)


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ConfigError(f"--at: {text!r} is no instant, expected one like 2027-03-15T08:00:01-04:00")
    return at.astimezone(UTC)


def _rulebooks(root: Path) -> Path:
    here = root / "config" / "rulebooks"
    if here.is_dir():
        return here
    source = SHIPPED if SHIPPED.is_dir() else Path(__file__).parents[1]
    return source / "config" / "rulebooks"


@cli.command(name="read-reply")
def read_reply() -> None:
    """Replies on stdin, intents on stdout, one JSON object a line, in order."""
    from outreach import labelled  # the reader takes a while to load, and other commands read nothing

    def answer(line: bytes) -> dict[str, Any]:
        asked = wire.parse_reply(line)
        return wire.intent_json(labelled.read(asked), asked)

    _answer_lines(answer)


@cli.group(name="replies")
def replies_group() -> None:
    """How well replies are read."""


@replies_group.command(name="score")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--misses", is_flag=True, help="Name every reply that was missed, and how.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def replies_score(files: tuple[Path, ...], misses: bool, as_json: bool) -> None:
    """Read labelled replies (one JSON object a line, with `want`) and say how many were read right."""
    from outreach import labelled

    found = labelled.score([one for file in files for one in labelled.read_labelled(file)])
    if as_json:
        click.echo(json.dumps(labelled.as_json(found)))
        return
    for line in labelled.table(found):
        click.echo(line)
    for line in labelled.misses(found) if misses else ():
        click.echo(line)


@replies_group.command(name="export")
def replies_export() -> None:
    """Replies whose meaning a person gave in the inbox, one JSON object a line: what `replies score` reads.

    They hold debtors' own words: keep the file as you keep the book.
    """
    from outreach.store.examples import examples

    with bootstrap.open_database(told().database_url).read() as connection:
        for example in examples(connection):
            click.echo(json.dumps(example, ensure_ascii=False))


def _answer_lines(answer: Callable[[bytes], dict[str, Any]]) -> None:
    """Answer each line; a line that can't be read is named on stderr, answered as an error, and makes the exit 2."""
    failed = False
    for number, line in _lines():
        try:
            told = answer(line)
        except wire.AskError as error:
            failed = True
            what = str(error).encode("utf-8", "backslashreplace").decode("utf-8")
            click.echo(f"<stdin>:{number}:1: {what}", err=True)
            told = {"id": wire.id_of(line), "error": what}
        click.echo(_json_line(told))
    if failed:
        sys.exit(2)


def _json_line(told: dict[str, Any]) -> str:
    said = json.dumps(told, ensure_ascii=False, default=str)
    return said if said.isprintable() else json.dumps(told, default=str)  # halves of characters can't be written


@cli.command()
@click.argument("ref")
@click.option("--json", "as_json", is_flag=True)
def case(ref: str, as_json: bool) -> None:
    """A case and its log. REF is the loan reference."""
    from outreach.casewords import page
    from outreach.store.reading import read_case

    found = read_case(bootstrap.open_database(told().database_url), ref)
    if found is None:
        raise OutreachError(f"no case {ref!r}, expected a loan reference of the book")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    for line in page(found):
        click.echo(line)


@cli.command()
@click.argument("ref")
@click.option("--channel", type=click.Choice(["sms", "call"]), help="Only this one.")
@click.option("--at", "at_", help="As of this instant (RFC 3339 with an offset); default now.")
@click.option("--json", "as_json", is_flag=True)
def explain(ref: str, channel: str | None, at_: str | None, as_json: bool) -> None:
    """When the debtor of case REF may next be contacted, why not now, and what would change it."""
    from outreach import explained

    settings = told()
    db = bootstrap.open_database(settings.database_url)
    at = _instant(at_) if at_ else bootstrap.simulated_now(db) or bootstrap.clock(settings).now()
    found = explained.explain(db, _law(root=settings.root), ref, at, channel)
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else explained.words(found))


@cli.command()
@click.option("--json", "as_json", is_flag=True)
def rulebooks(as_json: bool) -> None:
    """What is law, what is policy, what is missing, what needs counsel."""
    from outreach import explained

    found = explained.listing(_law())
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else explained.listing_words(found))


@cli.command()
@click.option("--from", "from_", type=click.DateTime(["%Y-%m-%d"]), help="First day (UTC).")
@click.option("--to", type=click.DateTime(["%Y-%m-%d"]), help="Last day (UTC).")
@click.option("--json", "as_json", is_flag=True)
def audit(from_: datetime | None, to: datetime | None, as_json: bool) -> None:
    """Verify the case log: numbering and hash chain. Exit 1 on any finding."""
    from outreach.audit import audit as verify

    findings = verify(bootstrap.open_database(told().database_url), from_, to, progress=_progress("audit"))
    for finding in findings:
        click.echo(json.dumps(finding, default=str) if as_json else str(finding))
    if findings:
        sys.exit(1)
    if not as_json:
        click.echo("the case log is whole: every event numbered, chained and unaltered")


@cli.command(name="export-proof")
@click.argument("ref")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; default: to the screen.")
def export_proof(ref: str, out: Path | None) -> None:
    """The log of case REF with its permits, law and seals; anybody can check it with verify_proof.py."""
    from outreach import proof

    text = json.dumps(
        proof.export_proof(bootstrap.open_database(told().database_url), ref), ensure_ascii=False, indent=1
    )
    if out is None:
        click.echo(text)
        return
    script = out.with_name("verify_proof.py")
    try:
        out.write_text(text, encoding="utf-8")
        shutil.copy(Path(proof.__file__).with_name("verify_proof.py"), script)
    except OSError as error:
        raise OutreachError(f"--out: {out} cannot be written: {error.strerror}") from None
    click.echo(f"{out} written, and {script}: python3 {script} {out}")


@cli.command()
@click.argument("debtor")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(debtor: str, yes: bool) -> None:
    """Forget a person (DEBTOR: the debtor_ref) and keep the proof."""
    from outreach.erase import erase as forget

    if not yes:
        click.confirm(f"forget everything personal about {debtor} for good?", abort=True)
    settings = told()
    forget(bootstrap.open_database(settings.database_url), debtor, bootstrap.clock(settings).now())
    click.echo(f"{debtor} is forgotten; the case log still verifies (outreach audit)")


@cli.group()
def user() -> None:
    """People who may sign in to the console."""


@user.command(name="add")
@click.argument("name")
@click.option("--role", type=click.Choice(["supervisor", "agent", "compliance"]), default="supervisor")
@click.password_option()
def user_add(name: str, role: str, password: str) -> None:
    """Let NAME sign in to the console."""
    from outreach.console import create_user

    create_user(_database(), name, password, role)
    click.echo(f"{name} may sign in as {role}")


@cli.command()
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--skip-preflight", is_flag=True, help="Start in spite of what preflight finds.")
def run(config: Path | None, host: str, port: int, skip_preflight: bool) -> None:
    """Production: scheduler, dispatcher and web in one command."""
    from outreach.production import Parts, serve

    serve(host, port, config, Parts(preflight=not skip_preflight))


@cli.command()
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def web(config: Path | None, host: str, port: int) -> None:
    """The web part alone: webhooks and console."""
    from outreach.production import Parts, serve

    serve(host, port, config, Parts(worker=False, preflight=False))


@cli.command()
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--skip-preflight", is_flag=True, help="Start in spite of what preflight finds.")
def worker(config: Path | None, skip_preflight: bool) -> None:
    """The worker alone: scheduler and dispatcher. The web part is to run already."""
    from outreach.production import Parts, serve

    serve("", 0, config, Parts(web=False, preflight=not skip_preflight))


@cli.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), default=DEMO, show_default=True)
@click.option("--seconds-per-day", default=20.0, show_default=True, help="How fast the simulated clock runs.")
@click.option("--days", default=0.0, help="Stop after so many simulated days, or parts of one (0: never).")
@click.option("--no-browser", is_flag=True)
@click.option("--fresh", is_flag=True, help="Forget an earlier demo and begin anew.")
def demo(port: int, folder: Path, seconds_per_day: float, days: float, no_browser: bool, fresh: bool) -> None:
    """Everything on this machine, no account needed: sample book, simulated carrier and debtors, fast clock."""
    from outreach.demo import run_demo

    run_demo(port, folder, seconds_per_day, days=days, browser=not no_browser, fresh=fresh)


for command in operating.COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command; every fault is one line on stderr."""
    try:
        logs.configure(bootstrap.log_as_json(os.environ))
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except OutreachError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except (OperationalError, InterfaceError) as error:
        click.echo(str(explain_failure(error, bootstrap.environment_settings().database_url)), err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)


__all__ = ["Loaded", "cli", "main"]

if __name__ == "__main__":
    main()
