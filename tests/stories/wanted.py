"""What must come of each story, whatever the language: every line of the case log in order, and what is left standing."""

from __future__ import annotations

from tests.stories.stage import Outcome

SENT = "attempt_reserved attempt_placed delivered"  # a text
RANG = "attempt_reserved attempt_placed call_ended"  # a call that nobody took
OVER = "cadence_ended"  # of one campaign
DUE_DAY = f"step_skipped {OVER}"  # they had written: the text of the due day is left out, its campaign is over
REMINDED = f"opened {SENT}"
PROMISED = f"{REMINDED} replied promised {SENT}"
NOTED = f"{REMINDED} replied needs_person {SENT}"
RESTS = f"{REMINDED} replied suppressed held needs_person {SENT}"  # reminders do, and we answer
HELD = f"{REMINDED} replied suppressed held needs_person"
PAID_UP = f"paid closed promise_kept {OVER}"
FOLLOWED_UP = f"{SENT} {RANG} {RANG} {SENT} {OVER}"
NOT_ALLOWED = "refused step_skipped"  # on its day, nor as long as it is kept


def _is(
    status: str,
    kinds: str,
    *,
    stops: str = "",
    tasks: str | tuple[str, ...] = "",
    promises: tuple[str, ...] = (),
    answer: str | None = None,
) -> tuple[Outcome, str | None]:
    found = Outcome(
        tuple(kinds.split()),
        status,
        (stops,) if stops else (),
        (tasks,) if isinstance(tasks, str) and tasks else tuple(tasks),
        promises,
    )
    return found, answer


def _held(reason: str) -> tuple[Outcome, str | None]:
    return _is("held", HELD, stops=f"{reason}: all contact, debtor", tasks="reply open")


def _waits(answer: str) -> tuple[Outcome, str | None]:
    """The reminders go on, until a colleague has read it."""
    return _is("active", f"{NOTED} {DUE_DAY} {SENT} {RANG}", tasks="reply open", answer=answer)


