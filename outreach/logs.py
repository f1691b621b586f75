"""How does the service's log read, for people or as one JSON object a line, and how does it stay free of phone numbers?

Everything that is logged, by us or by a library, passes `Masking`: messages, tracebacks and whatever else a line carries.
What nobody caught is logged as well, so that no traceback goes by it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from outreach.core.masking import mask

TEXT = "%(asctime)s %(name)s %(levelname)s %(message)s"
ROW = re.compile(
    r"(Failing row contains|COPY \w+, line \d+)[^\n]*"
)  # PostgreSQL quotes rows, with names and texts in them
PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
log = logging.getLogger("outreach")


class Masking(logging.Filter):
    """Makes every phone number of a record unreadable, wherever it stands, and leaves out the rows that a database quotes;
    lets every record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _cleaned(_message(record)), None
        if record.exc_info and record.exc_info[1]:
            record.exc_text = _cleaned("".join(traceback.format_exception(record.exc_info[1])).rstrip())
        if record.stack_info:
            record.stack_info = _cleaned(record.stack_info)
        for name, value in _extras(record).items():
            setattr(record, name, _masked(value))
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # words and arguments that do not fit: neither is lost
        return f"{record.msg} {record.args}"


def _extras(record: logging.LogRecord) -> dict[str, object]:
    """What the caller added (`extra=`)."""
    return {name: value for name, value in vars(record).items() if name not in PLAIN}


def _masked(value: object) -> object:
    return value if isinstance(value, bool | int | float | None) else _cleaned(str(value))


def _cleaned(text: str) -> str:
    return mask(ROW.sub(r"\1 (left out)", text))


class JsonLines(logging.Formatter):
    """`at`, `level`, `logger`, `message`, what the caller added, and `traceback` if there is one; one line each."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            "thread": record.threadName,
            **_extras(record),
        }
        if record.exc_text:
            told["traceback"] = record.exc_text
        return json.dumps(told, ensure_ascii=False, default=str)


def configure(as_json: bool, stream: TextIO | None = None) -> None:
    """All log lines go to `stream` (stderr), masked; of other libraries only what needs attention."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if as_json else logging.Formatter(TEXT))
    handler.addFilter(Masking())
    root = logging.getLogger()
    for known in root.handlers[:]:
        if any(isinstance(one, Masking) for one in known.filters):  # ours, of an earlier call
            root.removeHandler(known)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("nobody caught %s", kind.__name__, exc_info=(kind, error, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and told.exc_type is not SystemExit:
        name = told.thread.name if told.thread else "?"
        what = (told.exc_type, told.exc_value, told.exc_traceback)
        log.critical("nobody caught %s in thread %s", told.exc_type.__name__, name, exc_info=what)
