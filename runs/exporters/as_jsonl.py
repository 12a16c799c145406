"""JSONL: one JSON object a line with everything that was captured, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from runs.exporters.base import Exchange, Export, Exporter
from runs.exporters.columns import COLUMNS, written
from runs.record import Side

SIDES = (Side.REQUEST, Side.SENT, Side.RESPONSE, Side.RECEIVED)
ELSEWHERE = ("query", "upstream_url", "chunk_times")
"""Already a column, or of no use outside."""


def write(export: Export) -> Iterator[bytes]:
    for exchange in export.exchanges():
        facts = {column.name: written(column.get(exchange)) for column in COLUMNS}
        line = msgspec.json.encode({**facts, **_detail(exchange)})
        yield line[:-1] + b',"bodies":{'
        yield from _bodies(exchange)
        yield b"}}\n"


def _detail(exchange: Exchange) -> dict[str, Any]:
    detail = exchange.detail
    names = [name for name in detail.__struct_fields__ if name not in ELSEWHERE]
    values = {name: getattr(detail, name) for name in names}
    return {**values, "quote": msgspec.to_builtins(detail.quote)}


def _bodies(exchange: Exchange) -> Iterator[bytes]:
    """What a body is, and its text; a body that no rule changed is there once."""
    comma = b""
    for side in SIDES:
        if body := exchange.bodies.get(side):
            facts = {
                "size_bytes": body.size,
                "kept_bytes": body.kept,
                "sha256": bytes(body.sha256).hex(),
                "content_type": body.content_type,
                "content_encoding": body.content_encoding,
            }
            yield comma + msgspec.json.encode(side) + b":"
            yield msgspec.json.encode(facts)[:-1]
            yield from _text(exchange, side)
            yield b"}"
            comma = b","


def _text(exchange: Exchange, side: Side) -> Iterator[bytes]:
    text = exchange.text(side)
    if text is None:
        return
    yield b',"base64":' if text.is_base64 else b',"text":'
    yield from text.json()
    if text.note:
        yield b',"note":' + msgspec.json.encode(text.note)


EXPORTER = Exporter(
    name="jsonl",
    suffix=".jsonl",
    content_type="application/x-ndjson",
    about="one JSON object a line, with headers and bodies",
    write=write,
)
