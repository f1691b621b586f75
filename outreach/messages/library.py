"""What does a message say? Templates read from `templates/{sms,voice}/<language>/` and rendered in a sandbox.

One file per message, `<name>.txt`; a file whose name begins with `_` is a piece that others include. A text is one
paragraph: lines are joined. Nothing is escaped: a text is no HTML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from babel import Locale, UnknownLocaleError
from jinja2 import TemplateError

from outreach.core.terms import Channel, ConfigError, Fault
from outreach.messages import wording
from outreach.messages.duties import FOLDERS, duty_of
from outreach.messages.facts import Facts, Rendered, context
from outreach.messages.lint import lint, notes
from outreach.messages.segments import count_segments
from outreach.messages.shelf import SUFFIX, Shelf, read_shelf
from outreach.messages.suggest import did_you_mean
from outreach.messages.usage import uses

FALLBACK_LANGUAGE = "en"
# What a template with a wrong expression in it can raise.
_TEMPLATE_TROUBLE = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)


class Library:
    """Every template, read and parsed. Does not change after `load`; safe to use from several threads."""

    def __init__(self, root: Path, shelves: Mapping[tuple[Channel, str], Shelf]) -> None:
        self.root = root
        self.shelves = shelves
        self._facts: dict[tuple[Channel, str, str], frozenset[str]] = {}  # of a message, once it was asked for

    @classmethod
    def load(cls, folder: Path) -> Library:
        """Read `folder` (it holds `sms/` and `voice/`). Raises ConfigError with every fault and its place."""
        faults: list[Fault] = []
        shelves: dict[tuple[Channel, str], Shelf] = {}
        for channel, name in FOLDERS.items():
            if not (folder / name).is_dir():
                faults.append(Fault(str(folder / name), 0, 0, "templates are missing; `outreach init` lays them"))
                continue
            for path in _languages(folder / name, faults):
                shelves[channel, path.name] = read_shelf(channel, path, faults)
            if (channel, FALLBACK_LANGUAGE) not in shelves:
                what = "folder is missing; English stands in where another language lacks a message"
                faults.append(Fault(str(folder / name / FALLBACK_LANGUAGE), 0, 0, what))
        if faults:
            raise ConfigError(*faults)
        return cls(folder, shelves)

    def render(self, channel: Channel, name: str, language: str | None, facts: Facts) -> Rendered:
        """The message in `language`, its base language or English.

        Raises ConfigError, with the place in the template, when there is no such message or a fact it needs is empty.
        """
        shelf = self.shelf(channel, name, language)
        file = name + SUFFIX
        body = wording.tidy(self._raw(shelf, file, facts), shelf.language)
        if not body:
            raise ConfigError(shelf.fault(file, "renders to nothing; a message needs words"))
        counted = count_segments(body)
        segments = counted.count if channel is Channel.SMS else 0
        return Rendered(body, shelf.language, segments, counted.encoding, counted.forced_by)

    def has(self, channel: Channel, name: str) -> bool:
        """Is there such a message, in any language?"""
        return bool(self.languages(channel, name))

    def names(self, channel: Channel) -> list[str]:
        """Every message of the channel, sorted."""
        return sorted({name for shelf in self._of(channel) for name in shelf.names()})

    def languages(self, channel: Channel, name: str) -> list[str]:
        """The languages that have this message, sorted."""
        return [shelf.language for shelf in self._of(channel) if name + SUFFIX in shelf.templates]

    def needs(self, channel: Channel, name: str) -> frozenset[str]:
        """The facts, besides creditor, company and callback_phone, that must be handed over for this message."""
        return duty_of(channel, name).given

    def mentions(self, channel: Channel, name: str, language: str | None, fact: str) -> bool:
        """Does this message use the fact anywhere? (`offered_on`: does it propose a date at all?)"""
        shelf = self.shelf(channel, name, language)
        asked = (channel, shelf.language, name)
        if asked not in self._facts:
            self._facts[asked] = frozenset(use.fact for use in uses(name + SUFFIX, shelf.trees))
        return fact in self._facts[asked]

    def lint(self, max_segments: int = 4) -> list[Fault]:
        """What must be mended, in the order of the files; empty when all is well."""
        return lint(self, max_segments)

    def notes(self) -> list[Fault]:
        """What is worth knowing and no fault: characters that a language needs and that make an SMS dearer."""
        return notes(self)

    def shelf(self, channel: Channel, name: str, language: str | None) -> Shelf:
        """The folder the message comes from. Raises ConfigError when no language has it that may stand in."""
        asked = language or FALLBACK_LANGUAGE
        for wanted in (asked, asked.replace("_", "-"), wording.base(asked), FALLBACK_LANGUAGE):
            shelf = self.shelves.get((channel, wanted))
            if shelf is not None and name + SUFFIX in shelf.templates:
                return shelf
        path = self.root / FOLDERS[channel] / FALLBACK_LANGUAGE / (name + SUFFIX)
        raise ConfigError(Fault(str(path), 0, 0, f"no such template{did_you_mean(name, self.names(channel))}"))

    def _raw(self, shelf: Shelf, file: str, facts: Facts) -> str:
        said = context(facts)
        with suppress(*_TEMPLATE_TROUBLE):  # told below, with its place
            return shelf.whole(file).render(said)
        try:
            return shelf.templates[file].render(said)
        except _TEMPLATE_TROUBLE as error:
            raise ConfigError(_place(error, shelf, file)) from error

    def _of(self, channel: Channel) -> Iterator[Shelf]:
        return (shelf for (its, _), shelf in sorted(self.shelves.items()) if its is channel)


def _languages(folder: Path, faults: list[Fault]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if not path.is_dir():
            what = f"templates belong into the folder of a language, e.g. {folder / FALLBACK_LANGUAGE}"
            faults.append(Fault(str(path), 0, 0, what))
        elif _is_language(path.name):
            yield path
        else:
            faults.append(Fault(str(path), 0, 0, "is not a language; name the folder like `en`, `es`, `zh` or `pt-BR`"))


def _is_language(name: str) -> bool:
    try:
        Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return False
    return True


def _place(error: Exception, shelf: Shelf, file: str) -> Fault:
    """Where in which template an error arose: jinja2 leaves the template's lines in the traceback."""
    where, line = file, 1
    traceback = error.__traceback__
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if path.parent == shelf.folder and path.name in shelf.sources:
            where, line = path.name, traceback.tb_lineno
        traceback = traceback.tb_next
    return shelf.fault(where, str(error) or type(error).__name__, line)
