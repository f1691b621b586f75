"""How often may somebody guess a password? Counted here on the server, by name and by address, in this process."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
BY_NAME = 5  # tries at one name within the window
BY_ADDRESS = 20  # tries from one address, which may be a whole office behind one router
KEPT = 10_000  # keys remembered at most: whoever invents names must not fill the memory


class Throttle:
    """Remembers tries by key for `WINDOW`. Safe to share between threads."""

    def __init__(self) -> None:
        self._tries: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def take(self, name: str, address: str, now: datetime) -> timedelta | None:
        """Count one try, before the password is looked at. None: go ahead; else how long to wait (nothing is counted)."""
        limits = {_named(name): BY_NAME, _from(address): BY_ADDRESS}
        with self._lock:
            waits = [
                tries[0] + WINDOW - now for key, most in limits.items() if len(tries := self._recent(key, now)) >= most
            ]
            if waits:
                return max(waits)
            for key in limits:
                self._tries.setdefault(key, deque()).append(now)
            if len(self._tries) > KEPT:
                self._forget(now)
            return None

    def succeeded(self, name: str, address: str) -> None:
        """The password was right: the name begins anew, and the address has one try less against it."""
        with self._lock:
            self._tries.pop(_named(name), None)
            if mine := self._tries.get(_from(address)):
                mine.pop()

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        tries = self._tries.get(key, deque())
        while tries and tries[0] + WINDOW <= now:
            tries.popleft()
        return tries

    def _forget(self, now: datetime) -> None:
        """What is past the window goes; if that is not half, those tried longest ago go as well."""
        live = {key: tries for key, tries in self._tries.items() if self._recent(key, now)}
        latest = sorted(live, key=lambda key: live[key][-1])[-KEPT // 2 :]
        self._tries = {key: live[key] for key in latest}


def _named(name: str) -> str:
    return f"name {name.casefold()[:100]}"


def _from(address: str) -> str:
    return f"address {address}"
