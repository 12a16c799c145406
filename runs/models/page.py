"""A page of a list of requests, and where the ones before and behind it begin.

Read by `paged_set.py` and `ordered_set.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runs.models.captured_request import CapturedRequest


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list; newest first, if nobody sorts it."""

    rows: list[CapturedRequest]
    has_newer: bool
    has_older: bool
    looked_to: int | None = None
    """The row up to which it was looked for older ones, where it is not full yet."""
    looked_from: int | None = None
    """The same for newer ones."""

    @property
    def newest(self) -> int | None:
        """`before` of the page with newer rows."""
        return self.looked_from or (self.rows[0].pk if self.rows else None)

    @property
    def oldest(self) -> int | None:
        """`after` of the page with older rows."""
        return self.looked_to or (self.rows[-1].pk if self.rows else None)

    def turned(self) -> Page:
        """The same with its end as its beginning."""
        return Page(
            self.rows[::-1],
            has_newer=self.has_older,
            has_older=self.has_newer,
            looked_to=self.looked_from,
            looked_from=self.looked_to,
        )
