"""What carriers tell us: verify, store, answer. See docs/architecture.md."""

from webhooks.told import PLAIN_BYTES, READ, Counter
from webhooks.twilio import blueprint

__all__ = ["PLAIN_BYTES", "READ", "Counter", "blueprint"]