CONFIRMED, COLLEAGUE = "promise_confirmed", "reply_noted"
FULL = ("2026-11-27 120.00 USD kept",)
# By story: what came of it, and the template of our answer to the first of their texts (None: none may leave).
WANTED: dict[str, tuple[Outcome, str | None]] = {
    "promise": _is(
        "closed", f"{PROMISED} {OVER} {OVER} paid closed promise_kept", promises=("2026-11-30 120.00 USD kept",), answer=CONFIRMED
    ),
    "accept": _is("closed", f"{PROMISED} {OVER} {PAID_UP}", promises=FULL, answer=CONFIRMED),
    "decline": _waits("ask_date"),
    "paid": _is(
        "closed", f"{RESTS} paid closed suppression_lifted {OVER} {OVER}",
        stops="paid: all contact, case, lifted", tasks="reply open", answer="thanks_paid",
    ),
    "paid_not_found": _is(
        "held", f"{RESTS} suppressed needs_person",
        stops="paid: all contact, case", tasks=("reply open", "payment open"), answer="thanks_paid",
    ),
    "dispute": _held("dispute"),
    "identity_theft": _is(
        "held", f"{HELD} needs_person", stops="identity_theft: all contact, debtor",
        tasks=("identity_theft open", "reply open"),
    ),
    "name_used": _is(
        "held", f"{HELD} needs_person", stops="identity_theft: all contact, debtor",
        tasks=("identity_theft open", "reply open"),
    ),
    "hardship": _is("held", RESTS, stops="hardship: all contact, debtor", tasks="reply open", answer="hardship_noted"),
    "opt_out": _is(
        "active", f"opened replied suppressed {SENT} step_skipped {NOT_ALLOWED} {RANG} {RANG}",
        stops="opt_out: texts, debtor", answer="opt_out_confirmed",
    ),
    "opt_in": _is(
        "closed",
        f"{REMINDED} replied suppressed {SENT} replied suppression_lifted consented {SENT} paid closed {OVER} {OVER}",
        stops="opt_out: texts, phone, lifted", answer="opt_out_confirmed",
    ),
    "help": _is("closed", f"{REMINDED} replied {SENT} {DUE_DAY} paid closed {OVER}", answer="help"),
    "wrong_number": _is(
        "active", f"{REMINDED} replied suppressed needs_person {DUE_DAY} {NOT_ALLOWED} {NOT_ALLOWED} refused",
        stops="wrong_number: all contact, phone", tasks="reply open",
    ),
    "attorney": _held("attorney"),
    "bankruptcy": _held("bankruptcy"),
    "deceased": _held("deceased"),
    "cease": _held("cease"),
    "complaint": _held("complaint"),
    "stop_calls": _is(
        "active", f"opened replied suppressed {SENT} step_skipped {SENT} refused",
        stops="refused_channel: calls, debtor", answer=COLLEAGUE,
    ),
    "callback": _is(
        "active",
        f"{REMINDED} replied needs_person callback_requested {SENT} attempt_reserved attempt_placed"
        " answered keypressed identified transferred call_ended",
        tasks="callback done", answer="callback_noted",
    ),
    "question": _is(
        "closed", f"{RESTS} paid closed {OVER} {OVER} suppression_lifted",
        stops="question: all contact, debtor, lifted", tasks="reply open", answer=COLLEAGUE,
    ),
    "who_is_this": _is(
        "active", f"{RESTS} suppression_lifted resumed step_expired {OVER} refused {SENT} {RANG}",
        stops="question: all contact, debtor, lifted", tasks="reply open", answer=COLLEAGUE,
    ),
    "unclear": _waits(COLLEAGUE),
    "kept_in_full": _is("closed", f"{PROMISED} {OVER} {PAID_UP}", promises=FULL, answer=CONFIRMED),
    "kept_by_tolerance": _is("active", f"{PROMISED} {OVER} paid promise_kept {OVER}", promises=FULL, answer=CONFIRMED),
    "partly_kept": _is(
        "active", f"{PROMISED} {OVER} paid {OVER} promise_broken step_shifted {FOLLOWED_UP}",
        promises=("2026-11-27 120.00 USD broken",), answer=CONFIRMED,
    ),
    "broken": _is(
        "active", f"{PROMISED} {OVER} {OVER} promise_broken {FOLLOWED_UP}",
        promises=("2026-11-27 120.00 USD broken",), answer=CONFIRMED,
    ),
    "taken_back": _is(
        "active", f"{PROMISED} replied promise_cancelled resumed {SENT} {DUE_DAY} {SENT} {RANG}",
        promises=("2026-11-27 120.00 USD cancelled",), answer=CONFIRMED,
    ),
    "moved": _is(
        "closed", f"{PROMISED} replied promise_cancelled promised {SENT} {OVER} {OVER} paid closed promise_kept",
        promises=("2026-11-27 120.00 USD cancelled", "2026-11-30 120.00 USD kept"), answer=CONFIRMED,
    ),
    "instalments": _is(
        "closed",
        f"{REMINDED} replied promised promised {SENT} {OVER} paid promise_kept {OVER} paid closed promise_kept",
        promises=("2026-11-27 60.00 USD kept", "2026-12-04 60.00 USD kept"), answer="plan_confirmed",
    ),
    "counter_offer": _is(
        "active",
        f"{REMINDED} replied {SENT} replied promised {SENT} {OVER} paid promise_kept step_shifted {SENT} step_skipped {SENT}",
        promises=("2026-11-27 12.00 USD kept",), answer="counter_offer",
    ),
    "sum_first": _is(
        "active",
        f"{NOTED} replied promised {SENT} {OVER} paid promise_kept step_shifted {SENT} step_skipped {SENT}",
        tasks="reply open", promises=("2026-11-27 60.00 USD kept",), answer="ask_date",
    ),
    "paid_in_part": _is(
        "closed", f"{REMINDED} replied {SENT} {DUE_DAY} paid step_shifted {SENT} step_skipped paid closed {OVER}",
        answer="help",
    ),
    "reminded": _is(
        "closed", f"{PROMISED} {OVER} {OVER} {SENT} {OVER} paid closed promise_kept",
        promises=("2026-11-30 120.00 USD kept",), answer=CONFIRMED,
    ),
    "too_many_broken": _is(
        "active",
        f"{PROMISED} {OVER} promise_broken attempt_reserved {SENT} replied promised {SENT} {OVER} promise_broken {SENT}"
        f" replied promised {SENT} {OVER} promise_broken {SENT} replied needs_person {SENT}",
        tasks="reply open",
        promises=("2026-11-25 120.00 USD broken", "2026-11-29 120.00 USD broken", "2026-12-03 120.00 USD broken"),
        answer=CONFIRMED,
    ),
    "debit_bounced": _is(
        "closed",
        f"{PROMISED} {OVER} {PAID_UP} payment_reversed reopened promise_broken refused attempt_reserved {RANG} {RANG} {SENT}"
        f" {SENT} paid closed {OVER}",
        promises=("2026-11-27 120.00 USD broken",), answer=CONFIRMED,
    ),
    "payment_reversed": _is(
        "active", f"{PROMISED} {OVER} {PAID_UP} updated reopened refused {RANG} {RANG} {SENT} {SENT}",
        promises=FULL, answer=CONFIRMED,
    ),
}  # fmt: skip
