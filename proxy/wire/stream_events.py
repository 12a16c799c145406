"""Hands the events of a stream to a format, and looks for the errors between them.

`proxy/wire/reading.py` cuts the stream and feeds this. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from proxy.secrets.alike import Alike
from proxy.wire.answer_block import Slot
from proxy.wire.answered import Expects, check_content, check_text
from proxy.wire.base import PartKind
from proxy.wire.draft import Draft
from proxy.wire.faults import fault_in, fault_in_text
from proxy.wire.lenient import NotJson, Record, clean, load, rows
from proxy.wire.sse import Event, SSESplitter
from proxy.wire.stencil import WINDOW, Stencil, stencil_of
from proxy.wire.stray_lines import plain_fault, stray_fault
from proxy.wire.take import Take, taken

_LONGEST_PLAIN = WINDOW
_LONG = 24 * 1024
"""Bytes at once that are worth a look for what their events share: some 100 events take
as long by themselves as a stencil takes to be made."""
_STRIDE = 2 * 1024
"""Bytes that are read event by event, to see it."""
_TRIES = 8
"""Looks for nothing, after which a stream is read event by event."""
_DONE = (b"[DONE]", b'"[DONE]"', b"[done]")


_Plain = Callable[[bytes, bytes, Draft], bool]
"""`PlainTake.plain`."""


class Splitter(Protocol):
    """`sse.py`, `ndjson.py`, `json_array.py`, `amazon_stream.py`."""

    dropped: int

    def feed(self, chunk: bytes) -> list[Event]: ...

    def finish(self) -> list[Event]: ...


class StreamEvents:
    """`read` the events as they come, then `end` the stream."""

    def __init__(self, take: Take, draft: Draft) -> None:
        self._take = take
        # A `PlainTake` and an `AlikeTake`. Not by `isinstance`: of a protocol it takes
        # as long as reading three events.
        self._plain: _Plain = getattr(take, "plain", _none_is_plain)
        self._draft = draft
        self._has_objects = False
        self._in_a_row = 0
        """Plain events that came one behind the other, up to now."""
        self._stencil: tuple[Stencil, Slot, PartKind] | None = None
        self._growing: frozenset[str] | None = getattr(take, "growing", None)
        self._tries = _TRIES if self._growing is not None else 0
        self._text_seen = b""
        """The first event that is no object."""
        self.alike: list[Alike] = []
        """What was read at once."""
        draft.is_stream, draft.terminal_seen = True, False

    def feed(self, splitter: Splitter, chunk: bytes) -> None:
        """Read the next bytes: event by event, or many at once where they are alike."""
        if not isinstance(splitter, SSESplitter) or len(chunk) < _LONG:
            self.read(splitter.feed(chunk))
            return
        at, line_end = 0, b"\r\n" if b"\r\n\r\n" in chunk[:_LONG] else b"\n"
        while at < len(chunk):
            if more := self._read_alike(splitter, chunk, at):
                at += more
                continue
            found = chunk.find(line_end * 2, at + _STRIDE) if self._tries else -1
            end = len(chunk) if found < 0 else found + 2 * len(line_end)
            events = splitter.feed(chunk[at:end])
            self.read(events)
            if self._in_a_row > 1 and len(events) > 1:
                self._stencil = self._seen(events[-2], events[-1], line_end)
                self._tries -= self._stencil is None
            at = end

    def _read_alike(self, splitter: SSESplitter, chunk: bytes, at: int) -> int:
        """As `read` does the events from there on; gives their bytes."""
        if self._stencil is None or not self._tries or not splitter.is_between:
            return 0
        stencil, slot, kind = self._stencil
        if not chunk.startswith(stencil.begin, at):
            return 0
        if stencil.has_counts and slot != max(self._draft.blocks):
            return 0  # no index tells its block: the text goes on in the last
        if (row := stencil.row(chunk, at, splitter.consumed)) is None:
            self._tries -= 1
            return 0
        if row.texts:
            self._draft.add_row(slot, kind, row.texts, row.ends)
            splitter.skip(row.size)
            self.alike.append(row.alike)
        return row.size

    def _seen(
        self, one: Event, other: Event, line_end: bytes
    ) -> tuple[Stencil, Slot, PartKind] | None:
        """What they share, where each brought its text to the same block."""
        draft = self._draft
        found = stencil_of(one, other, self._growing or frozenset(), line_end)
        if found is None or draft.content_offsets[-2:] != [one.end, other.end]:
            return None
        stencil, *texts = found
        grown = [
            (slot, block.kind)
            for slot, block in draft.blocks.items()
            if block.pieces[-2:] == texts
        ]
        return (stencil, *grown[0]) if len(grown) == 1 else None

    def read(self, events: list[Event]) -> None:
        plain, draft = self._plain, self._draft
        in_a_row = self._in_a_row
        for name, data, end in events:
            if data[:1] != b"{":
                in_a_row = 0
                data = data.strip()
                if not data:
                    continue  # it only keeps the connection alive
                if data in _DONE:
                    draft.terminal_seen = True
                    draft.end_offset = draft.end_offset or end
                    continue
            draft.offset = end
            try:
                is_small = len(data) < _LONGEST_PLAIN and name != b"error"
                if is_small and plain(name, data, draft):
                    self._has_objects = True
                    in_a_row += 1
                    continue
            except (ValueError, RecursionError):
                pass
            in_a_row = 0
            try:
                body = load(data)
            except NotJson:
                self._text(name, data)
            else:
                self._value(name, body)
        self._in_a_row = in_a_row

    def end(self, splitter: Splitter, expects: Expects, status: int) -> None:
        """The last events, and what only the end tells."""
        draft = self._draft
        self.read(splitter.finish())
        if splitter.dropped:
            left_out = "oversized or damaged events were left out."
            draft.notes.add(f"{splitter.dropped} {left_out}")
        if isinstance(splitter, SSESplitter) and (fault := stray_fault(splitter.stray)):
            draft.failed(*fault)
        taken("The stream's end", lambda: self._take.end(draft), draft)
        if draft.terminal_seen and draft.end_offset is None:
            draft.end_offset = draft.offset  # the last event's
        draft.broke_off()
        if expects is Expects.CONTENT:
            stray = splitter.stray if isinstance(splitter, SSESplitter) else []
            self._check(self._text_seen or b"\n".join(stray), status)

    def _check(self, text: bytes, status: int) -> None:
        """Whether an answer came at all; a stream that was cut may have begun one."""
        if not self._has_objects and (text or not self._draft.terminal_seen):
            check_text(self._draft, text, status)
        elif self._draft.terminal_seen:
            check_content(self._draft, {}, status)

    def _text(self, name: bytes, data: bytes) -> None:
        is_error = name == b"error"
        fault = (fault_in_text(data), None) if is_error else plain_fault(data)
        if fault is not None:
            self._draft.failed(*fault)
        else:
            self._text_seen = self._text_seen or data
            self._draft.notes.add("A stream event is not JSON.")

    def _value(self, name: bytes, body: object) -> None:
        objects = [body] if isinstance(body, dict) else rows(body)
        self._has_objects = self._has_objects or bool(objects)
        if isinstance(body, str):
            self._text_seen = self._text_seen or body.encode("utf-8", "replace")
        if not objects:
            self._draft.notes.add("A stream event is not a JSON object.")
        for each in objects:
            self._event(name, each)

    def _event(self, name: bytes, body: Record) -> None:
        label = clean(name.decode("utf-8", "replace")) if name else ""
        fault = fault_in(body, 200)
        if fault is None and label == "error":
            fault = fault_in(body, 500)
        if fault is not None:
            self._draft.failed(*fault)
        # One odd event must not lose the others.
        read = self._take.event
        taken("A stream event", lambda: read(label, body, self._draft), self._draft)
        # Gateways add it to any format, in an event of its own behind the last too.
        self._draft.report_cost_beside(body)


def _none_is_plain(name: bytes, data: bytes, draft: Draft) -> bool:
    return False
