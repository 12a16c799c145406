"""The client's body: looked at, kept, spilled to a file, streamed."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest

from proxy.exchange import NOTHING_ASKED, Asked
from proxy.forward.outgoing import prepare
from proxy.forward.upload import (
    IN_MEMORY,
    ClientGone,
    declared_size,
    read_whole,
    see_through,
)
from proxy.forward.usage_habits import UsageHabits, UsagePlan
from proxy.request_body import Edit, RequestBody
from proxy.scratch import ScratchSpace
from tests.proxy.make_target import target


def read(body: bytes, tmp_path: Path, step: int = 65536) -> RequestBody:
    pieces = [body[at : at + step] for at in range(0, len(body), step)] or [b""]
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces) - 1}
        for number, piece in enumerate(pieces)
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    return asyncio.run(read_whole(receive, ScratchSpace(tmp_path)))


def chat(size: int) -> bytes:
    """As the Anthropic SDK writes it: the model behind the messages."""
    return json.dumps(
        {
            "messages": [{"role": "user", "content": "x" * size}],
            "model": "m",
            "stream": True,
            "stream_options": {"include_usage": False},
        }
    ).encode()


@pytest.mark.parametrize("size", [0, 1000, IN_MEMORY - 200, IN_MEMORY, 3 * IN_MEMORY])
def test_what_a_body_asks_for_is_found_at_any_size(tmp_path: Path, size: int) -> None:
    raw = chat(size)
    body = read(raw, tmp_path)
    assert body.asked == Asked(model="m", stream=True, include_usage=False)
    assert b"".join(body.pieces()) == raw
    assert b"".join(body.pieces()) == raw  # it can be sent a second time
    assert (body.file is not None) == (len(raw) > IN_MEMORY)
    assert body.size == len(raw)
    body.close()


@pytest.mark.parametrize(("size", "others"), [(1000, 0), (IN_MEMORY - 200, 2)])
def test_a_large_body_is_no_single_step(tmp_path: Path, size: int, others: int) -> None:
    """To put it together, to look into it, and what comes then: others go between."""
    raw, turns = chat(size), [0]

    async def count() -> None:
        while True:
            await asyncio.sleep(0)
            turns[0] += 1

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw}

    async def look() -> RequestBody:
        counting = asyncio.ensure_future(count())
        await asyncio.sleep(0)
        turns[0] = 0
        body = await read_whole(receive, ScratchSpace(tmp_path))
        counting.cancel()
        return body

    assert asyncio.run(look()).asked.model == "m"
    assert turns[0] == others


@pytest.mark.parametrize("size", [10, 2 * IN_MEMORY])
def test_an_edited_body_is_new_and_the_old_one_stays(tmp_path: Path, size: int) -> None:
    raw = chat(size)
    body = read(raw, tmp_path)
    at = raw.index(b'"m"')
    changed = body.edited([Edit(0, 1, b"{ "), Edit(at, at + 3, b'"longer"')])
    expected = raw.replace(b'"m"', b'"longer"').replace(b"{", b"{ ", 1)
    assert b"".join(changed.pieces()) == expected
    assert changed.size == len(expected)
    assert b"".join(body.pieces()) == raw
    body.close()


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b'{"model": 1, "stream": "yes"}', b"\xff", b"{" * 5000],
)
def test_anything_else_asks_for_nothing(tmp_path: Path, body: bytes) -> None:
    assert read(body, tmp_path).asked == NOTHING_ASKED


@pytest.mark.parametrize(
    "odd", [b'"\\ud83d"', b"NaN", b'"\n"', b"[1,]"], ids=lambda odd: odd.decode()
)
def test_what_a_strict_parser_refuses_does_not_hide_the_model(
    tmp_path: Path, odd: bytes
) -> None:
    raw = b'{"messages":[{"content":%s}],"model":"m"}' % odd
    assert read(raw, tmp_path).asked.model == "m"
    assert read(b"\xef\xbb\xbf" + raw, tmp_path).asked.model == "m"


@pytest.mark.parametrize("size", [IN_MEMORY - 200, 3 * IN_MEMORY])
def test_no_body_holds_the_other_requests_up(tmp_path: Path, size: int) -> None:
    """Reading it, and asking for its usage, is done in steps."""
    raw = chat(size).replace(b"x" * 40, rb"call it {\"a\": 1} \n")
    raw = raw.replace(b', "stream_options": {"include_usage": false}', b"")
    pieces = [raw[at : at + 65536] for at in range(0, len(raw), 65536)]
    steps: list[float] = []

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def others() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            steps.append(time.thread_time() - before)

    async def run() -> bytes:
        watch = asyncio.ensure_future(others())
        await asyncio.sleep(0)
        body = await read_whole(receive, ScratchSpace(tmp_path))
        out = prepare(target(), [], body, UsageHabits())
        await asyncio.sleep(0)
        watch.cancel()
        assert out.plan is UsagePlan.ASK
        assert out.body is not None
        sent = b"".join(out.body.pieces())
        body.close()
        return sent

    gc.disable()  # thousands of tests lie in memory: looking through them takes longer
    try:
        sent = asyncio.run(run())
    finally:
        gc.enable()
    assert sent == b'{"stream_options":{"include_usage":true},' + raw[1:]
    assert max(steps) < 0.010, "a scan of a megabyte takes twice as long"


@pytest.mark.parametrize("size", [100, 3 * IN_MEMORY])
def test_a_compressed_body_is_looked_into_and_left_alone(
    tmp_path: Path, size: int
) -> None:
    raw = gzip.compress(chat(size))
    body = read(raw, tmp_path)
    asyncio.run(see_through(body, b"gzip", ScratchSpace(tmp_path)))
    assert body.asked.model == "m"
    assert b"".join(body.pieces()) == raw
    assert body.decoded is not None
    assert b"".join(body.decoded.pieces()) == chat(size)
    assert (body.decoded.file is not None) == (size > IN_MEMORY)
    body.close()


def test_a_damaged_body_says_why_it_is_unread(tmp_path: Path) -> None:
    body = read(gzip.compress(chat(3 * IN_MEMORY))[:-9], tmp_path)
    asyncio.run(see_through(body, b"gzip", ScratchSpace(tmp_path)))
    assert (body.asked, body.decoded) == (NOTHING_ASKED, None)
    assert body.unread == "The gzip body ends early."


def test_a_client_that_leaves_is_noticed(tmp_path: Path) -> None:
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    with pytest.raises(ClientGone):
        asyncio.run(read_whole(receive, ScratchSpace(tmp_path)))


def test_the_size_that_headers_declare() -> None:
    assert declared_size([(b"content-length", b"12")]) == 12
    assert declared_size([(b"transfer-encoding", b"chunked")]) is None
    assert declared_size([]) == 0
