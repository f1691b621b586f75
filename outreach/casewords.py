"""How is a line of the case log said in plain words? One sentence per kind of event; unknown ones still get a decent one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from outreach.core.terms import Channel

Detail = Mapping[str, Any]
NOT_SAID = frozenset({"version", "key", "phone", "phones", "phone_id", "now", "rulebooks", "zones", "cases"})


def line(kind: str, detail: Detail) -> str:
    """What happened, for people. Never raises: a key that is missing is left out."""
    say = WORDS.get(kind)
    return say(_Told(detail)) if say else _plain(kind, detail)


def page(found: Mapping[str, Any]) -> Iterator[str]:
    """A case and its log, as `store.reading.read_case` found it, in lines."""
    yield "{ref}  {status}  {amount} {currency} due {due_on}  {creditor}".format(**found)
    if said := cost(found["cost"]):
        yield f"contact cost: {said}"
    for event in found["log"]:
        yield f"{event['seq']:4d}  {event['at'][:19].replace('T', ' ')}Z  {line(event['kind'], event['detail'])}"


def cost(found: Mapping[str, Any]) -> str:
    """What contact about a case cost, as `store.costs.of_case` found it; empty if there was none."""
    said = [
        f"{one['amount']} {one['currency']} for {_counted(one['texts'], 'text')} and {_counted(one['calls'], 'call')}"
        for one in found["priced"]
    ]
    waiting = [f"{found['unpriced']} without a price from the carrier"] if found["unpriced"] else []
    return "; ".join(said + waiting)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


class _Told(dict[str, Any]):
    """Details with a blank for what is missing."""

    def __missing__(self, key: str) -> str:
        return ""


def _plain(kind: str, detail: Detail) -> str:
    told = ", ".join(
        f"{k.replace('_', ' ')} {v}" for k, v in detail.items() if k not in NOT_SAID and v not in (None, "")
    )
    return kind.replace("_", " ") + (f": {told}" if told else "")


def _by(detail: Detail) -> str:
    return f" ({detail['rules']})" if detail.get("rules") else ""


def _words(text: object) -> str:
    return str(text or "").replace("_", " ")


def _date(text: object) -> str:
    return str(text or "")[:16].replace("T", " ")


def _refused(d: Detail) -> str:
    reasons = "; ".join(
        f"{r.get('rule', '')} {('(' + r['citation'] + ')') if r.get('citation') else ''}: {r.get('because', '')}".strip()
        for r in d.get("refusals") or []
    )
    when = f", looked at again {_date(d['retry_at'])}Z" if d.get("retry_at") else ""
    decided = {"defer": "put off", "refuse": "refused"}.get(str(d.get("decision")), "refused")
    return f"{_words(d.get('channel'))} {decided} at step {d.get('step', '')}{when}: {reasons}"


def _reserved(d: Detail) -> str:
    where = f" (campaign {d['campaign']}, step {d['step']})" if d.get("campaign") else f" ({_words(d.get('purpose'))})"
    merged = f", merged into {d['merged_into']}" if d.get("merged_into") else ""
    return f"{_words(d.get('channel'))} decided lawful and reserved: {d.get('template', '')}{where}{merged}"


def _moved(how: str) -> Callable[[Detail], str]:
    def say(d: Detail) -> str:
        into = f", going on with {d['into']}" if d.get("into") else ""
        days = f" by {d['days']} days" if d.get("days") else ""
        step, when = f"step {d.get('step', '')} of {d.get('campaign', '')}", _date(d.get("planned_at"))
        if d.get("because"):
            return f"{step} {how}{days}: {_words(d['because'])}{into}"
        return f"{step} {how}{days}: its time {when}Z had passed{into}"

    return say


def _updated(d: Detail) -> str:
    """What the book says anew, and what was on file before: amounts stand there in minor units."""
    changed = ", ".join(_words(name) for name in d.get("changed") or [])
    was = ", ".join(
        f"{_words(name.removesuffix('_minor'))} {value}{' in minor units' if name.endswith('_minor') else ''}"
        for name, value in (d.get("was") or {}).items()
    )
    return f"book updated: {changed}" + (f" (was {was})" if was else "")


def _suppressed(d: Detail) -> str:
    channel = f", {_words(d['channel'])} only" if d.get("channel") else ""
    until = f" until {_date(d['until'])}Z" if d.get("until") else ""
    return f"contact stopped: {_words(d.get('reason'))} ({_words(d.get('scope'))}{channel}){until}, from {d.get('source', '')}"


def _noted(d: Detail) -> str:
    """What a person did at their desk, and who they are."""
    say = NOTED.get(str(d.get("what")))
    return say(d) if say else _plain("noted", d)


NOTED: dict[str, Callable[[Detail], str]] = {
    "note": lambda d: f"note by {d['by']}",
    "promise": lambda d: f"{d['by']} records a promise",
    "stop": lambda d: f"{d['by']} records a stop",
    "callback": lambda d: f"{d['by']} records a wish to be called back",
    "lift": lambda d: f"{d['by']} records that a time is no longer inconvenient",
    "answered": lambda d: f"{d['by']} sends {_words(d['template'])}",
    "handled": lambda d: f"{d['task'] or 'task'} dealt with by {d['by']}: {_words(d['decision'])}",
}


DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()


def _times_named(d: Detail) -> str:
    days = [DAYS[day - 1] for day in d.get("days") or []]
    on = "" if len(days) == len(DAYS) else f" on {', '.join(days)}"
    whole_day = d.get("start") == d.get("end")
    hours = "" if whole_day else f" from {d.get('start', '')} to {d.get('end', '')}"
    what = {"call": "calls", "sms": "texts"}.get(str(d.get("channel")), "contact")
    place = " at work" if d.get("place") == "work" else ""
    return f"named as inconvenient: {what}{place}{hours}{on}, from {d.get('source', '')}"


WORDS: dict[str, Callable[[Detail], str]] = {
    "opened": lambda d: f"case opened: {d['amount_due']} {d['currency']} due {d['due_on']}",
    "updated": _updated,
    "refused": _refused,
    "step_expired": _moved("expired"),
    "step_shifted": _moved("shifted"),
    "step_merged": _moved("merged"),
    "step_skipped": lambda d: f"step {d['step']} of {d['campaign']} skipped: {_words(d['because'])}{_by(d)}",
    "cadence_ended": lambda d: f"campaign {d['campaign']} is over: {_words(d['because'])}",
    "attempt_reserved": _reserved,
    "attempt_released": lambda d: f"taken back before it left: {d['because']}",
    "attempt_placed": lambda d: f"placed at the carrier from {d['sender']} as {d['sid']}",
    "contact_found": lambda d: (
        f"{Channel(d['channel'] or Channel.SMS).word} of {_date(d['at'])}Z left from {d['sender']}"
        f" that nobody here asked for: {d['sid']}"
    ),
    "attempt_in_doubt": lambda d: f"in doubt whether the carrier has it: {d['because'] or 'no clear answer'}",
    "attempt_failed": lambda d: f"failed: {d['what']}" + (f" (code {d['code']})" if d["code"] else ""),
    "cancel_asked": lambda d: f"the carrier was asked to drop it: {d['because']}",
    "delivered": lambda d: "delivered",
    "undelivered": lambda d: f"not delivered: {d['what']}" + (f" (code {d['code']})" if d["code"] else ""),
    "answered": lambda d: "call answered" + (f" by {d['answered_by']}" if d["answered_by"] else ""),
    "identified": lambda d: "the debtor identified themselves",
    "keypressed": lambda d: f"pressed {d['digits']} at the {d['menu']} menu",
    "call_ended": lambda d: f"call ended: {_words(d['disposition'])}" + (f", {d['seconds']} s" if d["seconds"] else ""),
    "transferred": lambda d: f"transferred to {d['agent']}, {d['seconds']} s",
    "transfer_failed": lambda d: f"agent {d['agent']} not reached: {_words(d['outcome'])}",
    "callback_offered": lambda d: "a callback was offered",
    "callback_requested": lambda d: "asked to be called back" + (f" at {_date(d['at'])}Z" if d["at"] else ""),
    "replied": lambda d: f"replied: {_words(d['intent'])} ({d['why']})",
    "needs_person": lambda d: f"waits for a person: {_words(d['why'])}",
    "promised": lambda d: f"promised {d['amount']} {d['currency']} on {d['on']}, by {d['source']}",
    "promise_kept": lambda d: f"promise of {d['on']} kept",
    "promise_broken": lambda d: f"promise of {d['on']} broken" + (f": {d['because']}" if d["because"] else ""),
    "promise_reopened": lambda d: f"promise of {d['on']} stands again: {d['because']}",
    "promise_cancelled": lambda d: f"promise of {d['on']} cancelled: {d['because']}",
    "paid": lambda d: f"paid {d['amount']} {d['currency']}, {d['left']} left",
    "payment_reversed": lambda d: (
        f"payment {d['reverses']} taken back: {d['amount']} {d['currency']}, {d['left']} due"
        + (f"; {d['because']}" if d["because"] else "")
    ),
    "times_named": _times_named,
    "language_changed": lambda d: f"language changed to {d['language']}, from {d['source']}",
    "suppressed": _suppressed,
    "suppression_lifted": lambda d: (
        f"stop lifted: {_words(d['reason'])}" + (f", {d['because']}" if d["because"] else f", from {d['source']}")
    ),
    "held": lambda d: f"held for a person: {_words(d['because'])}",
    "noted": _noted,
    "resumed": lambda d: f"goes on: {_words(d['because'])}",
    "reopened": lambda d: f"opened again: {_words(d['because'])}",
    "consented": lambda d: f"consent given: {_words(d['kind'])}, by {d['source']}",
    "consent_withdrawn": lambda d: f"consent withdrawn: {_words(d['kind'])}, by {d['source']}",
    "closed": lambda d: f"closed: {_words(d['because'])}",
    "erased": lambda d: "the person was forgotten; the proof stays",
}
