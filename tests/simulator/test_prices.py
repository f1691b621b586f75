"""Our carrier code reads prices off the simulated carrier as off the real one: singly, or a page at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outreach.carriers import OutgoingSms, Price, Progress
from outreach.carriers.twilio import SINGLY, Twilio
from outreach.core.terms import Channel
from tests.simulator.line import ACCOUNT, DEBTOR, MORNING, OURS, TOKEN, Line

ONE, TWO = Price(7_900, "USD", 1), Price(15_800, "USD", 2)
HOURS = timedelta(hours=6)


@pytest.mark.parametrize("count", [2, SINGLY + 10])
def test_texts_and_calls_have_prices_once_they_are_over(line: Line, count: int) -> None:
    carrier = Twilio(ACCOUNT, TOKEN, public_url=line.url, api_url=f"{line.url}/simulator")
    texts = [
        OutgoingSms(f"{n:032x}", DEBTOR, OURS, "Hello " * (40 * (n % 2) + 1), timedelta(hours=1)) for n in range(count)
    ]
    sids = [placed.sid or "" for placed in carrier.send(texts)]
    call = line.call(document='<Response><Pause length="20"/></Response>').sid
    assert not any(one.price for one in carrier.records(Channel.SMS, sids, MORNING, MORNING + HOURS).values())
    line.run()
    found = carrier.records(Channel.SMS, [*sids, "SM" + "0" * 32], MORNING, MORNING + HOURS)
    assert {sid: one.price for sid, one in found.items()} == {
        sid: (TWO if n % 2 else ONE) for n, sid in enumerate(sids)
    }
    assert {one.report.progress for one in found.values()} <= {Progress.DELIVERED, Progress.UNDELIVERED}
    ended = carrier.records(Channel.CALL, [call], MORNING, MORNING + HOURS)[call]
    assert ended.report.progress is Progress.COMPLETED and ended.price and ended.price.micro >= 14_000
