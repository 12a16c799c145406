"""Whether an alert turns: fires, or is resolved, and never flaps. Pure.

It turns when it was contrary at two looks in a row and, where the alert says so, for a
while; one look that is as before begins anew. Called by `looks.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

LOOKS = 2


@dataclass(frozen=True, slots=True)
class Stance:
    """Where an alert stands."""

    is_firing: bool = False
    contrary_looks: int = 0
    contrary_since: datetime | None = None

    def after(self, is_broken: bool, at: datetime, hold_s: int) -> Stance:
        """One look later."""
        if is_broken == self.is_firing:
            return replace(self, contrary_looks=0, contrary_since=None)
        since = self.contrary_since or at
        looks = self.contrary_looks + 1
        if looks >= LOOKS and (at - since).total_seconds() >= hold_s:
            return Stance(is_broken)
        return replace(self, contrary_looks=looks, contrary_since=since)
