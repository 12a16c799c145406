"""Takes the usage chunk out of a stream again, where Weir asked for it.

`stream_options.include_usage` makes an OpenAI-style upstream send one more chunk with
the usage and no content, and `"usage": null` in all others. The client did not ask, so
it gets neither; the capture keeps both. What else the chunk brings (llama.cpp moves its
`timings` there) goes where it would have stood: in the chunk that ends the text.
`proxy/forward/outgoing.py` makes one. Pure.
"""

from __future__ import annotations

import re

from proxy.forward.event_cutter import HALF, EventCutter
from proxy.forward.usage_chunk import UsageEvent, read, with_members, without_usage
from proxy.wire import FORMATS
from proxy.wire.sought import Sought
from proxy.wire.terminal import last_pieces_of

_FINISHES = re.compile(rb'"finish_reason"\s*+:\s*+"')
_usage_or_end = last_pieces_of(FORMATS, [rb'"usage"', rb'"finish_reason"\s*+:\s*+"'])
_LOOKS = 8
"""Pieces in which something is found. An upstream that tells of usage in each would be
looked at twice, piece by piece."""
_WHOLE = (b"\n\n", b"\r\n\r\n")
_LARGEST_EVENT = 1024 * 1024  # no usage chunk is that large


class UsageChunkStripper:
    """`feed` the upstream's bytes, get the client's; `finish` gives what was held.

    Held is an event that has not ended yet (SSE clients act on whole events), and the
    one with the finish reason until the next comes, which is the usage chunk.
    """

    __slots__ = (
        *("_cutter", "_ending", "_has_dropped", "_has_finished", "_looks"),
        "_usage_or_end",
    )

    def __init__(self) -> None:
        self._cutter = EventCutter(_LARGEST_EVENT)
        self._ending = b""
        """The event with the finish reason."""
        self._has_dropped = False
        """The last event did not pass."""
        self._has_finished = False
        """A finish reason has come."""
        self._usage_or_end: Sought = _usage_or_end()
        self._looks = _LOOKS

    def is_plain(self, chunk: bytes) -> bool:
        """Whole events, which pass as they are and don't end the stream: nearly every
        chunk. It is fed then. False: it may be `changed`, and may be the end."""
        if (
            self._ending
            or not self._looks
            or not self._cutter.is_between_events
            or not chunk.endswith(_WHOLE)
        ):
            return False
        if self._usage_or_end.is_in(chunk):
            self._looks -= 1
            return False
        self._has_dropped = False
        return True

    def feed(self, chunk: bytes) -> bytes:
        return chunk if self.is_plain(chunk) else self.changed(chunk)

    def changed(self, chunk: bytes) -> bytes:
        """One that isn't plain, as the client gets it."""
        if self._cutter.is_between_events and _is_one_event(chunk):
            return self._passed(chunk)  # as most upstreams send them: nothing to cut
        return b"".join([self._passed(event) for event in self._cutter.feed(chunk)])

    def finish(self) -> bytes:
        rest = self._cutter.finish()
        passed = self._passed(rest) if rest else b""
        return passed + self._let_go()

    def broken_off(self) -> bytes:
        """The same, of an answer that has no end."""
        return self.finish()

    def _passed(self, event: bytes) -> bytes:
        """What the client gets now that `event` has come."""
        if event == HALF:
            return self._other_half()
        self._has_dropped = False
        small = len(event) <= _LARGEST_EVENT
        found = read(event) if small and b'"usage"' in event else None
        if found is not None and self._is_usage_chunk(found):
            return self._without_chunk(found)
        if found is not None and self._is_without(found):
            event = without_usage(event)
        before = self._let_go()
        if small and _FINISHES.search(event):
            self._ending, self._has_finished = event, True
            return before
        return before + event

    def _is_usage_chunk(self, found: UsageEvent) -> bool:
        if self._has_finished and found.is_alone_behind_the_end:
            return True
        return found.is_usage_alone

    def _is_without(self, found: UsageEvent) -> bool:
        """True for an event that passes without its member `usage`: null in all others,
        or told with a finish reason that comes once more."""
        return found.is_null or (self._has_finished and found.ends_again)

    def _without_chunk(self, found: UsageEvent) -> bytes:
        ending = self._let_go()
        members = found.other_members(ending)
        if not members:
            self._has_dropped = True
            return ending
        if ending and (fuller := with_members(ending, members)):
            self._has_dropped = True
            return fuller
        return ending + without_usage(found.event)

    def _other_half(self) -> bytes:
        if self._has_dropped:
            return b""
        if self._ending:
            self._ending += HALF
            return b""
        return HALF

    def _let_go(self) -> bytes:
        ending, self._ending = self._ending, b""
        return ending


def _is_one_event(chunk: bytes) -> bool:
    return (
        chunk.endswith(b"\n\n")
        and chunk.find(b"\n\n") == len(chunk) - 2
        and (b"\r" not in chunk)
    )
