"""What may a template do? Use the filters and statements there are, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from outreach.core.terms import Money
from outreach.messages import wording

BUILT_IN_FILTERS = frozenset(
    {"default", "d", "first", "last", "length", "join", "sort", "list", "upper", "lower", "capitalize"}
)
UNAVAILABLE: Mapping[type[nodes.Node], str] = {
    nodes.Extends: "extends",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.Block: "block",
    nodes.FilterBlock: "filter",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A filter of ours: what it takes and how it writes it, `(value, language, today) -> text`."""

    takes: tuple[type, ...]
    write: Callable[[Any, str, date], str]


FILTERS: Mapping[str, Shape] = {
    "money": Shape((Money, list), lambda value, language, _: wording.money(value, language)),
    "date": Shape((date,), wording.date_text),
    "day": Shape((date,), wording.day_text),
    "time": Shape((datetime, time), lambda value, language, _: wording.time_text(value, language)),
    "plan": Shape((tuple,), wording.plan_text),
    "weekdays": Shape((tuple,), lambda value, language, _: wording.weekdays_text(value, language)),
    "phone": Shape((str,), lambda value, _, __: wording.phone_text(value)),
    "spoken_money": Shape((Money, list), lambda value, language, _: wording.spoken_money(value, language)),
    "spoken_day": Shape((date,), wording.spoken_day),
    "spoken_phone": Shape((str,), lambda value, _, __: wording.spoken_phone(value)),
    "spoken_digits": Shape((str,), lambda value, _, __: wording.spoken_digits(value)),
}


class Sandbox(ImmutableSandboxedEnvironment):
    """Multiplying is refused: `"a" * 9999999999` would fill the memory."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"`{operator}` is not available in templates")


def environment(folder: Path, sources: Mapping[str, str], language: str) -> Sandbox:
    """Where the templates of one folder are compiled: strict about what is missing, writing in `language`."""
    made = Sandbox(
        loader=_Named(folder, sources), undefined=StrictUndefined, autoescape=False, cache_size=-1, auto_reload=False
    )
    made.globals.clear()
    kept = {name: value for name, value in made.filters.items() if name in BUILT_IN_FILTERS}
    made.filters = kept | {name: _in_language(shape, language) for name, shape in FILTERS.items()}
    return made


class _Named(BaseLoader):
    """Templates of one folder under their real paths, so that errors carry them."""

    def __init__(self, folder: Path, sources: Mapping[str, str]) -> None:
        self._folder, self._sources = folder, sources

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        if template not in self._sources:
            raise TemplateNotFound(template)
        return self._sources[template], str(self._folder / template), None


def _in_language(shape: Shape, language: str) -> Callable[[Context, Any], str]:
    @pass_context
    def write(context: Context, value: Any) -> str:
        if isinstance(value, Undefined):
            str(value)  # StrictUndefined: raises and names what is empty
        if not isinstance(value, shape.takes):
            expected = " or ".join(kind.__name__.lower() for kind in shape.takes)
            raise TypeError(f"this filter takes {expected}, not {type(value).__name__.lower()}")
        return shape.write(value, language, context["today"])

    return write
