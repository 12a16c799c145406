"""The few members of a JSON body that its way depends on, read without the rest.

`proxy/forward/upload.py` asks what a body asks for, `rewriting.py` beside it where that
stands. msgspec passes over all else without making anything of it, at a millisecond a
megabyte at most; the scanner (proxy/json_scan.py) is for what it refuses. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from proxy.exchange import NOTHING_ASKED, Asked
from proxy.json_scan import Span, TopLevelScanner

LONGEST = 64 * 1024
"""Bytes of a member that is decoded."""
SHORT = 256
"""Bytes of members that are remembered: a client's calls name few models."""
MOST_PLACES = 8
"""Where a member may stand that are tried, before the body is scanned."""
_OTHER = (b"0", b"1")
_COLON = re.compile(rb"\s*+:\s*+")
_END = re.compile(rb"\s*+\}")


class _Members(msgspec.Struct):
    model: Raw | UnsetType = UNSET
    stream: Raw | UnsetType = UNSET
    stream_options: Raw | UnsetType = UNSET
    provider: Raw | UnsetType = UNSET


NAMES = _Members.__struct_fields__
_decode = msgspec.json.Decoder(_Members).decode


@dataclass(frozen=True, slots=True)
class Outline:
    """An object's beginning, and where the values of its members stand."""

    open_at: int
    """Offset just behind its opening brace."""
    is_empty: bool
    spans: Mapping[str, Span]

    @classmethod
    def scanned(cls, scanner: TopLevelScanner) -> Outline | None:
        """None for what is no whole object."""
        if not scanner.is_complete:
            return None
        return cls(scanner.open_at, not scanner.spans, scanner.spans)


def read(body: bytes) -> dict[str, bytes] | None:
    """Those of `NAMES` that it has, as they are spelled; None for what msgspec refuses:
    no object, or one with a lone surrogate, a NaN, a mark at its beginning."""
    try:
        members = _decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    found: dict[str, bytes] = {}
    if (model := members.model) is not UNSET:
        found["model"] = bytes(model)
    if (stream := members.stream) is not UNSET:
        found["stream"] = bytes(stream)
    if (options := members.stream_options) is not UNSET:
        found["stream_options"] = bytes(options)
    if (provider := members.provider) is not UNSET:
        found["provider"] = bytes(provider)
    return found


def asked_in(members: Mapping[str, bytes]) -> Asked:
    """`model`, `stream` and `include_usage`, where they are what they should be."""
    if not members:
        return NOTHING_ASKED
    model, stream = members.get("model", b""), members.get("stream", b"")
    options = members.get("stream_options", b"")
    is_short = len(model) + len(stream) + len(options) <= SHORT
    return (_known if is_short else _asked)(model, stream, options)


def _asked(model: bytes, stream: bytes, options: bytes) -> Asked:
    name, streams, more = _value(model), _value(stream), _value(options)
    usage = more.get("include_usage") if isinstance(more, dict) else None
    return Asked(
        model=name if isinstance(name, str) else None,
        stream=streams if isinstance(streams, bool) else None,
        include_usage=usage if isinstance(usage, bool) else None,
    )


_known = lru_cache(maxsize=1024)(_asked)


def outline(
    body: bytes, members: Mapping[str, bytes], names: Collection[str]
) -> Outline | None:
    """With the places of those that are named; `members` is what `read` found. None:
    only a scan can tell."""
    open_at = body.index(b"{") + 1
    spans: dict[str, Span] = {}
    for name in names:
        if name in members:
            if (span := _place(body, name, members[name])) is None:
                return None
            spans[name] = span
    return Outline(open_at, _END.match(body, open_at) is not None, spans)


def _value(raw: bytes) -> Any:
    if not raw or len(raw) > LONGEST:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _place(body: bytes, name: str, value: bytes) -> Span | None:
    """Where changing this value changes the member, and not one further inside."""
    key = b'"%s"' % name.encode()
    other = _OTHER[value == _OTHER[0]]
    at = 0
    for _ in range(MOST_PLACES):
        if (at := body.find(key, at)) < 0:
            return None
        at += len(key)
        if (colon := _COLON.match(body, at)) and body.startswith(value, colon.end()):
            span = Span(colon.end(), colon.end() + len(value))
            changed = read(body[: span.start] + other + body[span.end :])
            if changed is not None and changed.get(name) == other:
                return span
    return None
