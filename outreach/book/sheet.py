"""Is this a CSV file with the columns we need, and what stands in its rows? Rejected rows are written beside it.

Anything wrong with the file as a whole (header, encoding, quoting) raises ConfigError with its place before anything is
written; anything wrong with one row is that row's matter.
"""

from __future__ import annotations

import csv
import difflib
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from outreach.core.terms import ConfigError, Fault

# Added to rejects files, in front; taken no notice of when such a file is mended and imported as it is.
LINE, REASONS = "rejected_line", "rejected_because"
# What a spreadsheet takes for a formula when the file is opened; a sign before digits alone is a number.
FORMULA = re.compile(r"'?(?:[=@\t\r]|[+-](?![\d\s().-]*$))")
Reasons = Mapping[int, tuple[str, ...]]  # by line
Progress = Callable[[int, int], None]
Stamp = tuple[int, int, int]  # which file, how large, when it was last written


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns a file may have and those it must have."""

    columns: Collection[str]
    required: Collection[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file whose header is known to be good. `header` in the file's order."""

    path: Path
    header: tuple[str, ...]
    lines: int  # about as many rows as there are line ends
    bom: bool
    stamp: Stamp  # of the file whose header was read

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) of each row that is not empty. Raises ConfigError for what is no CSV from there on, and for
        another file in this one's place."""
        with self.path.open(encoding="utf-8", newline="") as file:
            if _stamp(file) != self.stamp:
                raise ConfigError(f"{self.path}: was changed while it was imported: import it again")
            file.read(self.bom)  # `utf-8-sig` would take it away as well, and decode the rest five times as slowly
            reader = csv.reader(file, strict=True)
            next(reader)
            line = reader.line_num + 1
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except (csv.Error, UnicodeDecodeError) as error:
                    raise _unreadable(self.path, line, error) from None
                if any(cells):
                    yield line, cells
                line = reader.line_num + 1


def open_sheet(path: Path, layout: Layout) -> Sheet:
    """Read and check the header. Raises ConfigError naming every fault in it, with file, line and column."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise ConfigError(f"{path}: is no ordinary file, and it is read more than once: save it as a file first")
        with path.open("rb") as raw:
            stamp = _stamp(raw)
            start = raw.read(4)
            lines = 1 + start.count(b"\n") + sum(block.count(b"\n") for block in iter(lambda: raw.read(1 << 20), b""))
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise ConfigError(Fault(str(path), 1, 1, "the file is UTF-16, expected UTF-8: save it as 'CSV UTF-8'"))
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file, strict=True), [])
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise _unreadable(path, 1, error) from None
    faults = list(_header_faults(str(path), header, layout))
    if faults:
        raise ConfigError(*faults)
    return Sheet(path, tuple(name.strip() for name in header), lines, start.startswith(b"\xef\xbb\xbf"), stamp)


def _stamp(file: IO[Any]) -> Stamp:
    found = os.fstat(file.fileno())
    return found.st_ino, found.st_size, found.st_mtime_ns


def rejects_path(path: Path, rejects: Path | None = None) -> Path:
    """Where the rows go that were not loaded: `book.csv` -> `book.rejects.csv` beside it."""
    target = rejects or path.with_name(f"{path.stem}.rejects.csv")
    if target.exists() and target.samefile(path):
        raise ConfigError(f"{target}: rejected rows would overwrite the file that is imported")
    return target


def check_writable(target: Path) -> None:
    """Fail before anything is loaded if the rejects could not be written afterwards."""
    try:
        existed = target.exists()
        target.open("a").close()
        if not existed:
            target.unlink()
    except OSError as error:
        raise ConfigError(f"{target}: rejected rows could not be written there: {error.strerror}") from None


def write_rejects(sheet: Sheet, target: Path, rejected: Reasons) -> Path | None:
    """Write the rejected rows as they were, behind line and reasons; removes an older file when there are none.

    A cell that a spreadsheet would run as a formula is written with `'` before it.
    """
    if not rejected:
        target.unlink(missing_ok=True)
        return None
    ours = {place for place, name in enumerate(sheet.header) if name in (LINE, REASONS)}
    fresh = target.with_name(target.name + ".part")
    with fresh.open("w", encoding="utf-8-sig" if sheet.bom else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([LINE, REASONS, *_without(sheet.header, ours)])
        for line, cells in sheet.rows():
            if line in rejected:
                reasons = "; ".join(rejected[line])
                writer.writerow([line, *map(_harmless, [reasons, *_without(cells, ours)])])
    fresh.replace(target)
    return target


def _without(cells: Sequence[str], places: Collection[int]) -> Iterator[str]:
    return (cell for place, cell in enumerate(cells) if place not in places)


def _harmless(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) and not cell.startswith("'") else cell


def similar(word: str, known: Collection[str]) -> str:
    """`, did you mean 'x'?` or nothing."""
    if len(word) > 60:
        return ""
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.strip().casefold(), folded, n=1, cutoff=0.6)
    return f", did you mean {folded[close[0]]!r}?" if close else ""


def _header_faults(file: str, header: list[str], layout: Layout) -> Iterator[Fault]:
    if not any(header):
        yield Fault(file, 1, 1, f"no header, expected the columns {', '.join(layout.required)}")
        return
    if len(header) == 1 and (other := next((mark for mark in ";\t|" if mark in header[0]), None)):
        yield Fault(file, 1, 1, f"columns are separated by {other!r}, expected ','")
        return
    seen: set[str] = set()
    column = 1
    for cell in header:
        name = cell.strip()
        if name in seen:
            yield Fault(file, 1, column, f"column {name!r} is there twice")
        elif name not in layout.columns and name not in (LINE, REASONS):
            yield Fault(file, 1, column, f"unknown column {name!r}{similar(name, layout.columns)}")
        seen.add(name)
        column += len(cell) + 1
    if missing := [name for name in layout.required if name not in seen]:
        yield Fault(file, 1, 1, f"missing column{'s' * (len(missing) > 1)} {', '.join(missing)}")


def _unreadable(path: Path, line: int, error: csv.Error | UnicodeDecodeError) -> ConfigError:
    if isinstance(error, UnicodeDecodeError):
        return ConfigError(Fault(str(path), *_first_bad_byte(path), "this is not UTF-8: save the file as 'CSV UTF-8'"))
    return ConfigError(Fault(str(path), line, 1, f"this is no CSV row ({error}): quotes open and close in pairs"))


def _first_bad_byte(path: Path) -> tuple[int, int]:
    """Line and column of the first byte that is not UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return number, len(line[: error.start].decode()) + 1
    return 1, 1
