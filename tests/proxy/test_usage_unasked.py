"""Upstreams that tell their usage by themselves are not asked for it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import ask, request
from tests.server import Row, WeirServer
from tests.upstream import Peer, Received, Step, Upstream, reset, send

TELLING = a.chat_stream("Hi", usage=a.CHAT_USAGE)
SILENT = a.chat_stream("Hi")


def asked(got: Received) -> bool:
    return b'"include_usage"' in got.body


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    data_dir = tmp_path_factory.mktemp("unasked")
    with Upstream() as upstream, WeirServer(data_dir, f"{upstream.url}/v1") as weir:
        move_providers(weir, upstream)
        yield Line(upstream, weir)


def move_providers(weir: WeirServer, upstream: Upstream) -> None:
    with closing(sqlite3.connect(weir.database)) as connection:
        connection.execute(
            "UPDATE proxy_provider SET base_url = ? || '/' || slug"
            " WHERE slug IN ('huggingface', 'vllm', 'together')",
            (upstream.url,),
        )
        connection.commit()


def honest(peer: Peer) -> None:
    """Tells its usage to who asks."""
    peer.send(a.sse(*(TELLING if asked(peer.request) else SILENT)))


def streams(
    line: Line, slug: str, model: str, step: Step, count: int
) -> list[tuple[bytes, bool, Row]]:
    """Of each call: what the client got, whether usage was asked, and its row."""
    found = []
    path = f"/{slug}/{model}/chat/completions"
    line.upstream.on(path, step)
    body = json.dumps({"model": model, "stream": True, "messages": []}).encode()
    kind = "Content-Type: application/json"
    for number in range(count):
        answer = line.through(request("POST", path, kind, body=body))
        line.weir.wait_recorded(number + 1, path)
        row = line.weir.requests(path)[-1]
        found.append((answer.body, asked(line.upstream.last(path)), row))
    return found


def test_what_comes_unasked_stays_in(line: Line) -> None:
    calls = streams(line, "huggingface", "telling", send(a.sse(*TELLING)), 3)
    assert {body for body, _, _ in calls} == {b"".join(TELLING)}
    assert [was_asked for _, was_asked, _ in calls] == [False] * 3
    assert {row["output_tokens"] for _, _, row in calls} == {3}
    told = [line.weir.detail(row).reason for _, _, row in calls]
    assert "to learn whether" in told[0]
    assert "tells its usage by itself" in told[1]


def test_who_waits_to_be_asked_is_asked_from_the_second_on(line: Line) -> None:
    calls = streams(line, "huggingface", "waiting", honest, 3)
    assert {body for body, _, _ in calls} == {b"".join(SILENT)}
    assert [was_asked for _, was_asked, _ in calls] == [False, True, True]
    assert [row["output_tokens"] for _, _, row in calls] == [None, 3, 3]
    assert "takes it out" in line.weir.detail(calls[-1][2]).reason


def test_who_is_known_to_wait_is_asked_at_once(line: Line) -> None:
    [(body, was_asked, row)] = streams(line, "vllm", "m-1", honest, 1)
    assert (body, was_asked, row["output_tokens"]) == (b"".join(SILENT), True, 3)


def test_a_stream_that_broke_shows_nothing(line: Line) -> None:
    broken = a.chunked_head("text/event-stream") + a.chunk(SILENT[0])
    path = "/together/broken/chat/completions"
    body = b'{"model": "broken", "stream": true, "messages": []}'
    line.upstream.on(path, send(broken), reset())
    line.through(request("POST", path, body=body))
    calls = streams(line, "together", "broken", honest, 1)
    assert [was_asked for _, was_asked, _ in calls] == [False], "it is tried again"


def test_it_is_known_after_a_restart(tmp_path: Path) -> None:
    path = "/together/chat/completions"
    data = request("POST", path, body=b'{"model": "m", "stream": true, "messages": []}')
    with Upstream() as upstream:
        upstream.on(path, honest)
        weir = WeirServer(tmp_path, f"{upstream.url}/v1")
        for expected in (False, True):
            with weir:
                move_providers(weir, upstream)
                assert ask(weir.address, data).status == 200
            assert asked(upstream.last(path)) is expected
