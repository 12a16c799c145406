"""Which content types are streams, and of what kind.

The relay asks before an answer passes, `reading.py` and the request page when they cut
it. Parameters and letter case don't count. Pure.
"""

from __future__ import annotations

from runs.cleaning import remembered

_NDJSON = ("ndjson", "jsonl", "json-lines", "stream+json", "json-seq")
"""What the spellings of "a JSON value a line" have in common; none is registered."""

UNTYPED = ("application/octet-stream", "binary/octet-stream", "application/binary")
"""Bytes of which the sender doesn't say what they are."""

_MOST = 256
"""Servers have few of them, and each exchange asks several times."""


@remembered(_MOST)
def media_type(content_type: str) -> str:
    """`text/event-stream` of `Text/Event-Stream; charset=utf-8`."""
    return content_type.partition(";")[0].strip().lower()


@remembered(_MOST)
def is_sse(content_type: str) -> bool:
    return media_type(content_type).endswith("/event-stream")


@remembered(_MOST)
def is_ndjson(content_type: str) -> bool:
    kind = media_type(content_type)
    return any(spelling in kind for spelling in _NDJSON)


@remembered(_MOST)
def is_amazon_stream(content_type: str) -> bool:
    """Binary frames (`amazon_stream.py`)."""
    return media_type(content_type) == "application/vnd.amazon.eventstream"


@remembered(_MOST)
def is_text(content_type: str) -> bool:
    """Whatever is read, or no type at all."""
    kind = media_type(content_type)
    return not kind or kind.startswith("text/") or "json" in kind or is_stream(kind)


@remembered(_MOST)
def is_stream(content_type: str) -> bool:
    """Gemini's JSON array is a stream as well, under the type of any JSON."""
    return (
        is_sse(content_type)
        or is_ndjson(content_type)
        or is_amazon_stream(content_type)
    )
