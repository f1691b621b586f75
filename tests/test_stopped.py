"""`outreach stop` as who runs it types it, while workers in processes of their own are sending as fast as they can."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import select

from outreach.store.database import Database
from outreach.store.tables import switches
from tests.test_run import SENDER, Stand, database, one_text_due, stand  # noqa: F401 - two of them are fixtures

TEXTS = 900
WITHIN = timedelta(seconds=1)


def many_texts_due(stand: Stand, per_second: int = 500) -> list[str]:  # noqa: F811
    """As `one_text_due`, for so many debtors, and a fast carrier. Their numbers."""
    one_text_due(stand)
    config = stand.folder / "config" / "outreach.yaml"
    text = config.read_text(encoding="utf-8")
    assert "sms_per_second: 10" in text
    config.write_text(text.replace("sms_per_second: 10", f"sms_per_second: {per_second}"), encoding="utf-8")
    head, first = (stand.folder / "book.csv").read_text(encoding="utf-8").splitlines()
    one = stand.place[3]
    numbers = [number for n in range(TEXTS) if (number := f"{one[:-3]}{n:03d}") not in (one, SENDER)]
    rows = [
        first.replace("D1,", f"M{n},").replace(one, number).replace(",L1,", f",N{n},")
        for n, number in enumerate(numbers)
    ]
    (stand.folder / "book.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    done = stand.outreach("import", "book.csv")
    assert done.returncode == 0, done.stdout + done.stderr
    for number in (one, *numbers):
        stand.simulator.assign(number, "never_answers")
    return numbers


def thrown(stand: Stand) -> datetime:  # noqa: F811
    db = Database(stand.environment.get("OUTREACH_DATABASE_URL") or f"sqlite:///{stand.folder}/data/outreach.db")
    try:
        with db.read() as connection:
            return connection.execute(select(switches.c.stopped_at)).scalar_one()
    finally:
        db.close()


def test_with_two_workers_sending_nothing_more_leaves_within_a_second(database: Stand) -> None:  # noqa: F811
    numbers = many_texts_due(database, per_second=150)  # so that starting `outreach stop` is no race on a busy machine
    made = database.simulator.exchange.world.messages
    database.start("web", "--port", str(database.port))
    database.until(lambda: "at work (web)" in database.log())
    database.start("worker", "--skip-preflight")
    database.start("worker", "--skip-preflight")
    database.until(lambda: len(made) > TEXTS // 20)
    done = database.outreach("stop", "--why", "wrong amounts", "--by", "Sue")
    assert done.returncode == 0 and "everything is stopped" in done.stdout, done.stdout + done.stderr
    database.types(database.place[3], "who is this?")
    database.until(lambda: "replied" in database.kinds("L1"))  # the workers are alive
    sent = [message for message in list(made.values()) if message.sender == SENDER]
    assert len(sent) < TEXTS
    assert max(message.created_at for message in sent) - thrown(database) < WITHIN
    assert database.outreach("resume", "--by", "Sue").returncode == 0
    database.until(lambda: {message.to for message in list(made.values())} >= set(numbers), 120)
    to = Counter(message.to for message in made.values() if message.sender == SENDER)
    assert [number for number in numbers if to[number] != 1] == []
