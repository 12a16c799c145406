"""What a compaction dropped, and what stands in its place: a diff that can be read.

The comparison is the one of a request's tab Changes (`observe/rendering/changed.py`),
here with its longest part cut short. Called by `transcript.py` beside this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from observe.rendering import Subject
from observe.rendering.changed import Changed, changes

MOST, LONGEST = 12, 600
"""Messages that are shown as dropped, and characters of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compaction:
    """From the call before to the one that went on with less."""

    replaced: list[Changed]
    """New or edited: the summary is among them."""
    dropped: list[Changed]
    left_out: int
    """Dropped messages that are not shown."""


def compaction(before: Subject, after: Subject) -> Compaction | None:
    """None where the two bodies tell no difference, as when one was pruned: then
    nothing, or everything, would seem to have been dropped."""
    if not list(before.messages) or not list(after.messages):
        return None
    found = changes(before, after).messages
    if not found:
        return None
    gone = [each for each in found if each.kind == "removed"]
    return Compaction(
        replaced=[each for each in found if each.kind != "removed"][:MOST],
        dropped=list(_short(gone[:MOST])),
        left_out=max(len(gone) - MOST, 0),
    )


def _short(found: Iterable[Changed]) -> Iterable[Changed]:
    for each in found:
        text = each.text
        cut = f"{text[:LONGEST]} …" if len(text) > LONGEST else text
        yield replace(each, text=cut)
