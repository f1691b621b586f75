"""How does a YAML file become checked objects, with the place of every fault?

YAML 1.2 (`ruamel.yaml`): `no` is a word and 10:30 is a time, not 630. Every fault is collected, with line and column;
an unknown key or value says which known one was probably meant.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from outreach.core.terms import ConfigError, Fault

M = TypeVar("M", bound=BaseModel)
Path_ = Sequence[str | int]
SHOWN = 60
MOST_NODES = 200_000
TOO_DEEP = "nested too deeply, expected a handful of levels"
DATE = re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])")


def read(path: Path, model: type[M]) -> M:
    """The file as a `model`. Raises ConfigError with every fault found."""
    return read_text(file_text(path), str(path), model)


def file_text(path: Path) -> str:
    """What is in the file. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(Fault(str(path), 0, 0, "no such file")) from None
    except OSError as error:
        raise ConfigError(Fault(str(path), 0, 0, f"cannot be read: {error.strerror}")) from None
    except UnicodeDecodeError as error:
        line, column = _where(bytes(error.object)[: error.start].decode("utf-8", "replace"))
        raise ConfigError(Fault(str(path), line, column, "no UTF-8 from here on, expected text in UTF-8")) from None


def _where(before: str) -> tuple[int, int]:
    """1-based line and column of what comes after `before`."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def read_text(text: str, file: str, model: type[M]) -> M:
    """The text as a `model`; `file` names it in faults. Raises ConfigError."""
    return read_document(text, file, model)[0]


def read_document(text: str, file: str, model: type[M]) -> tuple[M, Any]:
    """The text as a `model`, and as the document with positions. Raises ConfigError."""
    document = parse(text, file)
    try:
        return model.model_validate(_plain(document, file)), document
    except ValidationError as error:
        raise ConfigError(*[_fault(document, file, e, model) for e in error.errors()]) from None


def parse(text: str, file: str) -> Any:
    """The document with positions. Raises ConfigError for what is no YAML mapping."""
    yaml = YAML(typ="rt")
    yaml.allow_duplicate_keys = False
    try:
        document = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        what = " ".join(str(error.problem or "not YAML").split("\n")[0].split())
        raise ConfigError(Fault(file, line, column, f"{what}, expected YAML")) from None
    except ReaderError as error:
        line, column = _where(text[: error.position])
        what = f"the character #x{ord(text[error.position]):02x} has no place in YAML"
        raise ConfigError(Fault(file, line, column, what)) from None
    except RecursionError:
        raise ConfigError(Fault(file, 1, 1, TOO_DEEP)) from None
    except (YAMLError, ValueError, NotImplementedError) as error:  # the last: comments where nobody puts them
        why = str(error).split("\n")[0] or "its comments can't be made out"
        raise ConfigError(_odd_date(text, file) or Fault(file, 0, 0, f"not YAML: {why}")) from None
    if not isinstance(document, Mapping):
        raise ConfigError(Fault(file, 1, 1, "empty or no mapping, expected `key: value` lines"))
    return document


def _odd_date(text: str, file: str) -> Fault | None:
    """YAML takes what looks like a date for one, and complains without a place when there is no such day."""
    for found in DATE.finditer(text):
        try:
            date.fromisoformat(found[0])
        except ValueError:
            return Fault(file, *_where(text[: found.start()]), f"{found[0]} is no date, expected YYYY-MM-DD")
    return None


def _plain(document: Any, file: str) -> Any:
    """`plain`, of what is no larger than it looks: aliases of aliases may stand for more than a machine holds."""
    try:
        if _size(document, MOST_NODES) <= 0:
            raise ConfigError(Fault(file, 1, 1, f"more than {MOST_NODES:,} values, its aliases written out"))
        return plain(document)
    except RecursionError:
        raise ConfigError(Fault(file, 1, 1, TOO_DEEP)) from None


def _size(value: Any, left: int) -> int:
    """What is left of `left` after one for each value; it stops counting below 0."""
    left -= 1
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for item in inner:
        if left <= 0:
            return left
        left = _size(item, left)
    return left


def plain(value: Any) -> Any:
    """The document as plain dicts, lists and scalars."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def place(document: Any, path: Path_) -> tuple[int, int]:
    """1-based line and column of the key or item at `path`, or of the deepest part of it that exists."""
    line, column = 0, 0
    here = document
    for part in path:
        position = getattr(here, "lc", None)
        if position is None or not isinstance(here, Mapping | list):
            break
        known = part in here if isinstance(here, Mapping) else isinstance(part, int) and part < len(here)
        if not known:
            break
        line, column = position.key(part) if isinstance(here, Mapping) else position.item(part)
        here = here[part]  # type: ignore[index]  # a list takes the int that was checked above
    return line + 1, column + 1


def _fault(document: Any, file: str, error: ErrorDetails, model: type[BaseModel]) -> Fault:
    path = _real_path(document, error["loc"])
    line, column = place(document, path)
    name = ".".join(str(part) for part in path)
    return Fault(file, line, column, _words(error, name, model))


def _real_path(document: Any, location: tuple[str | int, ...]) -> list[str | int]:
    """Pydantic's location without the names of union branches, which are no part of the file."""
    path: list[str | int] = []
    here = document
    for index, part in enumerate(location):
        inside = (isinstance(here, Mapping) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        )
        if inside:
            path.append(part)
            here = here[part]
        elif index == len(location) - 1 and isinstance(here, Mapping):
            path.append(part)
    return path


def _words(error: ErrorDetails, name: str, model: type[BaseModel]) -> str:
    kind, key = error["type"], str(error["loc"][-1]) if error["loc"] else ""
    if kind == "extra_forbidden":
        return f"unknown key `{key}`{did_you_mean(key, _keys(model))}"
    if kind == "missing":
        return f"`{key}` is missing"
    said = str(error["msg"]).removeprefix("Value error, ")
    value = error["input"]
    shown = "" if isinstance(value, Mapping | list) or kind == "value_error" else f", not {str(value)[:SHOWN]!r}"
    expected = error.get("ctx", {}).get("expected")
    if expected:
        options = [option.strip("' ") for option in str(expected).replace(" or ", ",").split(",")]
        return f"`{name}`: expected one of {', '.join(options)}{shown}{did_you_mean(str(value), options)}"
    return f"`{name}`: {said[:1].lower()}{said[1:]}{shown}"


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`, did you mean ...?` or nothing."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f", did you mean `{close[0]}`?" if close else ""


def _keys(model: type[BaseModel], seen: set[type] | None = None) -> list[str]:
    """Every key a model and the models in it know."""
    seen = seen if seen is not None else set()
    if model in seen:
        return []
    seen.add(model)
    keys: list[str] = []
    for name, field in model.model_fields.items():
        keys.append(field.alias or name)
        for inner in _models(field.annotation):
            keys += _keys(inner, seen)
    return keys


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in getattr(annotation, "__args__", ()) for model in _models(inner)]
