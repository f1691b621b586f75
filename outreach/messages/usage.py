"""Which facts does a template use, and where could one of them be missing?

Reads the syntax tree of a template, so that a misspelt name or an unguarded optional fact is found at its line before
any message is rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import nodes

from outreach.messages.facts import LOAN_FIELDS, VARIABLES

# Knowing that the key holds, the values hold too: with several loans there is a first one.
_IMPLIES: Mapping[str, frozenset[str]] = {
    name: frozenset({"loan"}) for name in ("loans", "several", "count", "totals")
}  # fmt: skip
_KEEPS_LOANS = frozenset({"sort", "list"})
_TAKES_LOAN = frozenset({"first", "last"})
_PRESENCE_TESTS: Mapping[str, bool] = {"defined": True, "undefined": False, "none": False}
Guards = frozenset[str]
_NONE: Guards = frozenset()


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a fact is read. `path` as written (`loan.product`); `fact` as documented; `known`: it exists."""

    file: str
    line: int
    path: str
    fact: str
    known: bool
    guarded: bool
    could_mean: tuple[str, ...] = ()  # the names that exist there


@dataclass(slots=True)
class _Scope:
    file: str
    locals: dict[str, str] = field(default_factory=dict)  # name -> kind


def uses(file: str, trees: Mapping[str, nodes.Template]) -> Iterator[Use]:
    """Every use of a fact in the template `file` and in what it includes, in reading order."""
    return _Reader(trees).body(trees[file].body, _Scope(file), _NONE)


class _Reader:
    """Walks statements and expressions with the guards that hold there."""

    def __init__(self, trees: Mapping[str, nodes.Template]) -> None:
        self.trees = trees

    def body(self, statements: list[nodes.Node], scope: _Scope, guards: Guards) -> Iterator[Use]:
        for statement in statements:
            yield from self.visit(statement, scope, guards)

    def visit(self, node: nodes.Node, scope: _Scope, guards: Guards) -> Iterator[Use]:
        visitor = _VISITORS.get(type(node))
        if visitor is not None:
            yield from visitor(self, node, scope, guards)
            return
        for child in node.iter_child_nodes():
            yield from self.visit(child, scope, guards)

    def name(self, node: nodes.Name, scope: _Scope, guards: Guards) -> Iterator[Use]:
        if node.ctx != "load" or node.name in scope.locals or node.name == "loop":
            return
        known = VARIABLES.get(node.name)
        guarded = known is None or not known.can_be_empty or node.name in guards
        yield Use(scope.file, node.lineno, node.name, node.name, known is not None, guarded, tuple(VARIABLES))

    def getattr(self, node: nodes.Getattr, scope: _Scope, guards: Guards) -> Iterator[Use]:
        yield from self.visit(node.node, scope, guards)
        path = _path(node) or node.attr
        kind = _kind(node.node, scope)
        if kind == "loop":
            return
        fields = LOAN_FIELDS if kind == "loan" else {}
        known = fields.get(node.attr)
        guarded = known is None or not known.can_be_empty or path in guards
        fact = f"loan.{node.attr}" if kind == "loan" else path
        yield Use(scope.file, node.lineno, path, fact, known is not None, guarded, tuple(fields))

    def if_(self, node: nodes.If, scope: _Scope, guards: Guards) -> Iterator[Use]:
        yield from self.test(node.test, scope, guards)
        yield from self.body(node.body, scope, guards | _holds(node.test, True))
        without = guards | _holds(node.test, False)
        for branch in node.elif_:
            yield from self.visit(branch, scope, without)
            without |= _holds(branch.test, False)
        yield from self.body(node.else_, scope, without)

    def cond(self, node: nodes.CondExpr, scope: _Scope, guards: Guards) -> Iterator[Use]:
        yield from self.test(node.test, scope, guards)
        yield from self.visit(node.expr1, scope, guards | _holds(node.test, True))
        if node.expr2 is not None:
            yield from self.visit(node.expr2, scope, guards | _holds(node.test, False))

    def test(self, node: nodes.Node, scope: _Scope, guards: Guards) -> Iterator[Use]:
        """An expression asked whether it is true: naming an optional fact there is no fault, it is the guard."""
        if isinstance(node, nodes.Not):
            yield from self.test(node.node, scope, guards)
        elif isinstance(node, nodes.And | nodes.Or):
            yield from self.test(node.left, scope, guards)
            yield from self.test(node.right, scope, guards | _holds(node.left, isinstance(node, nodes.And)))
        elif isinstance(node, nodes.Test) and node.name in _PRESENCE_TESTS:
            yield from self.visit(node.node, scope, guards | _paths(node.node))
        else:
            yield from self.visit(node, scope, guards | _paths(node))

    def or_(self, node: nodes.Or, scope: _Scope, guards: Guards) -> Iterator[Use]:
        yield from self.test(node.left, scope, guards)
        yield from self.visit(node.right, scope, guards | _holds(node.left, False))

    def and_(self, node: nodes.And, scope: _Scope, guards: Guards) -> Iterator[Use]:
        yield from self.visit(node.left, scope, guards)
        yield from self.visit(node.right, scope, guards | _holds(node.left, True))

    def filter(self, node: nodes.Filter, scope: _Scope, guards: Guards) -> Iterator[Use]:
        for argument in node.args:
            yield from self.visit(argument, scope, guards)
        if node.node is None:
            return
        allowed = _paths(node.node) if node.name in {"default", "d"} else _NONE
        yield from self.visit(node.node, scope, guards | allowed)

    def for_(self, node: nodes.For, scope: _Scope, guards: Guards) -> Iterator[Use]:
        yield from self.visit(node.iter, scope, guards)
        inside = _Scope(scope.file, dict(scope.locals))
        kind = "loan" if _kind(node.iter, scope) == "loans" else "other"
        inside.locals.update({target.name: kind for target in _targets(node.target)})
        held = guards | (frozenset({"loan"}) if kind == "loan" else _NONE)
        if node.test is not None:
            yield from self.test(node.test, inside, held)
        yield from self.body(node.body, inside, held)
        yield from self.body(node.else_, scope, guards)

    def assign(self, node: nodes.Assign, scope: _Scope, guards: Guards) -> Iterator[Use]:
        yield from self.visit(node.node, scope, guards)
        kind = _kind(node.node, scope)
        scope.locals.update({target.name: kind for target in _targets(node.target)})

    def include(self, node: nodes.Include, scope: _Scope, guards: Guards) -> Iterator[Use]:
        for file in _included(node):
            if file in self.trees and file != scope.file:
                yield from self.body(self.trees[file].body, _Scope(file, dict(scope.locals)), guards)


