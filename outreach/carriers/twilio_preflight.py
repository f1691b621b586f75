"""Is the Twilio account ready to go live? What is missing, forbidden or doubtful, in words with the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

from outreach.carriers import Finding, Problem, Wanted
from outreach.core.terms import Channel

CHANNELS = {Channel.SMS: ("sms", "sms/inbound"), Channel.CALL: ("voice", "voice/inbound")}


def preflight(client: Any, public_url: str, wanted: Wanted) -> list[Finding]:
    """Every finding, gravest causes first. Network trouble is a finding, never an exception."""
    findings = [*_public_url(public_url), *_policy(wanted)]
    try:
        return [*findings, *_account(client), *_numbers(client, public_url, wanted)]
    except TwilioRestException as error:
        return [*findings, _refused(error)]
    except (TwilioException, requests.RequestException, ValueError) as error:
        what = f"Twilio could not be asked ({type(error).__name__})"
        return [*findings, Finding(Problem.MISSING, what, "check the network and OUTREACH_TWILIO_API_URL")]


def _refused(error: TwilioRestException) -> Finding:
    if error.status in (401, 403):
        what = "Twilio does not accept the credentials"
        return Finding(Problem.MISSING, what, "check TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN or the API key")
    return Finding(Problem.MISSING, f"Twilio answered HTTP {error.status}", "look at the account in Twilio's console")


def _public_url(public_url: str) -> Iterator[Finding]:
    parts = urlsplit(public_url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not local:
        what = "OUTREACH_PUBLIC_URL is not https: replies and phone numbers would travel in the open"
        yield Finding(Problem.WARNING, what, "put the webhooks behind TLS")
    if "_" in (parts.hostname or ""):
        yield Finding(Problem.MISSING, "Twilio accepts no host name with an underscore", "use another host name")


def _policy(wanted: Wanted) -> Iterator[Finding]:
    """Twilio's messaging policy forbids third-party collection by text in the US and Canada, whatever consent says."""
    if wanted.third_party_texts:
        what = "the campaigns text about third-party debts: US and Canadian carriers allow none, and block them (30863)"
        yield Finding(Problem.FORBIDDEN, what, "collect these debts by call only, or have Twilio allow it in writing")


def _account(client: Any) -> Iterator[Finding]:
    account = client.api.v2010.accounts(client.account_sid).fetch()
    if account.status != "active":
        yield Finding(Problem.MISSING, f"the Twilio account is {account.status}", "have Twilio activate it")
    elif account.type == "Trial":
        what = "a trial account reaches only verified numbers and adds its own words"
        yield Finding(Problem.WARNING, what, "upgrade it")
    else:
        yield Finding(Problem.OK, "the Twilio account is active")


def _numbers(client: Any, public_url: str, wanted: Wanted) -> Iterator[Finding]:
    """Each sender: ours, able to do what the campaigns need, and its replies and calls reach us."""
    for sender in sorted(wanted.senders):
        alike = client.incoming_phone_numbers.list(phone_number=sender)  # matches parts of numbers too
        owned = [number for number in alike if number.phone_number == sender]
        if not owned:
            what = f"{sender} (config/outreach.yaml, senders) is no number of this account"
            yield Finding(Problem.MISSING, what, "set a number the account owns, or buy one in Twilio's console")
            continue
        for channel in sorted(wanted.channels):
            yield _able(owned[0], channel, public_url)


def _able(number: Any, channel: Channel, public_url: str) -> Finding:
    ability, path = CHANNELS[channel]
    if not (number.capabilities or {}).get(ability):
        what = f"{number.phone_number} is not able to {ability}, which the campaigns need"
        return Finding(Problem.MISSING, what, "set another number in config/outreach.yaml, senders")
    expected = f"{public_url}/webhooks/twilio/{path}"
    if getattr(number, f"{ability}_application_sid"):
        what = f"{number.phone_number}: an application of the account answers {ability}, its URL is not looked at"
        return Finding(Problem.WARNING, what, f"see to it that it is {expected}")
    if (getattr(number, f"{ability}_url") or "").partition("#")[0] == expected:
        return Finding(Problem.OK, f"{number.phone_number}: able to {ability}, and what debtors send reaches us")
    what = f"{number.phone_number}: its {ability}_url does not point to us, what debtors send there is lost (a STOP as well)"
    return Finding(Problem.MISSING, what, f"set it to {expected} in Twilio's console")
