"""What carriers tell us: verify, store, answer. See docs/architecture.md."""

from webhooks.twilio import blueprint

__all__ = ["blueprint"]
