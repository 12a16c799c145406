"""A body that goes up as the client sends it, while the answer may already come.

Used by `proxy/forward/http1/transport.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import httpx

from proxy.forward.http1.connection import Connection


async def until_answered(
    connection: Connection, pieces: AsyncIterator[bytes], *, in_chunks: bool
) -> asyncio.Task[None]:
    """Sends until the answer's head is there; the task that may still be sending.

    A server may say no before it has read everything, and stop reading then.
    """
    upload = asyncio.ensure_future(_send(connection, pieces, in_chunks))
    upload.add_done_callback(partial(_break_off, connection))
    answer = asyncio.ensure_future(connection.head())
    try:
        await asyncio.wait({upload, answer}, return_when=asyncio.FIRST_COMPLETED)
        if upload.done() and not answer.done():
            error = upload.exception()
            if error is not None and not isinstance(error, httpx.TransportError):
                raise error  # the client's end, not the upstream's
        await answer
    except BaseException:
        upload.cancel()
        answer.cancel()
        raise
    return upload


def is_whole(upload: asyncio.Task[None]) -> bool:
    """All of it was sent."""
    return upload.done() and not upload.cancelled() and upload.exception() is None


def _break_off(connection: Connection, upload: asyncio.Task[None]) -> None:
    """The client went in the middle of its body: the upstream would wait for the rest,
    and whoever reads the answer with it."""
    error = None if upload.cancelled() else upload.exception()
    if error is not None and not isinstance(error, httpx.TransportError):
        connection.transport.abort()


async def _send(
    connection: Connection, pieces: AsyncIterator[bytes], in_chunks: bool
) -> None:
    async for piece in pieces:
        if piece:
            framed = b"%x\r\n%b\r\n" % (len(piece), piece) if in_chunks else piece
            await connection.write(framed)
    if in_chunks:
        await connection.write(b"0\r\n\r\n")
