"""One event of a chat-completions stream that speaks of usage: what it is, and edits.

`proxy/forward/include_usage.py` asks for events that name `usage`. Edits change no
other byte. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from proxy.json_scan import TopLevelScanner
from proxy.wire.sse import SSESplitter

_NULL_USAGE = re.compile(rb',\s*+"usage"\s*+:\s*+null(?=\s*+[,}])')
_DATA_END = re.compile(rb"(?:\A|(?<=[\r\n]))data:[^\r\n]*(\})[ \t]*+(?=[\r\n]|\Z)")

_Members = dict[str, msgspec.Raw]
_members = msgspec.json.Decoder(_Members)

# What stands in every chunk of a stream; the rest is the provider's own.
_IN_EVERY_CHUNK = frozenset(
    {
        "id",
        "object",
        "created",
        "model",
        "choices",
        "usage",
        "system_fingerprint",
        "service_tier",
        "obfuscation",
    }
)


_INDEX = frozenset({"index"})
_INDEX_AND_ROLE = _INDEX | {"role"}
_INDEX_AND_END = _INDEX_AND_ROLE | {"finish_reason", "native_finish_reason"}


class _Chunk(msgspec.Struct):
    choices: Any = None
    usage: Any = msgspec.UNSET
    error: Any = None


_chunk = msgspec.json.Decoder(_Chunk)


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """An event whose data is a JSON object that has `usage`."""

    event: bytes
    chunk: _Chunk

    @property
    def is_null(self) -> bool:
        return self.chunk.usage is None

    @property
    def is_usage_alone(self) -> bool:
        """It brings usage and no content: the one that Weir asked for."""
        # No content alone proves nothing: Azure's first chunk has none, and no usage.
        return self._brings_usage and _is_empty(self.chunk.choices, _INDEX)

    @property
    def is_alone_behind_the_end(self) -> bool:
        """The same for an event behind the finish reason: there a role says nothing."""
        return self._brings_usage and _is_empty(self.chunk.choices, _INDEX_AND_ROLE)

    @property
    def ends_again(self) -> bool:
        """It brings usage and, without content, a finish reason."""
        return self._brings_usage and _is_empty(self.chunk.choices, _INDEX_AND_END)

    @property
    def _brings_usage(self) -> bool:
        return self.chunk.usage is not None and self.chunk.error is None

    def other_members(self, ending: bytes) -> _Members:
        """What else it brings, which the event `ending` doesn't have."""
        brought = _members_of(self.event)
        if brought.keys() <= _IN_EVERY_CHUNK:  # as of most upstreams
            return {}
        had = _members_of(ending) if ending else {}
        return {
            name: value
            for name, value in brought.items()
            if name not in _IN_EVERY_CHUNK | had.keys() and bytes(value) != b"null"
        }


def read(event: bytes) -> UsageEvent | None:
    """None for what has no `usage` of its own, or isn't JSON."""
    try:
        chunk = _chunk.decode(_data(event))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return None if chunk.usage is msgspec.UNSET else UsageEvent(event, chunk)


def without_usage(event: bytes) -> bytes:
    """The event without its member `usage`."""
    if event.count(b'"usage"') == 1 and (null := _NULL_USAGE.search(event)):
        return event[: null.start()] + event[null.end() :]
    open_at = event.index(b"{")
    scanner = TopLevelScanner()
    scanner.feed(event[open_at:])
    if (span := scanner.spans.get("usage")) is None:
        return event
    end = open_at + span.end
    name = event.rindex(b'"usage"', open_at, open_at + span.start)
    before = event[:name].rstrip()
    if before.endswith(b","):
        return before[:-1] + event[end:]
    return before + event[end:].removeprefix(b",").lstrip(b" ")


def with_members(event: bytes, members: _Members) -> bytes | None:
    """The event with more members at its object's end; None where that isn't found."""
    ends = list(_DATA_END.finditer(event))
    if not ends:
        return None
    texts = [
        b",%s:%s" % (msgspec.json.encode(name), msgspec.json.format(value, indent=-1))
        for name, value in members.items()
    ]
    at = ends[-1].start(1)
    return event[:at] + b"".join(texts) + event[at:]


def _data(event: bytes) -> bytes:
    if event.startswith(b"data:"):
        data = event[5:].strip()
        if b"\n" not in data and b"\r" not in data:
            return data
    splitter = SSESplitter()
    events = splitter.feed(event) or splitter.finish()
    return events[0].data if events else b""


def _members_of(event: bytes) -> _Members:
    try:
        return _members.decode(_data(event))
    except (msgspec.MsgspecError, UnicodeError):
        return {}


def _is_empty(value: Any, besides: frozenset[str]) -> bool:
    """Nothing, or choices whose every member but some is nothing."""
    if isinstance(value, dict):
        return all(_is_empty(v, besides) for k, v in value.items() if k not in besides)
    if isinstance(value, list):
        return all(_is_empty(each, besides) for each in value)
    return value is None or value == ""
