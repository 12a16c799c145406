"""A request of another product as the record that Weir would have made of it.

`proxy/setup/importing.py` calls `record_of` for each. Its parts become head, tail and
bodies as the journal has them, and the recorder's own reader reads those: usage, cost,
conversations and fingerprints come about as for captured traffic.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from urllib.parse import unquote, urlsplit
from uuid import UUID

import msgspec

from pricing.book import PriceBook
from proxy.journal.format import Head, Pairs, Tail
from proxy.journal.masking import FINGERPRINT, Masker
from proxy.recording import secrets
from proxy.recording.assemble import read
from proxy.wire import format_for
from runs.cleaning import text
from runs.importers import Imported
from runs.importers.fields import LONGEST_MS
from runs.record import CapturedBody, ExchangeRecord, HeaderPairs, InlineBody, Side

LONGEST_US = LONGEST_MS * 1000
HEADERS_MOST = 500
_MASKED = re.compile(rf"(?:[A-Za-z][\w-]{{0,32}} )?{FINGERPRINT.pattern}")
"""A whole value that is a mark of Weir's: beside one, a key may stand."""
Owner = Callable[[str], str]
"""An upstream's address → the slug of its provider, or ""."""


def uid_of(each: Imported, source: str) -> UUID:
    """The same for the same request of the same product: its time, then its id."""
    if each.uid is not None:
        return each.uid
    told = sha256(f"{source}\0{each.id}".encode("utf-8", "replace")).digest()
    stamp = max(0, round(each.started_at.timestamp() * 1000)) & (1 << 48) - 1
    number = stamp << 80 | int.from_bytes(told[:10])
    number = number & ~(0xF << 76) | 7 << 76
    return UUID(int=number & ~(3 << 62) | 2 << 62)


def is_call(each: Imported) -> bool:
    """It speaks a dialect of models."""
    path = urlsplit(each.url).path
    return format_for(each.method.upper(), path).name != "raw"


def record_of(
    each: Imported,
    source: str,
    run: str,
    book: PriceBook,
    masker: Masker,
    owner: Owner,
) -> ExchangeRecord:
    """Keys in its headers, addresses, bodies and words are masked."""
    told = msgspec.structs.replace(
        each.told, source=source, id=masker.text(text(each.told.id, 200))
    )
    head, tail = _head(each, source, run, masker, owner), _tail(each, masker)
    record = read(head, tail, _bodies(each), each.notes, book, told)
    record = secrets.without_keys_in_error(record, masker)
    try:
        return secrets.masked(secrets.told(record), masker)
    except Exception as error:  # as when it was captured: the request is kept
        return secrets.without_bodies(record, error)


def _head(each: Imported, source: str, run: str, masker: Masker, owner: Owner) -> Head:
    address = urlsplit(each.url)
    called, _, query = (each.path or each.url).partition("?")
    called = urlsplit(called).path if "://" in called else called
    return Head(
        uid=uid_of(each, source).bytes,
        started_us=round(each.started_at.timestamp() * 1_000_000),
        method=each.method.upper()[:16],
        path=masker.path(_ascii(called or "/")),
        query=masker.query(_ascii(query)),
        client=f"{each.client_ip}:0" if each.client_ip else "",
        headers=_headers(each.request_headers, each.user_agent, masker),
        provider=owner(each.url) or each.provider,
        route=each.route,
        reason=f"imported from {source}",
        upstream_url=masker.url(each.url) if address.netloc else "",
        upstream_path=unquote(address.path),
        upstream_model=each.upstream_model,
        sent_headers=[],
        request_body=b"",
        request_size=len(each.request),
        keep_bodies=True,
        run_name=run,
    )


def _tail(each: Imported, masker: Masker) -> Tail:
    took = min(_us(each.duration_ms) or 0, LONGEST_US)
    first = _us(each.first_byte_ms)
    headers = _headers(each.response_headers, "", masker)
    if each.response_type and not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", each.response_type))
    return Tail(
        uid=b"",
        final=True,
        outcome=each.outcome,
        status=each.status or 0,
        response_headers=headers,
        error=masker.text(text(each.error, 500)),
        error_code=text(each.error_code, 64),
        duration_us=took,
        upstream_us=-1,
        first_byte_us=-1 if first is None else min(first, took or first),
        chunk_count=0,
        chunk_times=b"",
        bodies=[],
        notes=[],
    )


def _headers(pairs: HeaderPairs, user_agent: str, masker: Masker) -> Pairs:
    """Masked, but for what Weir itself masked when it was captured."""
    told = list(pairs[:HEADERS_MOST])
    if user_agent and not any(name.lower() == "user-agent" for name, _ in told):
        told.append(("user-agent", user_agent))
    return [
        (name.lower(), value) if _MASKED.fullmatch(value) else masked
        for (name, value), masked in zip(told, _masked(told, masker), strict=True)
    ]


def _masked(pairs: Iterable[tuple[str, str]], masker: Masker) -> Pairs:
    return masker.headers(
        [(_ascii(name), value.encode("utf-8", "replace")) for name, value in pairs]
    )


def _bodies(each: Imported) -> dict[Side, CapturedBody]:
    found: dict[Side, CapturedBody] = {}
    if each.request:
        found[Side.REQUEST] = CapturedBody(
            side=Side.REQUEST,
            source=InlineBody(each.request),
            size=len(each.request),
            content_type=each.request_type,
            content_encoding=each.request_encoding,
        )
    answers = ((Side.RESPONSE, each.response), (Side.RECEIVED, each.received))
    for side, data in answers:
        if data:
            found[side] = CapturedBody(
                side=side,
                source=InlineBody(data),
                size=max(each.response_size or 0, len(data)),
                content_type=each.response_type,
                content_encoding=each.response_encoding,
            )
    return found


def _us(ms: float | None) -> int | None:
    return None if ms is None or ms < 0 else round(ms * 1000)


def _ascii(value: str) -> bytes:
    return value.encode("utf-8", "replace")
