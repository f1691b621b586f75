"""What is in the sample book? Some 530 loans of some 480 made-up people, due around the day a demo starts.

The same seed gives the same people, numbers and amounts for every start; only the dates move. `python -m
outreach.samples.make` writes the committed `book.csv` anew.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from outreach.samples.places import FAMILY, GIVEN, LENDERS, PLACES, STREETS, Lender, Place, words

BOOK = Path(__file__).with_name("book.csv")
START_ON = date(2026, 11, 23)  # the start the committed book is made for, a Monday
COLUMNS = words("""
    debtor_ref name language phone phone_kind phone_place email address city region postcode country timezone
    loan_ref creditor collector product currency balance amount_due due_on funding_account sms_consent_on
    recorded_call_consent_on tags
""")
Row = dict[str, str]
T = TypeVar("T")

# Days from the start to the due date: (earliest, latest, share). Much falls due soon, much is in its first month.
DUE = ((1, 12, 0.44), (0, 0, 0.04), (-10, -1, 0.24), (-30, -11, 0.21), (-35, -31, 0.07))
KINDS = (("mobile", 0.86), ("landline", 0.06), ("voip", 0.03), ("unknown", 0.05))
# share with consent on file: (SMS, recorded call)
CONSENT = {"first_party": (0.93, 0.9), "third_party": (0.12, 0.55)}


@dataclass(slots=True)
class Numbers:
    """Fictional numbers, each given once."""

    given: Counter[str] = field(default_factory=Counter)

    def take(self, country: str, code: str, kind: str) -> str:
        """The next number of a country, or of an area code in North America (at most a hundred each)."""
        if code:
            return f"+1{code}55501{self._next(code):02d}"
        if country == "GB":  # Ofcom's ranges for drama: mobile, London landline
            return (
                f"+4420794600{self._next('GB-20'):02d}" if kind == "landline" else f"+447700900{self._next('GB'):03d}"
            )
        if country == "AU":
            return f"+61491570{self._next('AU'):03d}"
        return f"+861990000{self._next('CN'):04d}"

    def _next(self, series: str) -> int:
        self.given[series] += 1
        return self.given[series] - 1


@dataclass(frozen=True, slots=True)
class Loan:
    lender: Lender
    product: str
    amount: int  # minor units
    balance: int
    due_on: date
    account: str


def book_rows(start_on: date, seed: int = 7) -> list[Row]:
    """The rows of the book, in the columns of `COLUMNS`, everything as text."""
    random = Random(seed)
    numbers = Numbers()
    people = [place for place in PLACES for _ in range(place.people)]
    random.shuffle(people)
    rows: list[Row] = []
    loan_no = 1000
    for debtor_no, place in enumerate(people, start=1001):
        person = _person(f"D{debtor_no}", place, random)
        loans = [_loan(place, start_on, random) for _ in range(_pick(((1, 0.88), (2, 0.1), (3, 0.02)), random))]
        phones = _phones(place, numbers, random)
        for index in range(max(len(loans), len(phones))):
            loan = loans[min(index, len(loans) - 1)]
            if index < len(loans):
                loan_no += 1
            consent = _consent(loan.lender, start_on, Random(f"{seed} {person['debtor_ref']} {loan.lender.name}"))
            phone = phones[min(index, len(phones) - 1)]
            rows.append(person | phone | _terms(loan, f"L{loan_no}") | consent)
    return [{column: row.get(column, "") for column in COLUMNS} for row in rows]


def make_book(start_on: date, path: Path, seed: int = 7) -> int:
    """Write the book for a demo that starts on `start_on` and return how many loans it holds. Raises OSError."""
    rows = book_rows(start_on, seed)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text.getvalue(), encoding="utf-8", newline="")
    part.replace(path)
    return len({row["loan_ref"] for row in rows})


def _person(ref: str, place: Place, random: Random) -> Row:
    language = place.language
    if place.country == "US" and language == "en" and random.random() < 0.05:
        language = random.choice(("es", "zh"))
    name = _name(language, random)
    late, vip = random.random() < 0.13, random.random() < 0.04
    if random.random() < 0.03 and place.country == "US":  # no address: only the number says where
        where = {"country": place.country}
    else:
        where = {
            "country": place.country,
            "region": place.region,
            "city": place.city,
            "postcode": random.choice(place.postcodes),
            "address": _street(place, random),
            "timezone": _stated(place, random),
        }
    return where | {
        "debtor_ref": ref,
        "name": name,
        "language": language,
        "email": f"{ref.lower()}@example.com" if random.random() < 0.6 else "",
        "tags": ";".join(tag for tag, holds in (("habitual_late", late), ("vip", vip)) if holds),
    }


def _stated(place: Place, random: Random) -> str:
    """The zone the debtor named, if any: rare, and once in a while another than the address says."""
    known = {
        "CA": "America/Los_Angeles",
        "NY": "America/New_York",
        "HI": "Pacific/Honolulu",
        "WA": "America/Los_Angeles",
    }
    if place.country != "US" or random.random() > 0.06:
        return ""
    return known.get(place.region, "America/Chicago" if place.region in {"TX", "IL"} else "")


def _name(language: str, random: Random) -> str:
    given, family = random.choice(GIVEN[language]), random.choice(FAMILY[language])
    return family + given if language == "zh" else f"{given} {family}"


def _street(place: Place, random: Random) -> str:
    if place.language == "zh":
        return f"{random.choice(STREETS['zh'])}{random.randint(1, 299)}号"
    return f"{random.randint(1, 990)} {random.choice(STREETS['en'])} Street"


def _phones(place: Place, numbers: Numbers, random: Random) -> list[Row]:
    phones: list[Row] = []
    for rank in range(_pick(((1, 0.86), (2, 0.13), (3, 0.01)), random)):
        kind = _pick(KINDS, random) if place.country != "CN" else "mobile"
        work = rank > 0 and random.random() < 0.4
        code = random.choice(place.codes) if place.codes else ""
        phones.append(
            {
                "phone": numbers.take(place.country, code, kind),
                "phone_kind": kind,
                "phone_place": "work" if work else "personal",
            }
        )
    return phones


def _loan(place: Place, start_on: date, random: Random) -> Loan:
    lenders = LENDERS[place.country]
    lender = _pick(tuple((lender, lender.share) for lender in lenders), random)
    product, low, high = random.choice(lender.products)
    amount = random.randint(low * 100, high * 100)
    if product != "card":
        amount -= amount % 25
    earliest, latest = _pick(tuple(((first, last), share) for first, last, share in DUE), random)
    return Loan(
        lender=lender,
        product=product,
        amount=amount,
        balance=amount * random.randint(2, 4 if product == "microloan" else 26),
        due_on=start_on + timedelta(days=random.randint(earliest, latest)),
        account=f"****{random.randint(0, 9999):04d}" if random.random() < 0.85 else "",
    )


def _terms(loan: Loan, ref: str) -> Row:
    return {
        "loan_ref": ref,
        "creditor": loan.lender.name,
        "collector": loan.lender.collector,
        "product": loan.product,
        "currency": loan.lender.currency,
        "balance": f"{loan.balance / 100:.2f}",
        "amount_due": f"{loan.amount / 100:.2f}",
        "due_on": loan.due_on.isoformat(),
        "funding_account": loan.account,
    }


def _consent(lender: Lender, start_on: date, random: Random) -> Row:
    """Consents as the lender took them at signing, the same for every row of one person and lender."""
    signed = (start_on - timedelta(days=random.randint(60, 700))).isoformat()
    sms, recorded = CONSENT[lender.collector]
    return {
        "sms_consent_on": signed if random.random() < sms else "",
        "recorded_call_consent_on": signed if random.random() < recorded else "",
    }


def _pick(choices: tuple[tuple[T, float], ...], random: Random) -> T:
    return random.choices([value for value, _ in choices], [share for _, share in choices])[0]


if __name__ == "__main__":
    make_book(START_ON, BOOK)
