"""The demo model as an httpx transport: stands where a provider's socket would.

`observe/asgi.py` gives it to the upstream, which hands requests here whose origin is
`demo:`. Reading,
answering and writing are pure (`asked`, `answer`, `dialects`); this file adds the time
they take.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator

import httpx

from proxy.demo.allowance import Allowance
from proxy.demo.answer import Answer, answer
from proxy.demo.asked import Json, Prompt, as_dict
from proxy.demo.behaviour import Behaviour, behaviour_of
from proxy.demo.counting import PrefixCache
from proxy.demo.dialects import dialect_for
from proxy.demo.dialects.anthropic_messages import AnthropicMessages
from proxy.demo.dialects.base import CONTENT_TYPES, DemoDialect, OnePiece, dump

BYTES_A_TOKEN = 4
LONGEST_WAIT_S = 8.0
"""An answer in one piece takes as long as its stream would, up to this."""


class DemoTransport(httpx.AsyncBaseTransport):
    """Answers every request from the built-in model; remembers prompts it has seen."""

    def __init__(self) -> None:
        self._cache = PrefixCache()
        self._numbers = itertools.count(1)
        self._allowance = Allowance()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        target = request.extensions.get("target", request.url.raw_path)
        path, _, query = target.decode("ascii", "replace").partition("?")
        dialect = dialect_for(request.method, path)
        if dialect is None:
            return _json(404, {"error": {"message": _unknown(request.method, path)}})
        try:
            asked = _parsed(body)
        except (ValueError, RecursionError):
            return _json(400, dialect.error(400, "The body is not a JSON object."))
        response = await self._respond(dialect, dialect.read(asked, path, query))
        is_anthropic = isinstance(dialect, AnthropicMessages)
        tokens = len(body) // BYTES_A_TOKEN
        left = self._allowance.used(tokens, time.time(), is_anthropic=is_anthropic)
        response.headers.update(left)
        return response

    async def _respond(self, dialect: DemoDialect, prompt: Prompt) -> httpx.Response:
        behaviour = behaviour_of(prompt.model)
        if behaviour.error_status:
            await asyncio.sleep(behaviour.first_ms / 1000)
            return _failed(dialect, behaviour.error_status, prompt.model)
        said = answer(
            prompt,
            behaviour,
            self._cache,
            id=self._fresh_id(prompt),
            created=int(time.time()),
        )
        if prompt.framing == "none":
            await asyncio.sleep(_whole_wait(dialect, said, behaviour))
            whole = dump(dialect.whole(said, prompt))
            return _response(200, "application/json", _Whole(whole, behaviour.is_cut))
        pieces = dialect.stream(said, prompt)
        return _response(
            200,
            CONTENT_TYPES[prompt.framing],
            _Paced(pieces, behaviour, dialect.stream_error(_IN_STREAM)),
        )

    def _fresh_id(self, prompt: Prompt) -> str:
        """Ids differ from call to call, as a provider's do."""
        seed = f"{id(self)} {next(self._numbers)} {time.time_ns()} {prompt.model}"
        return hashlib.blake2b(
            seed.encode("utf-8", "surrogatepass"), digest_size=12
        ).hexdigest()


class _Paced(httpx.AsyncByteStream):
    """A stream at a model's pace; breaks or fails half-way when told so."""

    def __init__(
        self, pieces: Iterator[bytes], behaviour: Behaviour, error: bytes
    ) -> None:
        self._pieces = pieces
        self._behaviour = behaviour
        self._error = error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        how = self._behaviour
        for index, piece in enumerate(self._pieces):
            wait = how.gap_s(index) if index else how.first_ms / 1000
            if wait:
                await asyncio.sleep(wait)
            if index == _BREAK_AT and how.is_cut:
                raise httpx.RemoteProtocolError("The demo model broke the connection.")
            if index == _BREAK_AT and how.error_in_stream:
                yield self._error
                return
            yield piece


class _Whole(httpx.AsyncByteStream):
    """A body in one piece, or half of it and a broken connection."""

    def __init__(self, body: bytes, is_cut: bool) -> None:
        self.body = body
        self._is_cut = is_cut

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._is_cut:
            yield self.body[: len(self.body) // 2]
            raise httpx.RemoteProtocolError("The demo model broke the connection.")
        yield self.body


_BREAK_AT = 6
_IN_STREAM = "The demo model fails in mid-stream, as its name asks for."


def _whole_wait(dialect: DemoDialect, said: Answer, behaviour: Behaviour) -> float:
    if isinstance(dialect, OnePiece):
        return behaviour.first_ms / 10_000
    gaps = sum(behaviour.gap_s(index) for index in range(len(said.pieces())))
    return min(behaviour.first_ms / 1000 + gaps, LONGEST_WAIT_S)


def _parsed(body: bytes) -> Json:
    if not body:
        return {}
    value = json.loads(body)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return as_dict(value)


def _failed(dialect: DemoDialect, status: int, model: str) -> httpx.Response:
    message = f"The demo model {model} always answers {status}."
    headers = [("retry-after", "1")] if status in (429, 503, 529) else []
    return _json(status, dialect.error(status, message), headers)


def _json(
    status: int, value: Json, headers: list[tuple[str, str]] | None = None
) -> httpx.Response:
    body = _Whole(dump(value), is_cut=False)
    return _response(status, "application/json", body, headers)


def _response(
    status: int,
    content_type: str,
    stream: httpx.AsyncByteStream,
    headers: list[tuple[str, str]] | None = None,
) -> httpx.Response:
    length = (
        [("content-length", str(len(stream.body)))]
        if isinstance(stream, _Whole)
        else []
    )
    return httpx.Response(
        status,
        headers=[("content-type", content_type), *length, *(headers or [])],
        stream=stream,
        extensions={"http_version": b"HTTP/1.1"},
    )


def _unknown(method: str, path: str) -> str:
    return f"The demo model does not speak {method} {path}."
