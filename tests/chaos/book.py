"""Who owes in the chaos suite? A few hundred made-up debtors in three zones, due around the day it starts.

Whoever is behind each number is cast here as well: those who answer STOP, dispute, promise or pay are more than in life.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

PLACES = (  # weight, country, region, postcode, IANA zone, what its numbers begin with
    (5, "US", "NY", "12207", "America/New_York", tuple(f"+1{code}55501" for code in (518, 716, 585, 315, 607, 845))),
    (3, "US", "CA", "92101", "America/Los_Angeles", tuple(f"+1{code}55501" for code in (213, 619, 714, 818, 916))),
    (2, "GB", "", "SW1A 1AA", "Europe/London", ("+4477009001", "+4477009002", "+4477009003")),
)
PERSONAS = {
    "prompt_payer": 12, "keeps_promise": 14, "texts_date": 10, "breaks_promise": 12, "forgetful": 6, "hangs_up": 4,
    "presses_promise": 6, "presses_agent": 4, "machine": 5, "presses_stop": 4, "wrong_party": 4, "never_answers": 3,
    "busy": 2, "dead_number": 2, "landline": 2, "stop_sender": 12, "asks_who": 2, "disputes": 7, "angry": 4,
}  # fmt: skip
COLUMNS = (
    "debtor_ref", "name", "language", "phone", "phone_kind", "country", "region", "postcode", "loan_ref", "creditor",
    "collector", "product", "currency", "balance", "amount_due", "due_on", "sms_consent_on",
    "recorded_call_consent_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One debtor: the number that is theirs alone, where they are, and their loans by reference."""

    ref: str
    phone: str
    zone: str
    country: str
    persona: str
    loans: dict[str, date]


@dataclass(frozen=True, slots=True)
class Book:
    people: dict[str, Person]  # by number

    @property
    def personas(self) -> dict[str, str]:
        return {phone: person.persona for phone, person in self.people.items()}

    def with_loan(self, ref: str) -> Person:
        return next(person for person in self.people.values() if ref in person.loans)


def make(path: Path, start_on: date, debtors: int, seed: int) -> Book:
    """Write the book and return who is in it."""
    random = Random(f"{seed} book")
    people: dict[str, Person] = {}
    rows: list[dict[str, str]] = []
    free = [[f"{prefix}{n:02d}" for prefix in place[5] for n in range(100)] for place in PLACES]
    for n in range(debtors):
        which = random.choices(range(len(PLACES)), [place[0] for place in PLACES])[0]
        _, country, region, postcode, zone, _ = PLACES[which]
        persona = random.choices(list(PERSONAS), list(PERSONAS.values()))[0]
        phone = free[which].pop(0)
        loans = {
            f"L{n:04d}{'ABC'[k]}": start_on + timedelta(days=random.randint(-26, 9))
            for k in range(random.choices((1, 2, 3), (75, 20, 5))[0])
        }
        person = Person(f"D{n:04d}", phone, zone, country, persona, loans)
        people[phone] = person
        told = {"name": f"Debtor {n}", "language": random.choices(("en", "es"), (9, 1))[0], "phone_kind": "mobile"}
        told |= {"country": country, "region": region, "postcode": postcode}
        consented = {
            name: (start_on - timedelta(days=random.randint(3, 50))).isoformat() if random.random() < share else ""
            for name, share in (("sms_consent_on", 0.95), ("recorded_call_consent_on", 0.9))
        }
        collector = random.choices(("first_party", "third_party"), (8, 2))[0]
        for ref, due_on in loans.items():
            rows.append({
                "debtor_ref": person.ref, "phone": phone, "loan_ref": ref, "due_on": due_on.isoformat(),
                "creditor": "Blue Bank", "collector": collector, "product": "personal",
                "currency": "GBP" if country == "GB" else "USD", "balance": "900.00",
                "amount_due": f"{random.randint(20, 400)}.00",
            } | told | consented)  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return Book(people)
