"""How do loans and payments get in? `outreach import`: CSV files as docs/book.md has them, checked, merged and logged."""

from outreach.book.loading import Imported, import_book
from outreach.book.payments import PaymentsImported, import_payments

__all__ = ["Imported", "PaymentsImported", "import_book", "import_payments"]
