"""Can every step of a campaign be reached, and be lawful for somebody? Faults name the place and an example debtor."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from outreach.campaigns.source import did_you_mean, parse, place
from outreach.core import cadence
from outreach.core.cadence import Anchor, Campaign, Condition, Step, Try
from outreach.core.gate import judge
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import (
    Address,
    Ask,
    Channel,
    Collector,
    Consent,
    ConsentGivenTo,
    ConsentKind,
    Fault,
    Phone,
    PhoneKind,
    Purpose,
    Verdict,
    Voice,
)
from outreach.core.zones import home_zone

MONDAY = date(2027, 3, 1)  # an ordinary week: no holiday, no change of clocks


@dataclass(frozen=True, slots=True)
class Example:
    """A debtor to try a step on."""

    who: str
    address: Address
    phone: str


EXAMPLES = (
    Example("a debtor in New York City", Address("US", "NY", "New York", "10001"), "+12125550123"),
    Example("a debtor in Los Angeles", Address("US", "CA", "Los Angeles", "90001"), "+12135550123"),
    Example("a debtor in Shanghai", Address("CN", "SH"), "+8613800138000"),
    Example("a debtor in London", Address("GB", "LND"), "+447700900123"),
    Example("a debtor in Sydney", Address("AU", "NSW"), "+61491570156"),
    Example("a debtor in Toronto", Address("CA", "ON"), "+14165550123"),
)
GIVEN = datetime(2020, 1, 1, tzinfo=UTC)
CONSENTS = tuple(Consent(kind, ConsentGivenTo.US, GIVEN) for kind in (ConsentKind.SMS, ConsentKind.RECORDED_CALL))


def check_campaign(
    campaign: Campaign, text: str, file: str, rulebooks: Rulebooks, templates: Mapping[Channel, Collection[str]]
) -> list[Fault]:
    """Every step that names no template, can't be reached, or is lawful for nobody on any day of a week."""
    document = parse(text, file)
    faults: list[Fault] = []
    if "quiet_after_part_payment" in document and (silent := _never_goes_on(campaign)):
        faults.append(Fault(file, *place(document, ["quiet_after_part_payment"]), silent))
    for index, step in enumerate(campaign.steps):
        line, column = place(document, ["cadence", index, "step"])
        found = [*_templates(step, templates), *_reach(campaign, step), *_law(campaign, step, rulebooks)]
        faults += [Fault(file, line, column, f"step `{step.name}`: {what}") for what in found]
    return faults


def _never_goes_on(campaign: Campaign) -> str:
    """Of a debtor who paid a part on the first day of the stage nobody would ask for the rest."""
    low, high = campaign.audience.days_past_due
    days = campaign.quiet_after_part.days
    if campaign.anchor is not Anchor.DUE or low is None or high is None or days <= high - low:
        return ""
    return f"{days} days of quiet after a part payment outlast the stage {low}..{high}: nobody would ask for the rest"


def _templates(step: Step, templates: Mapping[Channel, Collection[str]]) -> list[str]:
    wanted = [(attempt.channel, attempt.template) for attempt in step.tries]
    wanted += [(Channel.CALL, attempt.voicemail) for attempt in step.tries if attempt.voicemail]
    folders = {Channel.SMS: "templates/sms", Channel.CALL: "templates/voice"}
    return [
        f"no template `{name}` in {folders[channel]}{did_you_mean(name, sorted(templates[channel]))}"
        for channel, name in dict.fromkeys(wanted)
        if name not in templates[channel]
    ]


def _reach(campaign: Campaign, step: Step) -> list[str]:
    low, high = campaign.audience.days_past_due
    if campaign.anchor is Anchor.DUE:
        days = f"{'' if low is None else low}..{'' if high is None else high}"
        if low is not None and step.offset < low:
            return [f"never reached: it comes at {step.offset} days past due, the audience is {days}"]
        if high is not None and step.offset > high:
            return [f"never reached: it comes at {step.offset} days past due, the audience is {days}"]
    if never := step.only_if & step.unless:
        return [f"never reached: `{min(never)}` stands under both `only_if` and `unless`"]
    if never := step.only_if & campaign.stop_when:
        return [f"never reached: it waits for `{min(never)}`, which stops the campaign"]
    if campaign.valid_from and campaign.valid_until and campaign.valid_until < campaign.valid_from:
        return ["never reached: the campaign ends before it begins"]
    return []


def _law(campaign: Campaign, step: Step, rulebooks: Rulebooks) -> list[str]:
    """For each country of the audience that has rules: an hour that no day of the week allows."""
    faults: list[str] = []
    countries = campaign.audience.countries
    for attempt in step.tries:
        if Condition.REACHED in step.only_if:
            continue
        refused = [
            (example, verdict)
            for example in EXAMPLES
            if not countries or example.address.country in countries
            if (verdict := _any_day(campaign, step, attempt, example, rulebooks)) is not None
        ]
        for example, verdict in refused:
            first = verdict.refusals[0]
            cited = f" ({first.rule}, {first.citation})" if first.citation else f" ({first.rule})"
            faults.append(
                f"never lawful: {attempt.channel} at {attempt.time:%H:%M} for {example.who}: {first.because}{cited}"
            )
    return faults


def _any_day(campaign: Campaign, step: Step, attempt: Try, example: Example, rulebooks: Rulebooks) -> Verdict | None:
    """None if some day of the week allows it, else the last verdict."""
    phone = Phone(example.phone, PhoneKind.MOBILE)
    zone = home_zone((example.address,), phone, None) or "UTC"
    collectors = campaign.audience.collectors or frozenset(Collector)
    overdue = step.offset if campaign.anchor is Anchor.DUE else max(1, campaign.audience.days_past_due[0] or 1)
    last: Verdict | None = None
    for collector in sorted(collectors):
        ask = Ask(
            channel=attempt.channel,
            voice=Voice.RECORDED if attempt.channel is Channel.CALL else None,
            purpose=Purpose.COLLECTION if overdue > 0 else Purpose.REMINDER,
            collector=collector,
            days_past_due=overdue,
            cases=("example",),
            debtor="example",
            phone=phone,
            addresses=(example.address,),
            consents=CONSENTS,
        )
        for day in range(7):
            at = cadence.planned_instant(MONDAY + timedelta(days=day), attempt.time, zone)
            last = judge(ask, rulebooks, at)
            if last.allowed:
                return None
    return last
