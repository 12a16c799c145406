"""The client's body on its way up: in memory, in scratch space, or passing through.

`proxy/app.py` reads it whole where routing or a rewrite must see it, and lets it flow
otherwise. Whole bodies above 1 MiB wait in a file (`proxy/scratch.py`), so memory
stays flat.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from proxy.errors import WeirError
from proxy.exchange import NOTHING_ASKED, Asked, HeaderList, Inbound
from proxy.forward import body_members
from proxy.forward.client import Receive
from proxy.headers import list_of, value_of
from proxy.json_scan import TopLevelScanner
from proxy.request_body import PIECE, STEP, RequestBody
from proxy.scratch import NoRoom, ScratchSpace
from runs.decoding import Undecodable, decode_pieces

IN_MEMORY = 1024 * 1024
"""msgspec reads this much in under a millisecond; more is scanned piece by piece while
it arrives, because one long call would hold up every other request."""
LARGEST_DECODED = 64 * 1024 * 1024
"""More is not looked into: a few packed bytes could fill the disk."""


_UNSET = (b"text/", b"application/x-www-form-urlencoded")


class ClientGone(Exception):
    """The client hung up before its request was complete."""


def is_json(inbound: Inbound) -> bool:
    """The body says it is JSON, or says nothing."""
    content_type = value_of(inbound.headers, b"content-type").lower()
    return not content_type or b"json" in content_type


def may_be_json(inbound: Inbound) -> bool:
    """Or it may be all the same: text or a form is what clients say by themselves."""
    content_type = value_of(inbound.headers, b"content-type").lower()
    return is_json(inbound) or content_type.startswith(_UNSET)


def encoding_of(inbound: Inbound) -> bytes:
    """As its Content-Encoding says."""
    return list_of(inbound.headers, b"content-encoding")


def declared_size(headers: HeaderList) -> int | None:
    """Content-Length; 0 when there is no body, None when it comes chunked."""
    length = value_of(headers, b"content-length")
    if length.isdigit():
        return int(length)
    return None if value_of(headers, b"transfer-encoding") else 0


async def read_whole(
    receive: Receive, scratch: ScratchSpace, arrived: bytes | None = None
) -> RequestBody:
    """Read the body to its end and look what it asks for; `arrived`: all of it."""
    if arrived and len(arrived) <= STEP:  # as of nearly every call
        members = body_members.read(arrived)
        if members is not None:
            asked = body_members.asked_in(members)
            return RequestBody(arrived, None, len(arrived), asked, members)
    first = await _message(receive) if arrived is None else {"body": arrived}
    data = first.get("body", b"")
    if not first.get("more_body") and len(data) <= IN_MEMORY:
        return await _looked_into(RequestBody(data=data, size=len(data)))
    return await _gather(_pieces(first, receive), scratch)


async def stream(receive: Receive) -> AsyncIterator[bytes]:
    """The body's pieces as the client sends them."""
    async for piece in _pieces(await _message(receive), receive):
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


async def _message(receive: Receive) -> dict[str, Any]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    return dict(message)


async def _pieces(message: dict[str, Any], receive: Receive) -> AsyncIterator[bytes]:
    """From a first message on."""
    while True:
        if piece := message.get("body", b""):
            yield piece
        if not message.get("more_body", False):
            return
        message = await _message(receive)


async def _gather(incoming: AsyncIterator[bytes], scratch: ScratchSpace) -> RequestBody:
    body = RequestBody()
    pieces: list[bytes] = []
    try:
        async for piece in incoming:
            if body.file is not None:
                body.append(piece)
                await _scan(body, piece)
                continue
            pieces.append(piece)
            body.size += len(piece)
            if body.size > IN_MEMORY:
                await _spill(body, pieces, scratch)
    except NoRoom as error:
        body.close()
        raise WeirError("INSUFFICIENT_STORAGE", str(error)) from error
    except BaseException:
        body.close()
        raise
    body.data = b"".join(pieces)
    if body.file is None:
        return await _looked_into(body)
    body.asked = _asked_by_scan(body)
    return body


async def _spill(body: RequestBody, pieces: list[bytes], scratch: ScratchSpace) -> None:
    body.file = scratch.open()
    for piece in pieces:
        body.file.append(piece)
        await _scan(body, piece)
    pieces.clear()


async def _looked_into(body: RequestBody) -> RequestBody:
    """A body in memory, and what it asks for."""
    if body.is_large:
        await asyncio.sleep(0)  # to have put it together was a step of its own
    body.members = body_members.read(body.data)
    if body.is_large:
        await asyncio.sleep(0)  # and so is this, before it may be copied
    if body.members is not None:
        body.asked = body_members.asked_in(body.members)
    elif body.data.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] == b"{":
        await _scan(body, body.data)
        body.asked = _asked_by_scan(body)
    return body


async def _scan(body: RequestBody, piece: bytes) -> None:
    if body.scanner is None:
        body.scanner = TopLevelScanner()
    for at in range(0, len(piece), PIECE):
        body.scanner.feed(piece[at : at + PIECE])
        await asyncio.sleep(0)  # other requests go on in between


def _asked_by_scan(body: RequestBody) -> Asked:
    scanner = body.scanner
    if scanner is None or not scanner.is_complete:
        return NOTHING_ASKED
    found = {
        name: body.span(span.start, span.end)
        for name in body_members.NAMES
        if (span := scanner.spans.get(name))
        and span.end - span.start <= body_members.LONGEST
    }
    return body_members.asked_in(found)
