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
        with self._lock:
            self._tidy(now)
            limits = {f"name {name.casefold()[:100]}": BY_NAME, f"address {address}": BY_ADDRESS}
            waits = [self._tries[key][0] + WINDOW - now for key, most in limits.items() if self._full(key, most)]
            if waits:
                return max(waits)
            for key in limits:
                self._tries.setdefault(key, deque()).append(now)
            return None

    def _full(self, key: str, most: int) -> bool:
        return len(self._tries.get(key, ())) >= most

    def succeeded(self, name: str, address: str) -> None:
        """The password was right: the name begins anew, and the address has one try less against it."""
        with self._lock:
            self._tries.pop(f"name {name.casefold()[:100]}", None)
            if mine := self._tries.get(f"address {address}"):
                mine.pop()

    def _tidy(self, now: datetime) -> None:
        """Forget what is older than the window; past `KEPT` keys, those tried longest ago."""
        for key in [key for key, tries in self._tries.items() if not tries or tries[-1] + WINDOW <= now]:
            del self._tries[key]
        for tries in self._tries.values():
            while tries[0] + WINDOW <= now:
                tries.popleft()
        while len(self._tries) > KEPT:
            del self._tries[min(self._tries, key=lambda key: self._tries[key][-1])]
