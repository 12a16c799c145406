"""What the conversations of some requests came to: columns of the request list.

How many calls one has is kept on it; what they cost is summed for those that are short
enough for a list (`runs/measure/totals.py`). Asked by `observe/pages/requests/` and
`observe/live/`, only while such a column is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runs.measure.totals import RunTotals, of_conversations, short_enough
from runs.models import CapturedRequest, Conversation

TOGETHER = "together"
"""Says of an open page that its live rows tell it, too."""


@dataclass(frozen=True, slots=True)
class Together:
    """A request's conversation in two figures."""

    conversation: Conversation
    totals: RunTotals | None
    """None where it is too long to be summed for a list: its page does."""


def read_together(rows: Sequence[CapturedRequest]) -> dict[int, Together]:
    """By the conversation's key."""
    keys = {row.conversation_id for row in rows if row.conversation_id is not None}
    found = list(Conversation.objects.filter(pk__in=keys)) if keys else []
    summed = short_enough(found)
    totals = of_conversations(summed) if summed else {}
    return {
        each.pk: Together(
            each, totals.get(each.pk, RunTotals()) if each.pk in summed else None
        )
        for each in found
    }
