"""Outreach: lawful reminders by SMS and call, recorded on a case log. See docs/architecture.md."""
