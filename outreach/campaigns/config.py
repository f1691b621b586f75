"""What may an operator write in `config/outreach.yaml`? Everything about this deployment that is no secret."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

import phonenumbers
from pydantic import BeforeValidator, Field, model_validator

from outreach.campaigns.rulebook_model import Listed, Strict, WindowModel, zone_name
from outreach.core.money import read_amount


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


Numbers = Annotated[tuple[E164, ...], Listed, Field(min_length=1)]


class SendersModel(Strict):
    """Each a number or a list of numbers: a debtor keeps the one that first reached them."""

    default: Numbers
    by_creditor: dict[str, Numbers] = Field(default={})
    by_country: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Numbers] = Field(default={})

    def all(self) -> frozenset[str]:
        pools = (self.default, *self.by_creditor.values(), *self.by_country.values())
        return frozenset(number for pool in pools for number in pool)


class SenderRatesModel(Strict):
    """What one sender may do; what is left out is as for every sender."""

    sms_per_second: float | None = Field(default=None, gt=0)
    sms_per_day: int | None = Field(default=None, ge=0)
    calls_per_second: float | None = Field(default=None, gt=0)
    calls_per_day: int | None = Field(default=None, ge=0)


class AccountRatesModel(Strict):
    """Texts of all senders together: a 10DLC brand has one rate, and one day's allowance, for all its numbers."""

    sms_per_second: float = Field(gt=0)
    sms_per_day: int | None = Field(default=None, ge=0)


class RatesModel(Strict):
    """`sms_...`: segments, each sender. `calls_...`: all senders together, as the carrier counts calls."""

    sms_per_second: float = Field(default=10, gt=0)
    sms_per_day: int | None = Field(default=None, ge=0)
    calls_per_second: float = Field(default=1, gt=0)
    calls_per_day: int | None = Field(default=None, ge=0)
    by_sender: dict[E164, SenderRatesModel] = Field(default={})
    account: AccountRatesModel | None = None
    day_zone: Annotated[str, BeforeValidator(zone_name)] = "America/Los_Angeles"
    max_live_calls: int = Field(default=20, ge=0)
    max_unfinished: int = Field(default=10_000, ge=1)  # of each campaign


class CallsModel(Strict):
    ring_for_seconds: int = Field(default=22, ge=5, le=60)
    allow_for_seconds: int = Field(default=180, ge=30, le=1800)


class SmsModel(Strict):
    valid_for_minutes: int = Field(default=60, ge=1, le=600)


def _amounts(value: object) -> object:
    """Decimals of their currencies, as minor units: `{USD: 25, MXN: "400.00"}`."""
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} names no currencies, expected some like {{USD: 25, EUR: 20}}")
    found: dict[str, int] = {}
    for currency, amount in value.items():
        if not re.fullmatch("[A-Z]{3}", str(currency)):
            raise ValueError(f"{currency!r} is no currency, expected an ISO code like USD")
        found[str(currency)] = read_amount(str(amount), str(currency)).minor
    return found


class InstalmentsModel(Strict):
    most: int = Field(default=4, ge=1, le=24)
    least_days_apart: int = Field(default=5, ge=1, le=90)
    most_days_apart: int = Field(default=31, ge=1, le=90)

    @model_validator(mode="after")
    def _in_order(self) -> InstalmentsModel:
        if self.least_days_apart > self.most_days_apart:
            raise ValueError(
                f"least_days_apart is {self.least_days_apart} and most_days_apart {self.most_days_apart}: no plan would fit"
            )
        return self


class PromisesModel(Strict):
    earliest_days: int = Field(default=0, ge=0, le=60)
    latest_days: int = Field(default=60, ge=1, le=365)
    grace_days: int = Field(default=2, ge=0, le=30)
    tolerance_percent: Decimal = Field(default=Decimal(5), ge=0, le=50)
    minimum: Annotated[dict[str, int], BeforeValidator(_amounts)] = Field(default={})
    minimum_percent: Decimal = Field(default=Decimal(0), ge=0, le=100)
    instalments: InstalmentsModel = InstalmentsModel()
    extension_days: int = Field(default=14, ge=0, le=365)
    repromise_limit: int = Field(default=3, ge=1, le=20)

    @model_validator(mode="after")
    def _some_day_fits(self) -> PromisesModel:
        if self.earliest_days > self.latest_days:
            raise ValueError(
                f"earliest_days is {self.earliest_days} and latest_days {self.latest_days}: no day would fit"
            )
        return self


class PausesModel(Strict):
    """How many local days reminders rest after what a debtor wrote."""

    paid_days: int = Field(default=7, ge=1, le=60)
    question_days: int = Field(default=5, ge=1, le=60)


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
    pauses: PausesModel = PausesModel()
    adopt: dict[Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)$")], str] = Field(default={})

    @model_validator(mode="after")
    def _rates_of_senders(self) -> ConfigModel:
        if strange := sorted(set(self.rates.by_sender) - self.senders.all()):
            raise ValueError(f"rates.by_sender names {strange[0]}, expected one of the numbers under `senders`")
        return self
