"""Up to which request nothing can come any more: who goes by id stops there.

Asked by `proxy/recording/indexing.py`. An import and the recorder write at the same
time on PostgreSQL, and each holds ids that it has not committed.
"""

from __future__ import annotations

from runs.models import CapturedRequest
from runs.store import open_writes


class Settled:
    def __init__(self) -> None:
        self.upto = 0
        self._next = 0
        """Settled when these transactions have ended."""
        self._before: frozenset[str] = frozenset()

    def look(self) -> None:
        if not self._before:
            # In this order: who begins after the newest request was seen gets ids
            # beyond it.
            self._next = newest()
            self._before = open_writes.others()
        else:
            self._before &= open_writes.others()
        if not self._before:
            self.upto = self._next


def newest() -> int:
    """The last request that was recorded; 0: none."""
    last = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
    return last.first() or 0
