"""A carrier on this machine: Twilio's REST API, TwiML, signed webhooks, and debtors that behave.

Mount `Simulator(...).blueprint()` under `/simulator`, point a `twilio` client at it, and call `advance(until)` from one
thread. See `docs/simulator.md`.
"""

from outreach.simulator.faults import Faults, Pace
from outreach.simulator.personas import PERSONAS
from outreach.simulator.signing import Post, headers, http_post, signature
from outreach.simulator.simulator import Simulator
from outreach.simulator.state import Entry

__all__ = ["PERSONAS", "Entry", "Faults", "Pace", "Post", "Simulator", "headers", "http_post", "signature"]
