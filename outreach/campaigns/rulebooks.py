"""How does `config/rulebooks/**` become the law the gate applies? Read whole, held together, with every fault."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from outreach.campaigns import source
from outreach.campaigns.rulebook_model import DAYS, RulebookModel
from outreach.core.area_codes import AREA_CODES
from outreach.core.regions import ZONES_OF_REGIONS
from outreach.core.rulebook import POLICY, ContactHours, Rule, Rulebook, Rulebooks
from outreach.core.terms import ConfigError, Fault

REGION = re.compile("[A-Z0-9]{1,3}")  # ISO 3166-2, without the country


def load_rulebooks(folder: Path, adopted: Mapping[str, str] | None = None) -> Rulebooks:
    """Every rulebook below `folder`. Raises ConfigError with every fault of every file."""
    faults = [
        Fault(str(path), 0, 0, "would not be read, and its law not bind: expected a name that ends in .yaml")
        for path in sorted(folder.rglob("*"))
        if path.suffix != ".yaml" and path.suffix.lower() in (".yml", ".yaml")
    ]
    books: list[Rulebook] = []
    documents: dict[str, str] = {}
    standing: dict[str, str] = {}  # where each rule stands
    for path in sorted(folder.rglob("*.yaml")):
        try:
            text = source.file_text(path)
            model, document = source.read_document(text, str(path), RulebookModel)
        except ConfigError as error:
            faults += error.faults
            continue
        name = path.relative_to(folder).with_suffix("").as_posix()
        faults += [Fault(str(path), *source.place(document, where), what) for where, what in _misplaced(model, name)]
        faults += _named_elsewhere(model, document, str(path), standing)
        books.append(model.frozen(_version(document)))
        documents[model.rulebook] = text
    if not books and not faults:
        faults.append(Fault(str(folder), 0, 0, "no rulebooks here, expected *.yaml files: without law nothing is sent"))
    faults += _adoption_faults(books, adopted or {})
    if faults:
        raise ConfigError(*faults)
    return Rulebooks(tuple(books), dict(adopted or {}), documents)


def _named_elsewhere(model: RulebookModel, document: Any, path: str, standing: dict[str, str]) -> list[Fault]:
    """Rules named like one of a rulebook read before, noted in `standing`: a refusal names the rule, and nobody knew which."""
    found, here = [], {}
    for index, rule in enumerate(model.rules):
        line, column = source.place(document, ["rules", index, "rule"])
        here[rule.rule] = f"{path}:{line}"
        if before := standing.get(rule.rule):
            what = f"`rules.{index}.rule`: {rule.rule} is a rule at {before} already, expected a name of its own"
            found.append(Fault(path, line, column, what))
    standing |= here
    return found


def _adoption_faults(books: Sequence[Rulebook], adopted: Mapping[str, str]) -> list[Fault]:
    """Policies that are not there, are none, or promise hours that the law of the country forbids."""
    policies = {book.name: book for book in books if book.is_policy}
    found = []
    for country, name in adopted.items():
        policy = policies.get(name)
        if policy is None:
            what = f"no policy rulebook {name!r}{source.did_you_mean(name, sorted(policies))}"
        else:
            law = [book for book in books if book.country == country and not book.regions]
            what = next((wider for rule in policy.rules for wider in _wider(rule, law)), "")
        if what:
            found.append(Fault("config/outreach.yaml", 0, 0, f"`adopt.{country}`: {what}"))
    return found


def _wider(rule: Rule, law: Sequence[Rulebook]) -> Iterator[str]:
    """Hours of a policy that lie outside the law's hours for the very same contacts."""
    if not isinstance(rule, ContactHours) or rule.source.scope.law_is_silent:
        return
    for book in law:
        for legal in book.rules:
            if not isinstance(legal, ContactHours) or legal.source.scope != rule.source.scope:
                continue
            for window in rule.windows:
                inside = [w for w in legal.windows if w.start <= window.start and window.end <= w.end]
                if missing := window.days - frozenset(day for w in inside for day in w.days):
                    day = next(name for name, number in DAYS.items() if number in missing)
                    yield f"{rule.source.id} is wider than {legal.source.id} of {book.name} on {day}: the law binds"
                    return


def _version(document: Any) -> str:
    """SHA-256, hex, of what the file says: a comment or another order of keys makes no new version."""
    said = json.dumps(source.plain(document), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def _off_the_map(model: RulebookModel) -> Iterator[tuple[list[str | int], str]]:
    """A region that is none, or an area code of elsewhere: law that never binds."""
    known = ZONES_OF_REGIONS.get(model.country)
    for region in sorted(model.regions):
        if region not in known if known is not None else not REGION.fullmatch(region):
            expected = f"one of {', '.join(sorted(known))}" if known else "an ISO 3166-2 code without the country"
            yield ["regions"], f"`regions`: {region!r} is none of {model.country}, expected {expected}"
    for code in sorted(model.area_codes):
        country, region = AREA_CODES.get(code, ("", ""))
        if country != model.country or (model.regions and region not in model.regions):
            yield ["area_codes"], f"`area_codes`: {code!r} lies elsewhere, expected one of the rulebook's own regions"


def _misplaced(model: RulebookModel, expected: str) -> Iterator[tuple[list[str | int], str]]:
    """What no model sees by itself: (where, what is wrong)."""
    if model.rulebook != expected:
        yield ["rulebook"], f"`rulebook`: {model.rulebook!r}, expected {expected!r}, the file's own place"
    is_policy = model.rulebook.startswith(POLICY)
    if bool(model.country) is is_policy:
        yield ["rulebook"], "a policy names no country" if is_policy else "`country` is missing"
    yield from _off_the_map(model)
    seen: set[str] = set()
    for index, rule in enumerate(model.rules):
        where: list[str | int] = ["rules", index, "rule"]
        if is_policy != rule.rule.startswith("POLICY-"):
            kind = "a policy's rules begin with POLICY-" if is_policy else "only a policy's rules begin with POLICY-"
            yield where, f"`rules.{index}.rule`: {rule.rule}: {kind}"
        if not is_policy and (rule.margin or rule.applies.law_is_silent):
            yield where, f"`rules.{index}`: `margin` and `law_is_silent` are for policies, expected a rule of law"
        if rule.rule in seen:
            yield where, f"`rules.{index}.rule`: {rule.rule} is given twice"
        seen.add(rule.rule)