# jinja2's node classes share no common visitor type, hence Callable[..., ...].
_VISITORS: Mapping[type[nodes.Node], Callable[..., Iterator[Use]]] = {
    nodes.Name: _Reader.name,
    nodes.Getattr: _Reader.getattr,
    nodes.If: _Reader.if_,
    nodes.CondExpr: _Reader.cond,
    nodes.Or: _Reader.or_,
    nodes.And: _Reader.and_,
    nodes.Filter: _Reader.filter,
    nodes.For: _Reader.for_,
    nodes.Assign: _Reader.assign,
    nodes.Include: _Reader.include,
}


def _included(node: nodes.Include) -> list[str]:
    value = node.template
    return [value.value] if isinstance(value, nodes.Const) and isinstance(value.value, str) else []


def _targets(node: nodes.Node) -> list[nodes.Name]:
    return [node] if isinstance(node, nodes.Name) else list(node.find_all(nodes.Name))


def _path(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        inner = _path(node.node)
        return f"{inner}.{node.attr}" if inner else None
    return None


def _paths(node: nodes.Node) -> Guards:
    path = _path(node)
    return _NONE if path is None else frozenset({path}) | _IMPLIES.get(path, _NONE)


def _kind(node: nodes.Node, scope: _Scope) -> str:
    """loan, loans, loop or other."""
    if isinstance(node, nodes.Name):
        if node.name in scope.locals:
            return scope.locals[node.name]
        return {"loan": "loan", "loans": "loans", "loop": "loop"}.get(node.name, "other")
    if isinstance(node, nodes.Getitem) and _kind(node.node, scope) == "loans":
        return "loans" if isinstance(node.arg, nodes.Slice) else "loan"
    if isinstance(node, nodes.Filter) and node.node is not None and _kind(node.node, scope) == "loans":
        return "loan" if node.name in _TAKES_LOAN else "loans" if node.name in _KEEPS_LOANS else "other"
    return "other"


def _holds(test: nodes.Node, outcome: bool) -> Guards:
    """The facts known to be there when `test` came out as `outcome`."""
    if isinstance(test, nodes.Not):
        return _holds(test.node, not outcome)
    if isinstance(test, nodes.And | nodes.Or):
        left, right = _holds(test.left, outcome), _holds(test.right, outcome)
        return left | right if isinstance(test, nodes.And) is outcome else left & right
    if isinstance(test, nodes.Test):
        return _paths(test.node) if _PRESENCE_TESTS.get(test.name) is outcome else _NONE
    return _paths(test) if outcome else _NONE
