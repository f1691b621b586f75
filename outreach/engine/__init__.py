"""The shell: acts, one transaction per step, and decides nothing. See docs/architecture.md for the flow."""
