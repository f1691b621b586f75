"""What did supervisors and lawyers write? `campaigns/*.yaml` and `config/rulebooks/**`, checked and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from outreach.campaigns.model import CampaignModel, schema
from outreach.campaigns.rulebook_model import rulebook_schema
from outreach.campaigns.rulebooks import load_rulebooks
from outreach.campaigns.source import read, read_text
from outreach.core.cadence import Campaign
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import ConfigError, Fault

__all__ = ["Loaded", "load", "load_campaign", "load_rulebooks", "read", "read_text", "rulebook_schema", "schema"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything supervisors and lawyers wrote, checked. `documents`: a campaign's YAML text by name."""

    campaigns: tuple[Campaign, ...] = ()
    rulebooks: Rulebooks = field(default_factory=Rulebooks)
    documents: Mapping[str, str] = field(default_factory=dict)


def load(root: Path, adopted: Mapping[str, str] | None = None) -> Loaded:
    """All campaigns and rulebooks below `root`. Raises ConfigError with every fault of every file."""
    faults: list[Fault] = []
    found: dict[str, Campaign] = {}
    documents: dict[str, str] = {}
    rulebooks = Rulebooks()
    for path in sorted((root / "campaigns").glob("*.yaml")):
        try:
            campaign, text = load_campaign(path)
        except ConfigError as error:
            faults += error.faults
            continue
        if campaign.name in found:
            faults.append(
                Fault(str(path), 1, 1, f"`campaign`: {campaign.name!r} is the name of another file's campaign")
            )
        found[campaign.name], documents[campaign.name] = campaign, text
    try:
        rulebooks = load_rulebooks(root / "config" / "rulebooks", adopted)
    except ConfigError as error:
        faults += error.faults
    if faults:
        raise ConfigError(*faults)
    return Loaded(tuple(found.values()), rulebooks, documents)


def load_campaign(path: Path) -> tuple[Campaign, str]:
    """One campaign file and its text. Raises ConfigError."""
    campaign = read(path, CampaignModel).frozen()
    return campaign, path.read_text(encoding="utf-8-sig")
