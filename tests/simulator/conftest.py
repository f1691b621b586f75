"""A simulated carrier on loopback for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.simulator.line import Line, Serving


@pytest.fixture
def open_line() -> Iterator[Callable[..., Line]]:
    """Start a simulator with these options; stopped when the test ends."""
    running: list[Serving] = []

    def start(**options: Any) -> Line:
        running.append(Serving(**options))
        return running[-1].line

    yield start
    for one in running:
        one.close()


@pytest.fixture
def line(open_line: Callable[..., Line]) -> Line:
    return open_line()
