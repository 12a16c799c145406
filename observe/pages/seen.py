"""What was there before a page of figures was read: live updates start behind it.

A view asks first, before it reads anything. What comes or ends from then on is told to
the page when it greets (`observe/live/consumers.py`), however long it took to make: it
may already be in its figures, and is never missed.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from runs.models import CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet

MOST = 200
"""Requests under way that a page greets with, the newest."""


@dataclass(frozen=True, slots=True)
class Seen:
    newest: int
    """The newest request there was, of all."""
    pending: tuple[str, ...]
    """Public ids of those that were under way, of those that the page tells of."""

    @property
    def attributes(self) -> SafeString:
        """Of the page's live element."""
        return format_html(
            'data-newest="{}" data-pending="{}"', self.newest, " ".join(self.pending)
        )


def seen(of: CapturedRequestQuerySet | None = None) -> Seen:
    """`of`: the requests that the page tells of, if not all."""
    everything = CapturedRequest.objects.all()
    newest = everything.order_by("-pk").values_list("pk", flat=True).first()
    pending = (everything if of is None else of).pending().order_by("-pk")
    uids = pending.values_list("uid", flat=True)[:MOST]
    return Seen(newest or 0, tuple(map(str, uids)))
