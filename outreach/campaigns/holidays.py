"""On which dates does a country, or a region of it, rest? From the `holidays` library, as plain dates for the gate."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

import holidays
from dateutil.easter import easter

from outreach.core.rulebook import Holidays

FIRST, LAST = 2020, 2049  # years known; any other is closed
SUNDAY = 7
GOVERNMENT = "government"


def list_supported_countries() -> dict[str, list[str]]:
    """Countries (ISO 3166-1 alpha-2) with their regions."""
    return holidays.list_supported_countries(include_aliases=False)


def has_government_holidays(country: str) -> bool:
    """Does the library know days on which offices of the country are closed?"""
    return GOVERNMENT in holidays.country_holidays(country).supported_categories


@cache
def holidays_of(country: str, region: str | None, also: frozenset[str]) -> Holidays:
    """The public holidays of the years known. `also`: good_friday, easter_monday, sunday_monday (the Monday after), government
    (those of its offices), everywhere (those that all its regions keep: days observed instead are the regions' own)."""
    years = range(FIRST, LAST + 1)
    dates = set(holidays.country_holidays(country, subdiv=region, years=years))
    dates |= _easter(years, also)
    if GOVERNMENT in also:
        dates |= set(holidays.country_holidays(country, subdiv=region, years=years, categories=(GOVERNMENT,)))
    if "everywhere" in also:
        kept = [
            holidays.country_holidays(country, subdiv=name, years=years) for name in list_supported_countries()[country]
        ]
        dates |= set.intersection(*map(set, kept))
    if "sunday_monday" in also:
        dates |= {on + timedelta(days=1) for on in dates if on.isoweekday() == SUNDAY}
    return Holidays(frozenset(dates), FIRST, LAST)


def _easter(years: Collection[int], also: Collection[str]) -> set[date]:
    days = {"good_friday": -2, "easter_monday": 1}
    return {easter(year) + timedelta(days=days[name]) for year in years for name in also if name in days}
