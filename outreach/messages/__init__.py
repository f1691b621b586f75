"""What do we say to a debtor, in their language? Templates rendered, linted, and their SMS parts counted."""

from outreach.messages.facts import Facts, Loan, Rendered, tellable
from outreach.messages.library import Library
from outreach.messages.segments import Segments, count_segments

__all__ = ["Facts", "Library", "Loan", "Rendered", "Segments", "count_segments", "tellable"]
