"""Raw HTTP as files in one ZIP: `{timestamp}_{id}_{request|response}.bin` and metadata.

A `.bin` is a whole HTTP/1.1 message with the body as captured, content encoding
included; only its framing is made anew, since chunks were not kept. `X-Proxy-Path` is
the address that the client called, for tools that replay.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from runs.exporters.base import Exchange, Export, Exporter
from runs.exporters.columns import COLUMNS, written
from runs.exporters.zip_stream import ZipStream
from runs.record import Side

FRAMING = ("transfer-encoding", "content-length", "trailer")
STEP = 256 * 1024
Pairs = list[tuple[str, str]]


def write(export: Export) -> Iterator[bytes]:
    archive = ZipStream()
    for exchange in export.exchanges():
        at = exchange.row.started_at
        name = f"{_timestamp(at)}_{exchange.row.uid}"
        yield from archive.add(f"{name}_request.bin", at, _request(exchange))
        if exchange.row.status is not None:
            yield from archive.add(f"{name}_response.bin", at, _response(exchange))
        yield from archive.add(f"{name}_metadata.json", at, [_metadata(exchange)])
    yield from archive.close()


def _request(exchange: Exchange) -> Iterator[bytes]:
    row, detail = exchange.row, exchange.detail
    target = f"{row.path}?{detail.query}" if detail.query else row.path
    headers = [*detail.request_headers, ("X-Proxy-Path", target)]
    start = f"{row.method} {target} HTTP/1.1"
    yield from _message(exchange, Side.REQUEST, start, headers)


def _response(exchange: Exchange) -> Iterator[bytes]:
    status = exchange.row.status or 0
    known = status in HTTPStatus._value2member_map_
    start = f"HTTP/1.1 {status} {HTTPStatus(status).phrase if known else ''}"
    headers = list(exchange.detail.response_headers)
    yield from _message(exchange, Side.RESPONSE, start, headers)


def _message(
    exchange: Exchange, side: Side, start: str, headers: Pairs
) -> Iterator[bytes]:
    """Its head, and a body of any size a piece at a time."""
    kept = [pair for pair in headers if pair[0].lower() not in FRAMING]
    size = exchange.size(side)
    if size is not None:
        kept.append(("Content-Length", str(size)))
    lines = [start, *(f"{name}: {value}" for name, value in kept), "", ""]
    yield "\r\n".join(map(_one_line, lines)).encode("utf-8", "replace")
    for piece in exchange.pieces(side):
        for at in range(0, len(piece), STEP):
            yield piece[at : at + STEP]


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _metadata(exchange: Exchange) -> bytes:
    detail = exchange.detail
    facts = {column.name: written(column.get(exchange)) for column in COLUMNS}
    facts |= {
        "client": detail.client,
        "request_headers": detail.request_headers,
        "sent_headers": detail.sent_headers,
        "response_headers": detail.response_headers,
        "tool_calls": detail.tool_calls,
        "notes": detail.notes,
        "quote": msgspec.to_builtins(detail.quote),
    }
    return msgspec.json.format(msgspec.json.encode(facts), indent=2) + b"\n"


def _timestamp(at: datetime) -> str:
    """Sorts as text, and is a file name everywhere."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%f}Z"


EXPORTER = Exporter(
    name="http",
    suffix=".zip",
    content_type="application/zip",
    about="raw HTTP messages and metadata, as files in a ZIP",
    write=write,
)
