"""How does Prometheus read the status of a deployment? Gauges, named after what `outreach status` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from outreach.core.terms import Channel

QUANTILES = {"p50": "0.5", "p95": "0.95"}


class Figures(Collector):
    """One status, as Prometheus reads it."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.found, self.now = found, found["at"]

    def collect(self) -> Iterator[Metric]:
        yield from self._at_work()
        yield from self._under_way()
        yield from self._carrier()
        yield from self._campaigns()

    def _at_work(self) -> Iterator[Metric]:
        stopped = {switch["campaign"] for switch in self.found["stopped"]}
        yield _gauge("stopped", "1 while everything is stopped by a person.", None in stopped)
        there = self.found["workers"]
        states = {("at_work",): sum(not one["quiet"] for one in there), ("quiet",): sum(one["quiet"] for one in there)}
        yield _gauges(
            "workers", "Worker processes; quiet: started, not ended, not heard of for 30 s.", ["state"], states
        )
        latest = max((one["ticked_at"] for one in there), default=None)
        yield _gauge("last_tick_age_seconds", "Since a worker last said that it is at work.", self._age(latest))

    def _under_way(self) -> Iterator[Metric]:
        due, waits = self.found["due"], {}
        for channel in Channel:
            waits[(channel,)] = self._age(due[channel]["oldest_at"]) or 0
        yield _gauges("due_steps", "Steps whose time has come.", ["channel"], {(c,): due[c]["steps"] for c in Channel})
        yield _gauges("due_oldest_seconds", "How long the first of them waits.", ["channel"], waits)
        states = {(state, c): n for state, counts in self.found["attempts"].items() for c, n in counts.items()}
        yield _gauges("attempts", "Attempts under way.", ["state", "channel"], states)
        doubt = self._age(self.found["in_doubt_oldest_at"]) or 0
        yield _gauge("in_doubt_oldest_seconds", "Age of the oldest attempt in doubt.", doubt)
        lag = {
            (channel, QUANTILES[name]): value
            for channel, found in self.found["lag_seconds"].items()
            for name, value in found.items()
        }
        yield _gauges("lag_seconds", "From due to placed, of the last hour.", ["channel", "quantile"], lag)

    def _carrier(self) -> Iterator[Metric]:
        inbox = self.found["inbox"]
        yield _gauge("inbox_depth", "Reports of the carrier not applied yet.", inbox["depth"])
        yield _gauge("inbox_lag_seconds", "How long the oldest of them waits.", inbox["lag_seconds"])
        found = self.found["contacts_found"]
        yield _gauge("contacts_found", "Contacts of the last week that nobody here asked the carrier for.", found)
        yield _gauge("inbox_given_up", "Reports of the last day that could not be applied.", inbox["given_up"])
        errors = {(code,): count for code, count in self.found["carrier_errors"].items()}
        yield _gauges("carrier_errors", "Attempts of the last hour that ended with this code.", ["code"], errors)
        back = sum(self.found["taken_back"].values())
        yield _gauge("taken_back", "Contacts of the last hour taken back before they left, 1000 at most.", back)

    def _campaigns(self) -> Iterator[Metric]:
        helps = {
            "due": "Steps of the campaign whose time has come.",
            "under_way": "Attempts of the campaign under way.",
            "placed": "Contacts of the campaign placed in the last hour.",
            "unfinished": "Contacts of the campaign on their way to the carrier, or waiting there.",
            "pressed": "1 while no more of the campaign is taken up because too much of it is unfinished.",
            "stopped": "1 while the campaign, or everything, is stopped.",
        }
        for what, text in helps.items():
            found = {(one["name"],): one[what] for one in self.found["campaigns"]}
            yield _gauges(f"campaign_{what}", text, ["campaign"], found)

    def _age(self, at: datetime | None) -> float | None:
        return max((self.now - at).total_seconds(), 0.0) if at else None


def _gauge(name: str, text: str, value: float | None) -> Metric:
    return _gauges(name, text, [], {(): value})


def _gauges(name: str, text: str, labels: list[str], values: Mapping[Any, float | None]) -> Metric:
    """What is not known has no sample."""
    family = GaugeMetricFamily(f"outreach_{name}", text, labels=labels)
    for told, value in values.items():
        if value is not None:
            family.add_metric(list(told), float(value))
    return family
