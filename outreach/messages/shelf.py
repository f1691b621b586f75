"""Which templates lie in the folder of one language, and can each be read? Every fault with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, Template, TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

from outreach.core.terms import Channel, Fault
from outreach.messages.sandbox import BUILT_IN_FILTERS, FILTERS, UNAVAILABLE, environment
from outreach.messages.suggest import did_you_mean

SUFFIX = ".txt"
_NO_FILTER = "No filter named "


@dataclass(slots=True)
class Shelf:
    """The templates of one channel in one language. Keys of the mappings are file names (`help.txt`)."""

    channel: Channel
    language: str
    folder: Path
    sources: dict[str, str] = field(default_factory=dict)
    trees: dict[str, nodes.Template] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    wholes: dict[str, Template] = field(default_factory=dict)

    def whole(self, file: str) -> Template:
        """The template with its pieces in their places: it says the same in half the time, as no piece is looked up and
        given the facts anew. What is wrong in it has no place to be told by: the template itself tells that."""
        found = self.wholes.get(file)
        if found is None:
            made = environment(self.folder, self.sources, self.language)
            tree = made.parse(self.sources[file])
            found = self.wholes[file] = made.from_string(_Pieces(made, self.sources).visit(tree))
        return found

    def names(self) -> list[str]:
        """The messages, without the pieces."""
        return sorted(file.removesuffix(SUFFIX) for file in self.sources if not is_piece(file))

    def fault(self, file: str, what: str, line: int = 1, column: int = 1) -> Fault:
        return Fault(str(self.folder / file), line, column, what)

    def column(self, file: str, line: int, word: str) -> int:
        """The 1-based column of `word` in a line of a template; 1 when it is not there."""
        return max(self.line(file, line).find(word), 0) + 1

    def line(self, file: str, line: int) -> str:
        lines = self.sources[file].split("\n")
        return lines[line - 1] if 0 < line <= len(lines) else ""


class _Pieces(NodeTransformer):
    """Puts each piece where it is included; what it sets is its own."""

    def __init__(self, made: Environment, sources: Mapping[str, str]) -> None:
        self.made, self.sources = made, sources

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802  # jinja2 calls it by this name
        assert isinstance(node.template, nodes.Const)
        return nodes.Scope(self.made.parse(self.sources[node.template.value]).body, lineno=node.lineno)


def is_piece(file: str) -> bool:
    """`_stop.txt` is included by others and is no message itself."""
    return file.startswith("_")


def read_shelf(channel: Channel, folder: Path, faults: list[Fault]) -> Shelf:
    """Read and compile a folder; what cannot be used is added to `faults`."""
    shelf = Shelf(channel, folder.name, folder)
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.suffix != SUFFIX or not path.is_file():
            faults.append(Fault(str(path), 0, 0, f"is not a template; a template is a file named `<message>{SUFFIX}`"))
            continue
        try:
            shelf.sources[path.name] = path.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            faults.append(Fault(str(path), 0, 0, f"is not UTF-8 (byte {error.start + 1}); save it as UTF-8"))
        except OSError as error:
            faults.append(Fault(str(path), 0, 0, f"cannot be read: {error.strerror}"))
    _compile(shelf, faults)
    return shelf


def _compile(shelf: Shelf, faults: list[Fault]) -> None:
    made = environment(shelf.folder, shelf.sources, shelf.language)
    for file, source in shelf.sources.items():
        try:
            tree = made.parse(source, filename=str(shelf.folder / file))
            shelf.trees[file] = tree
            faults += _misplaced(shelf, file, tree)
            shelf.templates[file] = made.get_template(file)
        except TemplateSyntaxError as error:
            faults.append(_syntax_fault(error, shelf, file))


def _misplaced(shelf: Shelf, file: str, tree: nodes.Template) -> Iterator[Fault]:
    for kind, word in UNAVAILABLE.items():
        for node in tree.find_all(kind):
            what = f"`{word}` is not available in templates; there are if, for, set and include"
            yield shelf.fault(file, what, node.lineno, shelf.column(file, node.lineno, word))
    for include in tree.find_all(nodes.Include):
        what = _include_fault(shelf, file, include)
        if what:
            yield shelf.fault(file, what, include.lineno, shelf.column(file, include.lineno, "include"))


def _include_fault(shelf: Shelf, file: str, node: nodes.Include) -> str:
    value = node.template
    if not isinstance(value, nodes.Const) or not is_piece(str(value.value)):
        return 'include needs the name of a piece in quotes, e.g. "_stop.txt"'
    if value.value not in shelf.sources:
        return f"no piece `{value.value}` in {shelf.folder}{did_you_mean(value.value, filter(is_piece, shelf.sources))}"
    return "a piece cannot include another piece" if is_piece(file) else ""


def _syntax_fault(error: TemplateSyntaxError, shelf: Shelf, file: str) -> Fault:
    text = shelf.line(file, error.lineno)
    starts = [at for at in map(text.find, ("{%", "{{", "{#")) if at >= 0]
    what = (error.message or "cannot be read").rstrip(".")
    if what.startswith(_NO_FILTER):
        name = what.removeprefix(_NO_FILTER).strip("'")
        what = f"unknown filter `{name}`{did_you_mean(name, [*FILTERS, *BUILT_IN_FILTERS])}"
        starts = [max(text.find(name), 0)]
    return shelf.fault(file, what, error.lineno, min(starts, default=0) + 1)
