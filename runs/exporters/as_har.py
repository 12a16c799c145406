"""HAR 1.2: opens in the network panel of a browser's developer tools.

Entries are what the client sent and got. What HAR has no place for (provider, model,
tokens, cost, outcome) is in a `_weir` object, which readers skip.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from runs.exporters.base import Exchange, Export, Exporter
from runs.exporters.columns import COLUMNS, stamp, written
from runs.record import HeaderPairs, Side
from runs.version import weir_version

HTTP = "HTTP/1.1"
NOT_KNOWN = -1
PATH_CHARACTERS = "/:@!$&'()*+,;=~-._%"


def write(export: Export) -> Iterator[bytes]:
    yield b'{"log":{"version":"1.2","creator":'
    yield msgspec.json.encode({"name": "Weir", "version": weir_version()})
    yield b',"pages":[],"entries":['
    comma = b"\n"
    for exchange in export.exchanges():
        yield comma
        yield from _entry(exchange)
        comma = b",\n"
    yield b"\n]}}\n"


def _entry(exchange: Exchange) -> Iterator[bytes]:
    timings = _timings(exchange)
    head = {
        "startedDateTime": stamp(exchange.row.started_at),
        "time": sum(value for value in timings.values() if value > 0),
        "cache": {},
        "timings": timings,
        "_weir": {column.name: written(column.get(exchange)) for column in COLUMNS},
    }
    yield msgspec.json.encode(head)[:-1] + b',"request":'
    yield from _request(exchange)
    yield b',"response":'
    yield from _response(exchange)
    yield b"}"


def _timings(exchange: Exchange) -> dict[str, float]:
    row = exchange.row
    whole = row.duration_ms or 0.0
    wait = min(row.first_byte_ms if row.first_byte_ms is not None else whole, whole)
    return {"send": 0.0, "wait": wait, "receive": whole - wait}


def _request(exchange: Exchange) -> Iterator[bytes]:
    row, detail = exchange.row, exchange.detail
    pairs = parse_qsl(detail.query, keep_blank_values=True)
    facts = {
        "method": row.method,
        "url": address(exchange),
        "httpVersion": HTTP,
        "cookies": [],
        "headers": _headers(detail.request_headers),
        "queryString": [{"name": name, "value": value} for name, value in pairs],
        "headersSize": NOT_KNOWN,
        "bodySize": row.request_bytes,
    }
    yield msgspec.json.encode(facts)[:-1]
    if text := exchange.text(Side.REQUEST):
        media = {"mimeType": exchange.content_type(Side.REQUEST)}
        yield b',"postData":' + msgspec.json.encode(media)[:-1] + b',"text":'
        yield from text.json()
        # HAR gives a request's body no encoding; browsers look for this name.
        yield b',"_encoding":"base64"}' if text.is_base64 else b"}"
    yield b"}"


def _response(exchange: Exchange) -> Iterator[bytes]:
    row, text = exchange.row, exchange.text(Side.RESPONSE)
    status = row.status or 0
    facts = {
        "status": status,
        "statusText": _phrase(status),
        "httpVersion": HTTP if status else "",
        "cookies": [],
        "headers": _headers(exchange.detail.response_headers),
        "redirectURL": _redirect(exchange.detail.response_headers),
        "headersSize": NOT_KNOWN,
        "bodySize": row.response_bytes,
        **({"_error": row.error or row.outcome} if not status else {}),
    }
    content: dict[str, Any] = {
        "size": len(text.data) if text else row.response_bytes,
        "mimeType": exchange.content_type(Side.RESPONSE) or "x-unknown",
        **({"encoding": "base64"} if text and text.is_base64 else {}),
        **({"comment": text.note} if text and text.note else {}),
    }
    yield msgspec.json.encode(facts)[:-1] + b',"content":'
    yield msgspec.json.encode(content)[:-1]
    if text:
        yield b',"text":'
        yield from text.json()
    yield b"}}"


def address(exchange: Exchange) -> str:
    """The URL that the client called."""
    headers = dict(exchange.detail.request_headers)
    host = headers.get("host") or urlsplit(exchange.detail.upstream_url).netloc
    path = quote(exchange.row.path, safe=PATH_CHARACTERS)
    query = quote(exchange.detail.query, safe=PATH_CHARACTERS + "?")
    return f"http://{host or 'weir.invalid'}{path}{'?' if query else ''}{query}"


def _headers(pairs: HeaderPairs | list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _redirect(pairs: HeaderPairs | list[tuple[str, str]]) -> str:
    return next((value for name, value in pairs if name.lower() == "location"), "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


EXPORTER = Exporter(
    name="har",
    suffix=".har",
    content_type="application/json",
    about="HAR 1.2, for a browser's developer tools",
    write=write,
)
