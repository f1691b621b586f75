"""`outreach check`: do config, rulebooks, campaigns and templates fit together?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from outreach import campaigns
from outreach.campaigns.check import check_campaign
from outreach.campaigns.config import ConfigModel
from outreach.core.cadence import Campaign
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import Channel, ConfigError, Fault
from outreach.messages import Library


@dataclass(frozen=True, slots=True)
class Checked:
    """Every fault found, in the order of the files, and one line for people."""

    faults: tuple[Fault, ...]
    summary: str


def check_all(root: Path) -> Checked:
    """Check everything below `root` together. Faults are values here: nothing is raised for them."""
    faults: list[Fault] = []
    adopted: dict[str, str] = {}
    config_read = False  # without it nobody knows which policies are adopted, and so what is lawful
    try:
        adopted = campaigns.read(root / "config" / "outreach.yaml", ConfigModel).adopt
        config_read = True
    except ConfigError as error:
        faults += error.faults
    rulebooks = Rulebooks()
    try:
        rulebooks = campaigns.load_rulebooks(root / "config" / "rulebooks", adopted)
    except ConfigError as error:
        faults += error.faults
    library = _library(root, faults)
    if library is not None:
        faults += library.lint()
    loaded = _campaigns(root, rulebooks if config_read else Rulebooks(), library, faults)
    templates = sum(len(library.names(channel)) for channel in Channel) if library else 0
    summary = f"{len(loaded)} campaigns, {templates} templates, {len(rulebooks.books)} rulebooks: no faults"
    return Checked(tuple(dict.fromkeys(faults)), summary)


def _library(root: Path, faults: list[Fault]) -> Library | None:
    try:
        return Library.load(root / "templates")
    except ConfigError as error:
        faults += error.faults
        return None


def _campaigns(root: Path, rulebooks: Rulebooks, library: Library | None, faults: list[Fault]) -> list[Campaign]:
    found: dict[str, Campaign] = {}
    files = sorted((root / "campaigns").glob("*.yaml"))
    if not files:
        faults.append(Fault(str(root / "campaigns"), 0, 0, "no campaigns here, expected *.yaml files"))
    for path in files:
        try:
            campaign, text = campaigns.load_campaign(path)
        except ConfigError as error:
            faults += error.faults
            continue
        if campaign.name in found:
            faults.append(Fault(str(path), 1, 1, f"`campaign`: {campaign.name!r} is another file's campaign already"))
        found[campaign.name] = campaign
        if library is not None and rulebooks.books:
            templates = {channel: library.names(channel) for channel in Channel}
            faults += check_campaign(campaign, text, str(path), rulebooks, templates)
    return list(found.values())
