"""What the recorder could not read or store; kept as a `JournalIncident`. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One loss, told by the recorder and shown on the pages."""

    kind: str
    """`torn`, `corrupt`, `lost` or `unreadable` (JournalIncident.Kind)."""
    segment: str = ""
    """Journal file."""
    offset: int = 0
    count: int = 1
    """How many captures it concerns."""
    message: str = ""
