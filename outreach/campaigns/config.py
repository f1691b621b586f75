"""What may an operator write in `config/outreach.yaml`? Everything about this deployment that is no secret."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import phonenumbers
from pydantic import BeforeValidator, Field

from outreach.campaigns.rulebook_model import Listed, Strict, WindowModel, zone_name


def _e164(value: object) -> str:
    text = str(value)
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise ValueError(f"{text!r} is no phone number, expected +COUNTRY and digits like +12125550100") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text!r} is no possible phone number, expected one like +12125550100")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


E164 = Annotated[str, BeforeValidator(_e164)]


class AgentModel(Strict):
    name: str = Field(min_length=1)
    phone: E164
    timezone: Annotated[str, BeforeValidator(zone_name)]
    hours: list[WindowModel] = Field(min_length=1)
    languages: Annotated[frozenset[str], Listed] = frozenset({"en"})


class SendersModel(Strict):
    default: E164
    by_creditor: dict[str, E164] = Field(default={})


class RatesModel(Strict):
    sms_per_second: float = Field(default=10, gt=0)
    calls_per_second: float = Field(default=1, gt=0)
    max_live_calls: int = Field(default=20, ge=0)


class CallsModel(Strict):
    ring_for_seconds: int = Field(default=22, ge=5, le=60)
    allow_for_seconds: int = Field(default=180, ge=30, le=1800)


class SmsModel(Strict):
    valid_for_minutes: int = Field(default=60, ge=1, le=600)


class PromisesModel(Strict):
    latest_days: int = Field(default=60, ge=1, le=365)
    grace_days: int = Field(default=2, ge=0, le=30)
    tolerance_percent: Decimal = Field(default=Decimal(5), ge=0, le=50)


class ConfigModel(Strict):
    company: str = Field(min_length=1)
    callback_phone: E164
    default_language: str = "en"
    senders: SendersModel
    agents: list[AgentModel] = Field(default=[])
    rates: RatesModel = RatesModel()
    calls: CallsModel = CallsModel()
    sms: SmsModel = SmsModel()
    promises: PromisesModel = PromisesModel()
    adopt: dict[Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)$")], str] = Field(default={})
