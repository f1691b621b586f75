"""What carriers tell us: verify, store, answer. A live call gets its next scene; everything else is applied later."""

from webhooks.twilio import blueprint

__all__ = ["blueprint"]
