"""The layer table: who may import whom, who may read the clock, and which names are no names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Each room, the longest prefix wins, and what of ours it may import. Data goes down, never up or sideways.
MAY: dict[str, tuple[str, ...]] = {
    "outreach.core": (),
    "outreach.store": ("outreach.core",),
    "outreach.campaigns": ("outreach.core",),
    "outreach.messages": ("outreach.core",),
    "outreach.carriers": ("outreach.core",),
    "outreach.wire": ("outreach.core",),
    "outreach.casewords": ("outreach.core",),
    "outreach.labelled": ("outreach.core", "outreach.wire"),
    "outreach.samples": (),
    "outreach.simulator": ("outreach.core", "outreach.messages"),
    "outreach.checking": ("outreach.core", "outreach.campaigns", "outreach.messages"),
    "outreach.engine": (
        "outreach.core", "outreach.store", "outreach.campaigns", "outreach.messages", "outreach.carriers",
    ),
    "outreach.book": ("outreach.core", "outreach.store", "outreach.engine"),
    "outreach.lawfulness": ("outreach.core", "outreach.store", "outreach.wire", "outreach.oracle"),
    "outreach.audit": ("outreach.core", "outreach.store", "outreach.lawfulness"),
    "outreach.proof": ("outreach.core", "outreach.store"),
    "outreach.explained": ("outreach.core", "outreach.store", "outreach.engine"),
    "outreach.oracle": ("outreach.core",),
    "outreach.erase": ("outreach.core", "outreach.store", "outreach.engine"),
    "outreach.serving": (),
    "outreach.logs": ("outreach.core",),
    "outreach.statuswords": ("outreach.core", "outreach.carriers"),
    "outreach.status": ("outreach.core", "outreach.store", "outreach.engine"),
    "outreach.bootstrap": (
        "outreach.core", "outreach.store", "outreach.campaigns", "outreach.messages", "outreach.carriers",
        "outreach.engine",
    ),
    "outreach.console": (
        "outreach.core", "outreach.store", "outreach.campaigns", "outreach.messages", "outreach.engine",
        "outreach.carriers", "outreach.casewords", "outreach.bootstrap", "outreach.wire", "outreach.audit",
        "outreach.explained", "outreach.status",
    ),
    "webhooks": ("outreach.core", "outreach.carriers", "outreach.engine"),
    "outreach.production": ("outreach", "webhooks"),
    "outreach.demo": ("outreach", "webhooks"),
    "outreach.operating": ("outreach",),
    "outreach.__main__": ("outreach",),
    "outreach": (),
}  # fmt: skip
CORE_LIBRARIES = {"phonenumbers", "tzdata"}
TWILIO = ("outreach.carriers.twilio", "webhooks", "outreach.simulator.signing")
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic"}
CLOCK_READERS = ("outreach.bootstrap",)
NO_NAMES = {"utils", "helpers", "services", "managers", "base", "common"}


def modules() -> dict[str, str]:
    found = {}
    for package in ("outreach", "webhooks"):
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path.read_text(encoding="utf-8")
    return found


def room(module: str) -> str:
    return max((name for name in MAY if module == name or module.startswith(name + ".")), key=len)


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names if node.module in ("outreach", "webhooks") else [node.module]:
                yield node.lineno, name


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, ast.unparse(node.func)


def breaches(module: str, source: str) -> list[str]:
    tree = ast.parse(source)
    return [*_wrong_imports(module, tree), *_wrong_calls(module, tree)] + [
        f"{module}: {part!r} is no name" for part in module.split(".") if part in NO_NAMES
    ]


def _wrong_imports(module: str, tree: ast.AST) -> Iterator[str]:
    here = room(module)
    for line, name in imports(tree):
        top = name.split(".")[0]
        if top in ("outreach", "webhooks"):
            there = room(name)
            if there != here and not any(there == may or there.startswith(may + ".") for may in MAY[here]):
                yield f"{module}:{line}: {here} may not import {there}"
        elif top == "twilio" and not module.startswith(TWILIO):
            yield f"{module}:{line}: only {', '.join(TWILIO)} may import twilio"
        elif here == "outreach.core" and top not in _stdlib() | CORE_LIBRARIES:
            yield f"{module}:{line}: core is pure, it may not import {top}"


def _stdlib() -> set[str]:
    import sys

    return set(sys.stdlib_module_names)


def _wrong_calls(module: str, tree: ast.AST) -> Iterator[str]:
    if module in CLOCK_READERS:
        return
    for line, name in calls(tree):
        if name in CLOCKS or any(name.endswith("." + clock) for clock in CLOCKS):
            yield f"{module}:{line}: {name} reads the wall clock, which only {', '.join(CLOCK_READERS)} may"


def test_every_module_keeps_to_its_room() -> None:
    found = [breach for name, source in modules().items() for breach in breaches(name, source)]
    assert found == []


@pytest.mark.parametrize(
    ("module", "source", "breach"),
    [
        ("outreach.core.gate", "from outreach.store import tables", "may not import outreach.store"),
        ("outreach.core.gate", "import sqlalchemy", "core is pure"),
        ("outreach.store.facts", "from outreach.engine import plan", "may not import outreach.engine"),
        ("outreach.campaigns.model", "from outreach.messages import Library", "may not import outreach.messages"),
        ("outreach.engine.plan", "from outreach import bootstrap", "may not import outreach.bootstrap"),
        ("webhooks.twilio", "from outreach import console", "may not import outreach.console"),
        ("outreach.engine.plan", "import twilio.rest", "may import twilio"),
        ("outreach.engine.plan", "import datetime\nx = datetime.datetime.now()", "reads the wall clock"),
        ("outreach.core.utils", "", "is no name"),
    ],
)
def test_a_planted_breach_is_found(module: str, source: str, breach: str) -> None:
    assert any(breach in line for line in breaches(module, source))
