"""Is the Twilio account ready to go live? What is missing, forbidden or doubtful, in words with the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

from outreach.carriers import Finding, Problem
from outreach.core.terms import Channel, Collector

MOST_NUMBERS = 200
CHANNELS = {Channel.SMS: ("sms", "sms_url", "sms/inbound"), Channel.CALL: ("voice", "voice_url", "voice/inbound")}


def preflight(client: Any, public_url: str, collectors: frozenset[str], channels: frozenset[Channel]) -> list[Finding]:
    """Every finding, gravest causes first. Network trouble is a finding, never an exception."""
    findings = [*_public_url(public_url), *_policy(collectors, channels)]
    try:
        return [*findings, *_account(client), *_numbers(client, public_url, channels)]
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


def _policy(collectors: frozenset[str], channels: frozenset[Channel]) -> Iterator[Finding]:
    """Twilio's messaging policy forbids third-party collection by text in the US and Canada, whatever consent says."""
    if Collector.THIRD_PARTY in collectors and Channel.SMS in channels:
        what = "Twilio forbids texts that collect another's debt in the US and Canada (forbidden message categories)"
        yield Finding(Problem.FORBIDDEN, what, "collect third-party debts by call only, or ask Twilio in writing")


def _account(client: Any) -> Iterator[Finding]:
    account = client.api.v2010.accounts(client.account_sid).fetch()
    if account.status != "active":
        yield Finding(Problem.MISSING, f"the Twilio account is {account.status}", "have Twilio activate it")
    elif account.type == "Trial":
        what = "a trial account reaches only verified numbers and adds its own words"
        yield Finding(Problem.WARNING, what, "upgrade it")
    else:
        yield Finding(Problem.OK, "the Twilio account is active")


def _numbers(client: Any, public_url: str, channels: frozenset[Channel]) -> Iterator[Finding]:
    numbers = client.incoming_phone_numbers.list(limit=MOST_NUMBERS)
    for channel in sorted(channels):
        ability, setting, path = CHANNELS[channel]
        able = [number for number in numbers if (number.capabilities or {}).get(ability)]
        if not able:
            yield Finding(Problem.MISSING, f"no number of the account is able to {ability}", "buy a number in Twilio")
        wanted = f"{public_url}/webhooks/twilio/{path}"
        for number in able:
            yield _pointed(number, setting, wanted)


def _pointed(number: Any, setting: str, wanted: str) -> Finding:
    if (getattr(number, setting) or "").partition("#")[0] == wanted:
        return Finding(Problem.OK, f"{number.phone_number}: {setting} reaches us")
    what = f"{number.phone_number}: {setting} does not point to us, what debtors send there is lost"
    return Finding(Problem.WARNING, what, f"set it to {wanted}")
