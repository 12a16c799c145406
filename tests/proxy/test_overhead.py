"""Weir's own added time: neither the upstream's nor the client's is in it."""

from __future__ import annotations

import json
import time

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import RawClient, request
from tests.upstream import Received, close, pause, reply, send

pytestmark = pytest.mark.alone
SLOW_MS = 300.0
LARGE = b"x" * (24 * 1024 * 1024)


def added(line: Line, path: str) -> float | None:
    value = line.weir.finished(path)["overhead_ms"]
    return None if value is None else float(value)


def test_a_slow_upstream_adds_nothing(line: Line) -> None:
    """Before its head, between its chunks, before the end; whatever ends its body."""
    wait = pause(SLOW_MS / 1000)
    head = a.chunked_head("text/event-stream")
    line.upstream.on("/v1/own/chunks", wait, send(head), wait, send(a.LAST_CHUNK))
    line.upstream.on("/v1/own/length", wait, send(a.as_json({"a": 1})))
    line.upstream.on(
        *("/v1/own/closed", wait, send(b"HTTP/1.1 200 OK\r\n\r\nab"), wait, close())
    )
    for path in ("/v1/own/chunks", "/v1/own/length", "/v1/own/closed"):
        line.through(request("POST", path, body=b"{}"))
        row = line.weir.finished(path)
        assert row["duration_ms"] >= SLOW_MS
        assert 0 < row["overhead_ms"] < SLOW_MS / 2, path


def test_a_slow_client_adds_nothing(line: Line) -> None:
    line.upstream.on("/v1/own/slow", send(a.whole(LARGE)))
    whole = request("POST", "/v1/own/slow", body=b'{"a": 1}')
    with RawClient(line.weir.address) as client:
        client.send(whole[:-2])
        time.sleep(SLOW_MS / 1000)
        client.send(whole[-2:])
        client.read_head()
        time.sleep(SLOW_MS / 1000)
        left = len(LARGE)
        while left > 0:
            left -= len(client.read(1 << 20))
    row = line.weir.finished("/v1/own/slow")
    assert row["duration_ms"] >= 2 * SLOW_MS
    assert 0 < row["overhead_ms"] < SLOW_MS / 2


def test_a_call_that_weir_made_twice_is_its_own(line: Line) -> None:
    """Asked for usage, the upstream refuses, and is asked again as the client did."""
    path = "/v1/own/refused/chat/completions"

    def asked(got: Received) -> bytes:
        if b"stream_options" not in got.body:
            return a.sse()
        time.sleep(SLOW_MS / 1000)
        return a.as_json({"error": {"message": "no"}}, status="400 Bad Request")

    line.upstream.on(path, reply(asked))
    body = json.dumps({"model": "m", "stream": True, "messages": []}).encode()
    line.through(request("POST", path, body=body))
    assert SLOW_MS <= (added(line, path) or 0) < 2 * SLOW_MS
