"""A stream as a table: each event, when it came, and its data.

Reads server-sent events and NDJSON. Events are split on bytes, since the times are
kept by byte count.
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

MAX_EVENTS = 1_000
MAX_DATA = 2_000
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_SSE_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:data|event|id|retry)?:")


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
        if subject.side != "response":
            return False
        kind = subject.media_type
        if kind == "text/event-stream" or kind in NDJSON:
            return bool(subject.data)
        return bool(_SSE_START.match(subject.data[:64]))

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


NDJSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})


def read_events(subject: Subject) -> Iterator[Event]:
    data = subject.data
    separator = _LINE_END if subject.media_type in NDJSON else _BLANK_LINE
    start = number = 0
    for found in separator.finditer(data):
        number += 1
        yield _event(data[start : found.start()], number, found.end(), separator)
        start = found.end()
    if data[start:].strip():
        yield _event(data[start:], number + 1, len(data), separator)


def _event(block: bytes, number: int, end: int, separator: re.Pattern[bytes]) -> Event:
    text = block.decode("utf-8", "replace").removeprefix("\ufeff")
    if separator is _LINE_END:
        return Event(number, "", text[:MAX_DATA], end)
    name, data = "", []
    for line in re.split(r"\r\n|\n|\r", text):
        field, _, value = line.partition(":")
        if field == "event":
            name = value.removeprefix(" ")
        elif field == "data":
            data.append(value.removeprefix(" "))
        elif not field:
            data.append(f":{value}")
    return Event(number, name, "\n".join(data)[:MAX_DATA], end)


def _timed(event: Event, clock: Clock) -> Event:
    return Event(event.number, event.name, event.data, event.end, clock.at(event.end))
