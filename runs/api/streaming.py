"""Answers that are made as they are sent, for servers of either kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

CHUNK = 128 * 1024


def streamed(request: HttpRequest, pieces: Iterator[bytes]) -> StreamingHttpResponse:
    """`pieces` as they come, in memory one at a time."""
    if isinstance(request, ASGIRequest):
        # Django collects a plain iterator whole before an ASGI server gets it.
        return StreamingHttpResponse(_async(pieces))
    return StreamingHttpResponse(pieces)


def gathered(pieces: Iterator[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """The same bytes in larger pieces: each one costs a change of threads."""
    waiting, held = list[bytes](), 0
    for piece in pieces:
        waiting.append(piece)
        held += len(piece)
        if held >= size:
            yield b"".join(waiting)
            waiting, held = [], 0
    if waiting:
        yield b"".join(waiting)


async def _async(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    def following() -> bytes | None:
        return next(pieces, None)

    while (piece := await sync_to_async(following)()) is not None:
        yield piece
