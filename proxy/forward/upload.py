"""The client's body on its way up: in memory, in scratch space, or passing through.

`proxy/app.py` reads it whole where routing or a rewrite must see it, and lets it flow
otherwise. Whole bodies above 1 MiB wait in a file (`proxy/scratch.py`), so memory
stays flat.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from proxy.errors import WeirError
from proxy.exchange import NOTHING_ASKED, Asked, HeaderList, Inbound
from proxy.forward.client import Receive
from proxy.headers import value_of
from proxy.json_scan import TopLevelScanner
from proxy.request_body import RequestBody
from proxy.scratch import NoRoom, ScratchSpace
from runs.decoding import Undecodable, decode_pieces

IN_MEMORY = 1024 * 1024
# msgspec reads this much in under a millisecond; more is scanned piece by piece while
# it arrives, because one long call would hold up every other request.
READ_AT_ONCE = 256 * 1024
LARGEST_DECODED = 64 * 1024 * 1024
"""More is not looked into: a few packed bytes could fill the disk."""


class ClientGone(Exception):
    """The client hung up before its request was complete."""


class _Members(msgspec.Struct):
    model: Any = None
    stream: Any = None
    stream_options: Any = None


_members = msgspec.json.Decoder(_Members)


def is_json(inbound: Inbound) -> bool:
    """The body says it is JSON, or says nothing."""
    content_type = value_of(inbound.headers, b"content-type").lower()
    return not content_type or b"json" in content_type


def declared_size(headers: HeaderList) -> int | None:
    """Content-Length; 0 when there is no body, None when it comes chunked."""
    length = value_of(headers, b"content-length")
    if length.isdigit():
        return int(length)
    return None if value_of(headers, b"transfer-encoding") else 0


async def read_whole(receive: Receive, scratch: ScratchSpace) -> RequestBody:
    """Read the body to its end and look what it asks for."""
    first = await _message(receive)
    if not first.get("more_body"):
        data = first.get("body", b"")
        if len(data) <= READ_AT_ONCE:
            return RequestBody(data=data, size=len(data), asked=look(data))
        return _scanned(data)
    return await _gather(_chain(first.get("body", b""), receive), scratch)


async def stream(receive: Receive) -> AsyncIterator[bytes]:
    """The body's pieces as the client sends them."""
    more = True
    while more:
        message = await _message(receive)
        more = message.get("more_body", False)
        if piece := message.get("body", b""):
            yield piece


async def see_through(
    body: RequestBody, encoding: bytes, scratch: ScratchSpace
) -> None:
    """Look into a compressed JSON body (codex sends zstd) without changing it."""
    if not body.size or body.asked != NOTHING_ASKED:
        return  # nothing, or plain JSON whatever its label says
    try:
        decoded = _decoded(body, encoding.decode("latin-1"))
        body.decoded = await _gather(decoded, scratch)
    except Undecodable as why:
        body.unread = str(why)
    else:
        body.asked = body.decoded.asked


async def _decoded(body: RequestBody, encoding: str) -> AsyncIterator[bytes]:
    for piece in decode_pieces(body.pieces(), encoding, LARGEST_DECODED):
        yield piece
        await asyncio.sleep(0)  # other requests go on in between


def look(body: bytes) -> Asked:
    """`model`, `stream` and `include_usage` of a JSON object; nothing of all else."""
    if body.lstrip()[:1] != b"{":
        return NOTHING_ASKED
    try:
        return _asked(_members.decode(body))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        # Lone surrogates in a text, for one: the scanner doesn't read texts.
        return _scanned(body).asked


def _asked(members: _Members) -> Asked:
    options = members.stream_options
    usage = options.get("include_usage") if isinstance(options, dict) else None
    return Asked(
        model=members.model if isinstance(members.model, str) else None,
        stream=members.stream if isinstance(members.stream, bool) else None,
        include_usage=usage if isinstance(usage, bool) else None,
    )


async def _message(receive: Receive) -> dict[str, Any]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    return dict(message)


async def _gather(incoming: AsyncIterator[bytes], scratch: ScratchSpace) -> RequestBody:
    body = RequestBody()
    pieces: list[bytes] = []
    try:
        async for piece in incoming:
            if body.scanner is not None:
                body.scanner.feed(piece)
            if body.file is not None:
                body.append(piece)
                continue
            pieces.append(piece)
            body.size += len(piece)
            if body.scanner is None and body.size > READ_AT_ONCE:
                body.scanner = await _caught_up(pieces)
            if body.size > IN_MEMORY:
                _spill(body, pieces, scratch)
    except NoRoom as error:
        body.close()
        raise WeirError("INSUFFICIENT_STORAGE", str(error)) from error
    except BaseException:
        body.close()
        raise
    body.data = b"".join(pieces)
    body.asked = look(body.data) if body.scanner is None else _asked_by_scan(body)
    return body


async def _caught_up(pieces: list[bytes]) -> TopLevelScanner:
    scanner = TopLevelScanner()
    for piece in pieces:
        scanner.feed(piece)
        await asyncio.sleep(0)  # other requests go on in between
    return scanner


async def _chain(head: bytes, receive: Receive) -> AsyncIterator[bytes]:
    if head:
        yield head
    async for piece in stream(receive):
        yield piece


def _spill(body: RequestBody, pieces: list[bytes], scratch: ScratchSpace) -> None:
    body.file = scratch.open()
    for piece in pieces:
        body.file.append(piece)
    pieces.clear()


def _scanned(data: bytes) -> RequestBody:
    scanner = TopLevelScanner()
    scanner.feed(data)
    body = RequestBody(data=data, size=len(data), scanner=scanner)
    body.asked = _asked_by_scan(body)
    return body


def _asked_by_scan(body: RequestBody) -> Asked:
    scanner = body.scanner
    if scanner is None or not scanner.is_complete:
        return NOTHING_ASKED
    names = _Members.__struct_fields__
    return _asked(_Members(**{name: _value(body, scanner, name) for name in names}))


def _value(body: RequestBody, scanner: TopLevelScanner, name: str) -> Any:
    span = scanner.spans.get(name)
    if span is None or span.end - span.start > READ_AT_ONCE:
        return None
    try:
        return msgspec.json.decode(body.span(span.start, span.end))
    except (msgspec.MsgspecError, UnicodeError):
        return None
