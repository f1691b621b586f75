"""What may one line of JSON say, whoever wrote it? Nothing twice, no instant that may be another, no field unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, ValidationError

from outreach.core.terms import OutreachError

M = TypeVar("M", bound=BaseModel)
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.]\d+)?)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
CLOCK = re.compile(r"\d\d:\d\d(:\d\d([.]\d+)?)?", re.ASCII)
YEARS = range(1900, 3000)  # a contact of another year is a slip, and beyond the calendar of some zone


class AskError(OutreachError):
    """An ask that can't be read; the text names the field and what was expected."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _spelled_out(value: object) -> object:
    """An instant as RFC 3339 spells it: a number may be of seconds or of anything else."""
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return value
    raise ValueError("expected an instant like 2027-03-15T08:00:01-04:00")


def _of_our_times(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise ValueError(f"expected a year from {YEARS.start} to {YEARS.stop - 1}")
    return value


def _begins(value: object) -> object:
    """Midnight at the end of which day? The debtor named another one then."""
    if value == "24:00":
        raise ValueError("24:00 is an end, expected 00:00 of the next day")
    return value


def _clock(value: object) -> object:
    """A time of day without an offset; 24:00 is midnight."""
    if value == "24:00":
        return "00:00"
    if isinstance(value, str) and CLOCK.fullmatch(value):
        return value
    raise ValueError("expected a time of day like 09:00")


Instant = Annotated[AwareDatetime, BeforeValidator(_spelled_out), AfterValidator(_of_our_times)]
End = Annotated[AwareDatetime, BeforeValidator(_spelled_out)]  # 9999-12-31 is how some say never
Clock = Annotated[time, BeforeValidator(_clock)]
Begin = Annotated[Clock, BeforeValidator(_begins)]


def validated(model: type[M], line: str | bytes | Mapping[str, Any]) -> M:
    """One line as the model reads it. Raises AskError in words."""
    try:
        content = line if isinstance(line, Mapping) else _content(line)
        return model.model_validate(content)
    except ValidationError as error:
        raise AskError("; ".join(_words(e) for e in error.errors())) from None


def _content(line: str | bytes) -> Any:
    """The one JSON value of a line, in which nothing is said twice."""
    try:
        text = line if isinstance(line, str) else line.decode("utf-8")
        return json.loads(text, object_pairs_hook=_said_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise AskError(f"not UTF-8: byte {error.start + 1} of the line") from None
    except RecursionError:
        raise AskError("not an ask: nested too deeply") from None
    except ValueError as error:
        raise AskError(f"not JSON: {error}") from None


def _said_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise AskError(f"`{twice}` is given twice")
    return said


def _no_number(name: str) -> Any:
    raise AskError(f"{name} is no number of JSON")


def id_of(line: str | bytes) -> str | int | None:
    """The id of a line that can't be read, if it says one."""
    try:
        text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
        content = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    said = content.get("id") if isinstance(content, dict) else None
    return said if isinstance(said, str | int) and not isinstance(said, bool) else None


def _words(error: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown field `{name}`"
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"`{name}`: {said}" if name else said
