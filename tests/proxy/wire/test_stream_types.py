"""`proxy/wire/stream_types.py`: by content type, whatever its case and parameters."""

from __future__ import annotations

import pytest

from proxy.wire.stream_types import is_ndjson, is_sse, is_stream

SSE = ["text/event-stream", "Text/Event-Stream; charset=utf-8", " text/event-stream ;q"]
NDJSON = [
    "application/x-ndjson",
    "application/jsonl; charset=utf-8",
    "application/stream+json",
    "application/json-seq",
]
NEITHER = ["", "application/json", "text/plain; x=event-stream", "audio/mpeg"]


@pytest.mark.parametrize("kind", SSE + NDJSON + NEITHER)
def test_each_type_is_one_kind_of_stream_or_none(kind: str) -> None:
    assert is_sse(kind) is (kind in SSE)
    assert is_ndjson(kind) is (kind in NDJSON)
    assert is_stream(kind) is (kind not in NEITHER)
