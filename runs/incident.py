"""What the recorder could not read or store; kept as a `JournalIncident`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class IncidentKind(StrEnum):
    """What went wrong with a stretch of the journal."""

    TORN = "torn"
    """A tail whose writer died in the middle of it."""
    CORRUPT = "corrupt"
    LOST = "lost"
    """Captures that found no space."""
    UNREADABLE = "unreadable"
    """A record that could not be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One loss, told by the recorder and shown on the pages."""

    kind: IncidentKind
    segment: str = ""
    """Journal file."""
    offset: int = 0
    count: int = 1
    """How many captures it concerns."""
    message: str = ""
