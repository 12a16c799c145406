"""What a format adds to the shared reader: the meaning of its objects. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, clean


class Take(Protocol):
    """What a format's objects mean. Made anew for each response."""

    arrays_stream: bool
    """A JSON array is a stream of objects (Gemini)."""

    def whole(self, body: Record, draft: Draft) -> None:
        """An unstreamed answer."""
        ...

    def event(self, name: str, body: Record, draft: Draft) -> None:
        """One object of a stream; `name` is the SSE event name or ""."""
        ...

    def end(self, draft: Draft) -> None:
        """The stream is over; decide `terminal_seen` where events didn't."""
        ...


@runtime_checkable
class PlainTake(Protocol):
    """A format that knows its plain events (`plain.py`)."""

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        """Read an event that is nothing but the next piece. False, or a `ValueError`,
        leaves it to the careful way, and has changed nothing."""
        ...


class AlikeTake(PlainTake, Protocol):
    """One whose plain events bring a text and nothing else, as long as all that a
    reader looks at stays as it was in the event before (`stencil.py`)."""

    growing: frozenset[str]
    """Counts in plain events that nobody needs where they only grew since: only the
    last of them is read."""


def taken(what: str, read: Callable[[], None], draft: Draft) -> None:
    """Let a format read; what it fails on is a note and costs nothing else."""
    try:
        read()
    except Exception as exc:
        said = clean(f"{type(exc).__name__}: {exc}"[:200])
        draft.notes.add(f"{what} could not be read: {said}.")
