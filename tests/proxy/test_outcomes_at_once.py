"""A call whose head is known begins without a task; it ends as the first one did.

Each way is gone twice: by a head that the worker sees for the first time, and by the
same head after answers that left a kept connection behind.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import answers as a
from tests.proxy.conftest import READ_TIMEOUT, Line
from tests.raw_client import RawClient, request
from tests.server import WeirServer, wait_until
from tests.upstream import Step, Upstream, await_gone, close, pause, reset, send

CHAT = b'{"model": "%s", "messages": [{"role": "user", "content": "hi"}]}'
STREAMED = CHAT[:-1] + b', "stream": true}'
HELLO = a.chat_stream("Hel", "lo", usage=a.CHAT_USAGE)
BEGUN = (send(a.chunked_head("text/event-stream"), a.chunk(HELLO[0])),)
GOOD = a.as_json(a.CHAT)
BUSY = a.as_json({"error": {"message": "boom"}}, status="429 No")

WAYS: dict[str, tuple[Step, ...]] = {
    "whole": (send(GOOD),),
    "in-pieces": (send(GOOD[:90]), pause(0.1), send(GOOD[90:])),
    "stream": (*BEGUN, *(send(a.chunk(each)) for each in HELLO), send(a.LAST_CHUNK)),
    "large": (send(a.whole(b"x" * 30_000_000)),),
    "busy": (send(BUSY),),
    "options-refused-in-a-stream": (send(a.as_json({"error": 1}, status="400 No")),),
    "closed": (close(),),
    "reset-stream": (*BEGUN, pause(0.1), reset()),
    "cut": (send(a.head("200 OK", "Content-Length: 99"), b"{"), close()),
    "malformed": (send(b"nonsense\r\n\r\n"),),
    "silent": (await_gone(READ_TIMEOUT * 5),),
    "stalled-stream": (*BEGUN, await_gone(READ_TIMEOUT * 5)),
    "gone-before-the-head": (await_gone(),),
    "gone-in-the-stream": (*BEGUN, await_gone()),
}
LONG = ("large", "silent", "stalled-stream")
MODELS = ("m-1", "claude-test", "keyed", "fragile", "refused")
CASES = [(way, "m-1") for way in LONG] + [
    (way, model)
    for way in WAYS
    if way not in LONG
    for model in MODELS
    if not (way.startswith("gone") and model == "refused")
]
PREFIXES = ("", "/other", "/last")
"""Of those that are asked when `fragile` fails, too."""
TOLD = ("outcome", "status", "error_code", "is_success", "response_bytes")
Ends = list[tuple[str, ...]]


def call(line: Line, path: str, body: bytes, way: str) -> object:
    """What its client got, if it stayed."""
    before = asked(line, path)
    with RawClient(line.weir.address) as client:
        client.send(request("POST", path, "Content-Type: application/json", body=body))
        if way == "large":
            time.sleep(0.3)  # the upstream has to wait for its reader
        if not way.startswith("gone"):
            got = client.read_answer("POST")
            return got.status, got.complete, got.body
        wait_until(lambda: asked(line, path) > before, "it went on")
        if way == "gone-before-the-head":
            return None
        return client.read_head().status, client.read(1000)


def asked(line: Line, path: str) -> int:
    targets = [each.target for each in line.upstream.received]
    return sum(each.endswith(path.encode()) for each in targets)


def ends(line: Line, path: str, count: int) -> Ends:
    """Of the requests of this path, once there are so many."""

    def done() -> Ends:
        rows = line.weir.requests(path)
        over = [row for row in rows if row["outcome"] != "pending"]
        return [tuple(str(row[each]) for each in TOLD) for row in over]

    wait_until(lambda: len(done()) >= count, f"{count} of {path} are recorded")
    return done()


@pytest.mark.parametrize(("way", "model"), CASES)
def test_a_known_head_ends_as_an_unknown_one(line: Line, way: str, model: str) -> None:
    body = (STREAMED if "stream" in way else CHAT) % model.encode()
    new, known = (f"/v1/{n}/{model}/{way}/chat/completions" for n in range(2))
    play(line, new, *WAYS[way])
    told = call(line, new, body, way)
    line.weir.wait_settled()
    wanted = ends(line, new, 1)
    play(line, known, send(GOOD))
    for _ in range(2):
        call(line, known, body, "")
    line.weir.wait_settled()
    before = len(ends(line, known, 2))
    play(line, known, *WAYS[way])
    assert call(line, known, body, way) == told
    found = ends(line, known, before + len(wanted))[before:]
    assert sorted(found) == sorted(wanted)


def play(line: Line, path: str, *steps: Step) -> None:
    for prefix in PREFIXES:
        line.upstream.on(prefix + path, *steps)


def test_calls_that_a_stop_cuts_off_are_told_so(tmp_path: Path) -> None:
    path = "/v1/stop/chat/completions"
    with Upstream() as upstream:
        url = f"{upstream.url}/v1"
        with WeirServer(tmp_path, url, WEIR_GRACE="1") as weir:
            line = Line(upstream, weir)
            upstream.on(path, send(GOOD))
            for _ in range(2):
                call(line, path, CHAT % b"m", "")
            upstream.on(path, await_gone(60))
            with ExitStack() as clients:
                for _ in range(3):
                    client = clients.enter_context(RawClient(weir.address))
                    head = "Content-Type: application/json"
                    client.send(request("POST", path, head, body=CHAT % b"m"))
                wait_until(lambda: asked(line, path) == 5, "they went on")
                weir.stop()
        found = line.weir.requests(path)
        assert "RuntimeError" not in weir.log()
    assert [row["outcome"] for row in found] == ["completed"] * 2 + ["interrupted"] * 3
    assert {row["error_code"] for row in found[2:]} == {"SHUTDOWN"}
