"""A stream as a table: each event, when it came, and its data.

Reads server-sent events, NDJSON and AWS's binary event stream. Events are split on
bytes, since the times are kept by byte count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from django.utils.safestring import SafeString

from observe.chunks import Clock, read_chunks
from observe.rendering.base import Subject
from observe.rendering.template_context import TemplateContext, draw
from proxy.wire.amazon_stream import AmazonStreamSplitter
from proxy.wire.ndjson import LF
from proxy.wire.sse import BOM, EVENT_END, FIELD_STARTS, LINE_END
from proxy.wire.stream_types import is_amazon_stream, is_ndjson, is_stream
from runs.record import Side

MAX_EVENTS = 1_000
MAX_DATA = 2_000


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    name: str
    data: str
    end: int
    """Bytes of the body up to the end of this event."""
    at_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsPart(TemplateContext):
    template: ClassVar[str] = "request/_events.html"

    events: list[Event]
    are_named: bool
    """Many dialects name none of theirs."""
    is_cut: bool
    """There are more than are shown."""


class SseRenderer:
    name = "events"
    label = "Events"

    def claims(self, subject: Subject) -> bool:
        if subject.side is not Side.RESPONSE:
            return False
        if is_stream(subject.content_type):
            return bool(subject.data)
        if subject.data[:64].removeprefix(BOM).startswith(FIELD_STARTS):
            return True
        return _is_lines(subject)

    def render(self, subject: Subject) -> SafeString:
        clock = Clock([] if subject.is_encoded else read_chunks(subject.chunk_times))
        events: list[Event] = []
        for event in read_events(subject):
            if len(events) == MAX_EVENTS:
                break
            events.append(_timed(event, clock))
        part = EventsPart(
            events=events,
            are_named=any(event.name for event in events),
            is_cut=len(events) == MAX_EVENTS,
        )
        return draw(part)


def read_events(subject: Subject) -> Iterator[Event]:
    if is_amazon_stream(subject.content_type):
        yield from _frames(subject.data)
        return
    is_lines = _is_lines(subject)
    read = _line if is_lines else _event
    number = 0
    for block, end in _blocks(subject.data, LF if is_lines else EVENT_END):
        if block.strip():
            number += 1
            yield read(block, number, end)


def _is_lines(subject: Subject) -> bool:
    """NDJSON by its type, or what the reader of facts took for it."""
    if is_ndjson(subject.content_type):
        return True
    is_stream = subject.facts is not None and subject.facts.is_stream
    return is_stream and subject.data.lstrip().startswith(b"{")


def _frames(data: bytes) -> Iterator[Event]:
    for number, event in enumerate(AmazonStreamSplitter().feed(data), 1):
        text = _text(event.data)[:MAX_DATA]
        yield Event(number, _text(event.name), text, event.end)


def _blocks(data: bytes, separator: re.Pattern[bytes]) -> Iterator[tuple[bytes, int]]:
    """Each piece of `data`, and where it ends with what separates it from the next."""
    start = 0
    for found in separator.finditer(data):
        yield data[start : found.start()], found.end()
        start = found.end()
    yield data[start:], len(data)


def _line(line: bytes, number: int, end: int) -> Event:
    return Event(number, "", _text(line).strip()[:MAX_DATA], end)


def _event(block: bytes, number: int, end: int) -> Event:
    name, data = "", []
    for line in filter(None, LINE_END.split(block)):
        field, _, value = _text(line).partition(":")
        if field == "event":
            name = value.removeprefix(" ")
        elif field == "data":
            data.append(value.removeprefix(" "))
        elif not field:
            data.append(f":{value}")
        elif field not in ("id", "retry"):  # of no field: errors, of some servers
            data.append(_text(line))
    return Event(number, name, "\n".join(data)[:MAX_DATA], end)


def _text(line: bytes) -> str:
    return line.removeprefix(BOM).decode("utf-8", "replace")


def _timed(event: Event, clock: Clock) -> Event:
    return Event(event.number, event.name, event.data, event.end, clock.at(event.end))
