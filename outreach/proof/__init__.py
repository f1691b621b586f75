"""What can be given to a third party about one case, so that they need not believe us? See `verify_proof.py`."""

from outreach.proof.export import export_proof

__all__ = ["export_proof"]
