"""What carriers tell us: verify, store, answer. See docs/architecture.md."""

from webhooks.told import READ, Counter
from webhooks.twilio import MOST_BYTES, blueprint

__all__ = ["MOST_BYTES", "READ", "Counter", "blueprint"]
