"""An answer's bytes through the fixes that its route asks for, and out again.

`proxy/forward/outgoing.py` makes one where the target names fixes. It cuts a stream
into events, so a fix gives the same however the bytes were split. What no fix changes
goes out byte for byte. What is held is bounded, and a fix that fails is out of the way
from then on: the client has then what it would have had without it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from proxy.fixes import BY_ID
from proxy.fixes.base import (
    HOLD,
    PASS,
    Declared,
    Fix,
    Say,
    StreamEvent,
    Unfixable,
    dumped,
    loaded,
)
from proxy.forward.event_cutter import HALF, EventCutter
from proxy.wire.sse import BOM, EVENT_END, SSESplitter
from runs.detail import FixReport

LARGEST = 1024 * 1024
"""Bytes of one event, of a whole answer, and of what one fix holds: an answer with more
is no answer that these fixes are about, and reading it would keep others waiting."""
_TOO_MUCH = f"more than {LARGEST // 1024 // 1024} MiB would have had to be held."


@dataclass(slots=True)
class Stage:
    """One fix at work, and what waits for it."""

    fix: Fix
    held: list[StreamEvent] = field(default_factory=list)
    size: int = 0
    is_off: bool = False

    def feed(self, event: StreamEvent) -> list[StreamEvent]:
        if self.is_off:
            return [event]
        self.held.append(event)
        self.size += len(event.raw)
        said = self._say(lambda: self.fix.feed(event))
        if said is HOLD:
            return self.give_up(_TOO_MUCH) if self.size > LARGEST else []
        return self._taken(said)

    def finish(self) -> list[StreamEvent]:
        if self.is_off:
            return []
        said = self._say(self.fix.finish)
        return self._taken(PASS if said is HOLD else said)

    def give_up(self, why: str) -> list[StreamEvent]:
        """What is held, unchanged; nothing is looked at from here on."""
        if not self.is_off:
            self.is_off = True
            self.fix.warnings.append(why)
        return self._taken(PASS)

    def whole(self, data: bytes) -> bytes:
        """An answer that is no stream."""
        document = loaded(data)
        if not isinstance(document, dict):
            return data
        said = self._say(lambda: HOLD if self.fix.whole(document) else PASS)
        return dumped(document) if said is HOLD else data

    def _say(
        self, ask: Callable[[], Say | list[StreamEvent]]
    ) -> Say | list[StreamEvent]:
        did = len(self.fix.did)
        try:
            return ask()
        except Unfixable as error:
            why = str(error)
        except Exception as error:  # a fix with a defect must not cost the answer
            why = f"it failed: {type(error).__name__}."
        del self.fix.did[did:]
        self.is_off = True
        self.fix.warnings.append(why)
        return PASS

    def _taken(self, said: Say | list[StreamEvent]) -> list[StreamEvent]:
        held, self.held, self.size = self.held, [], 0
        return said if isinstance(said, list) else held


class Fixing:
    """The fixes of one answer, one behind the other."""

    def __init__(self, names: Sequence[str], read_tools: Callable[[], bytes]) -> None:
        declared = Declared(read_tools)
        self.stages = [Stage(BY_ID[name](declared)) for name in names if name in BY_ID]

    def reports(self) -> list[FixReport]:
        return [
            FixReport(stage.fix.id, list(stage.fix.did), list(stage.fix.warnings))
            for stage in self.stages
        ]

    def give_up(self, why: str) -> bytes:
        """Everything held, in its order; what comes behind it passes."""
        return _bytes(
            [event for stage in reversed(self.stages) for event in stage.give_up(why)]
        )

    def held(self) -> bytes:
        """Everything held, as it came."""
        return b"".join(_bytes(stage.held) for stage in reversed(self.stages))


class StreamFixing:
    """`feed` the upstream's bytes, get the client's; `finish` at the end of the answer,
    or `broken_off` where it has none."""

    def __init__(self, fixing: Fixing) -> None:
        self.fixing = fixing
        # Compressed bytes have no events: held until one ends, they would all wait.
        is_off = all(stage.is_off for stage in fixing.stages)
        self._cutter = None if is_off else EventCutter(LARGEST)
        self._half = b""
        """An event that ends in CR: the LF of its CRLF may still come."""
        self._is_first = True

    def feed(self, chunk: bytes) -> bytes:
        if self._cutter is None:
            return chunk
        pieces = self._cutter.feed(chunk)
        out = []
        for at, piece in enumerate(pieces):
            if self._cutter is None:
                out.append(piece)
            else:
                out.append(self._piece(piece, is_last=at == len(pieces) - 1))
        return b"".join(out)

    def finish(self) -> bytes:
        rest = self._rest()
        out = self._through(self._event(rest), 0) if rest else []
        for at, stage in enumerate(self.fixing.stages):
            for event in stage.finish():
                out += self._through(event, at + 1)
        raws = [event.raw for event in out]
        if rest in raws[:-1]:
            # It lacks its blank line: what a fix added would be a part of it.
            raws[raws.index(rest)] += b"\n\n"
        return b"".join(raws)

    def broken_off(self) -> bytes:
        return self.fixing.held() + self._rest()

    def _rest(self) -> bytes:
        rest = self._cutter.finish() if self._cutter is not None else b""
        half, self._half = self._half, b""
        return half + rest

    def _piece(self, piece: bytes, *, is_last: bool) -> bytes:
        before, self._half = self._half, b""
        if piece == HALF:
            return self._passed(before + piece)
        out = self._passed(before) if before else b""
        if not EVENT_END.search(piece[-4:]):
            # A part of an event that is too large for anybody.
            self._cutter = None
            return out + self.fixing.give_up(_TOO_MUCH) + piece
        if is_last and piece.endswith(b"\r"):
            self._half = piece
            return out
        return out + self._passed(piece)

    def _passed(self, raw: bytes) -> bytes:
        return _bytes(self._through(self._event(raw), 0))

    def _through(self, event: StreamEvent, at: int) -> list[StreamEvent]:
        events = [event]
        for stage in self.fixing.stages[at:]:
            events = [out for each in events for out in stage.feed(each)]
        return events

    def _event(self, raw: bytes) -> StreamEvent:
        bare = raw.removeprefix(BOM) if self._is_first else raw
        self._is_first = False
        splitter = SSESplitter()
        found = splitter.feed(bare) or splitter.finish()
        if len(found) != 1:
            return StreamEvent(raw, None, has_data=bool(found))
        data = found[0].data
        document = loaded(data)
        chunk = document if isinstance(document, dict) else None
        return StreamEvent(raw, chunk, is_done=data.strip() == b"[DONE]")


class WholeFixing:
    """The same for an answer that is one JSON document: held to its end."""

    def __init__(self, fixing: Fixing) -> None:
        self.fixing = fixing
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> bytes:
        if self._size > LARGEST:
            return chunk
        self._pieces.append(chunk)
        self._size += len(chunk)
        if self._size <= LARGEST:
            return b""
        self.fixing.give_up(_TOO_MUCH)
        return self.broken_off()

    def finish(self) -> bytes:
        data = self.broken_off()
        for stage in self.fixing.stages:
            if not stage.is_off:
                data = stage.whole(data)
        return data

    def broken_off(self) -> bytes:
        data, self._pieces = b"".join(self._pieces), []
        return data


def _bytes(events: Sequence[StreamEvent]) -> bytes:
    return b"".join(event.raw for event in events)
