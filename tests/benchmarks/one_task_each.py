"""The usual way, to measure against: one Celery task per text, with Twilio's synchronous client.

`python one_task_each.py ADDRESS MESSAGES` prints the texts per second. The broker is Celery's own in memory, which costs
less than any other, and nothing is read from or written to a database.
"""

from __future__ import annotations

import sys
import threading
import time

from celery import Celery
from celery.contrib.testing.worker import start_worker
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

THREADS = 8


class Here(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own client, sent to `address` instead."""

    address = ""

    def request(self, method: str, url: str, *args: object, **kwargs: object) -> object:
        return super().request(method, url.replace("https://api.twilio.com", self.address), *args, **kwargs)


def main() -> None:
    Here.address, messages = sys.argv[1], int(sys.argv[2])
    app = Celery("one_task_each", broker="memory://", backend=None)
    app.conf.update(broker_transport_options={"polling_interval": 0.001}, worker_prefetch_multiplier=0)  # at its best
    client = Client("AC" + "0" * 32, "token", http_client=Here())
    left, done, last = threading.Lock(), [0], threading.Event()

    @app.task(name="text")  # type: ignore[untyped-decorator]
    def text(to: str, body: str, key: str) -> None:
        client.messages.create(
            to=to, from_="+15005550001", body=body, validity_period=3600,
            status_callback=f"https://outreach.example/webhooks/twilio/sms/status?k={key}",
        )  # fmt: skip
        with left:
            done[0] += 1
            if done[0] == messages:
                last.set()

    with start_worker(app, pool="threads", concurrency=THREADS, perform_ping_check=False, loglevel="ERROR"):
        start = time.perf_counter()
        for n in range(messages):
            text.delay("+15005550006", "Hello from a task, this is a reminder.", str(n))
        last.wait()
        sys.stdout.write(f"{messages / (time.perf_counter() - start)}\n")


if __name__ == "__main__":
    main()
