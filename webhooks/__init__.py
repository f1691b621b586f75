"""What carriers tell us: verify, store, answer. See docs/architecture.md."""
