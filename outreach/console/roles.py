"""Who may see and do what? One table: every route of the console with the roles it is open to; what is not here is shut."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Whom we let in: people by password, a program (the loan system) by its key."""

    SUPERVISOR = "supervisor"  # runs the campaigns, stops and resumes them, and may do whatever an agent may
    AGENT = "agent"  # talks to debtors and records what was agreed
    COMPLIANCE = "compliance"  # reads everything, may stop contact, agrees nothing with a debtor
    PROGRAM = "program"  # the API and nothing else


PEOPLE = frozenset({Role.SUPERVISOR, Role.AGENT, Role.COMPLIANCE})
DESK = frozenset({Role.SUPERVISOR, Role.AGENT})
OVERSIGHT = frozenset({Role.SUPERVISOR, Role.COMPLIANCE})

# Before anybody has signed in. `metrics` has a lock of its own: a program's key, or this very machine.
OPEN = frozenset({"sign_in", "static", "healthz", "readyz", "metrics"})
ROUTES: dict[str, frozenset[Role]] = {
    "sign_out": PEOPLE,
    "board_page": PEOPLE,
    "board_fragment": PEOPLE,
    "stop_contact": OVERSIGHT,
    "resume_contact": frozenset({Role.SUPERVISOR}),
    "cases_page": PEOPLE,
    "case_page": PEOPLE,
    "inbox_page": PEOPLE,
    "promises_page": PEOPLE,
    "campaigns_page": OVERSIGHT,
    "demo_clock": frozenset({Role.SUPERVISOR}),
    "record_note": PEOPLE,
    "record_stop": PEOPLE,
    "record_promise": DESK,
    "record_callback": DESK,
    "record_lift": DESK,
    "record_lift_stop": frozenset({Role.SUPERVISOR}),
    "record_goes_on": DESK,
    "handle_task": DESK,
    "handle_stranger": DESK,
    "answer_reply": DESK,
    "api_board": OVERSIGHT | {Role.PROGRAM},
    "api_case": OVERSIGHT | {Role.PROGRAM},
    "api_judge": OVERSIGHT | {Role.PROGRAM},
    "api_payments": frozenset({Role.SUPERVISOR, Role.PROGRAM}),
}


def may(role: str, route: str) -> bool:
    """May somebody with this role use this route (its name without the blueprint's)? Unknown roles and routes: no."""
    return role in ROUTES.get(route, frozenset())
