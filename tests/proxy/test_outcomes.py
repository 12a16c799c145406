"""Each way an exchange can end is recorded as what it was."""

from __future__ import annotations

import json
import time

import pytest

from tests import answers as a
from tests.proxy.conftest import READ_TIMEOUT, Line
from tests.raw_client import RawClient, request
from tests.server import Row
from tests.upstream import Step, await_gone, close, pause, reset, send

CHAT = b'{"model": "m-1", "messages": [{"role": "user", "content": "hi"}]}'
STREAMED = (
    b'{"model": "m-1", "stream": true, "stream_options": {"include_usage": true}}'
)
HELLO = a.chat_stream("Hel", "lo", usage=a.CHAT_USAGE)
HEAD = a.chunked_head("text/event-stream")


def after(line: Line, path: str, *steps: Step, body: bytes = CHAT) -> Row:
    """The row of a request that `steps` answered to a patient client."""
    line.upstream.on(path, *steps)
    line.through(request("POST", path, "Content-Type: application/json", body=body))
    return line.weir.finished(path)


def test_completed(line: Line) -> None:
    row = after(line, "/v1/o/plain/chat/completions", send(a.as_json(a.CHAT)))
    assert (row["outcome"], row["status"], row["is_success"]) == ("completed", 200, 1)
    assert (row["input_tokens"], row["output_tokens"]) == (9, 3)
    assert (row["model"], row["response_model"]) == ("m-1", "m-1")


def test_a_500_of_the_upstream_is_completed(line: Line) -> None:
    answer = a.as_json({"error": {"message": "boom"}}, status="500 Oops")
    row = after(line, "/v1/o/500/chat/completions", send(answer))
    assert (row["outcome"], row["status"], row["is_success"]) == ("completed", 500, 0)
    assert row["error"] == "boom"


def test_a_stream_to_its_end(line: Line) -> None:
    row = after(
        line, "/v1/o/stream/chat/completions", send(a.sse(*HELLO)), body=STREAMED
    )
    assert (row["outcome"], row["is_stream"], row["is_success"]) == ("completed", 1, 1)
    assert (row["input_tokens"], row["output_tokens"]) == (9, 3)


def test_a_stream_without_its_terminal_event_is_no_success(line: Line) -> None:
    row = after(
        line, "/v1/o/no-done/chat/completions", send(a.sse(*HELLO[:2])), body=STREAMED
    )
    assert (row["outcome"], row["is_success"]) == ("completed", 0)


@pytest.mark.parametrize(
    ("path", "answer", "error"),
    [
        ("/v1/o/empty/chat/completions", a.whole(b""), "The answer is empty."),
        (
            "/v1/o/page/chat/completions",
            a.whole(b"<html><title>Sign in</title></html>", "Content-Type: text/html"),
            "The answer is not JSON: Sign in",
        ),
        (
            "/v1/o/vendor/chat/completions",
            a.as_json({"base_resp": {"status_code": 1008, "status_msg": "No money"}}),
            "No money",
        ),
        (
            "/v1/o/error-line/chat/completions",
            a.sse(HELLO[0], b'error: {"message": "no room"}\n\n', b"data: [DONE]\n\n"),
            "no room",
        ),
        (
            "/v1/o/latin/chat/completions",
            a.whole(
                "{'modèle indisponible'}".encode("latin-1"),
                "Content-Type: text/plain; charset=iso-8859-1",
                status="500 Oops",
            ),
            "{'modèle indisponible'}",
        ),
    ],
)
def test_a_200_without_an_answer_is_no_success(
    line: Line, path: str, answer: bytes, error: str
) -> None:
    row = after(line, path, send(answer))
    assert (row["outcome"], row["is_success"]) == ("completed", 0)
    assert row["error"] == error


def test_an_error_event_inside_a_200_is_no_success(line: Line) -> None:
    failed = a.event({"error": {"message": "overloaded", "type": "overloaded_error"}})
    row = after(
        line,
        "/v1/o/error-event/chat/completions",
        send(a.sse(HELLO[0], failed, b"data: [DONE]\n\n")),
        body=STREAMED,
    )
    assert (row["outcome"], row["status"], row["is_success"]) == ("completed", 200, 0)
    assert row["error"] == "overloaded"


BROKEN: dict[str, tuple[Step, ...]] = {
    "close": (send(HEAD, a.chunk(HELLO[0])), close()),
    "reset": (send(HEAD, a.chunk(HELLO[0])), reset()),
    "short": (send(a.head("200 OK", "Content-Length: 99"), b"{"), close()),
}


@pytest.mark.parametrize("how", BROKEN)
def test_an_upstream_that_breaks_off_is_interrupted(line: Line, how: str) -> None:
    path = f"/v1/o/broken-{how}/chat/completions"
    row = after(line, path, *BROKEN[how], body=STREAMED)
    assert (row["outcome"], row["status"]) == ("interrupted", 200)
    assert "answer broke off" in row["error"]
    assert row["is_success"] == 0
    assert row["response_bytes"] > 0


def test_an_upstream_without_an_answer_is_an_upstream_error(line: Line) -> None:
    row = after(line, "/v1/o/silent/chat/completions", close())
    assert row["outcome"] == "upstream_error"
    assert row["error_code"] == "UPSTREAM_CONNECTION_FAILED"
    assert row["is_success"] == 0


def test_timed_out_before_the_headers(line: Line) -> None:
    row = after(line, "/v1/o/late/chat/completions", await_gone(READ_TIMEOUT * 5))
    assert (row["outcome"], row["error_code"]) == ("timed_out", "UPSTREAM_TIMEOUT")
    assert row["duration_ms"] >= READ_TIMEOUT * 1000 * 0.9


def test_timed_out_in_the_stream(line: Line) -> None:
    script = (send(HEAD, a.chunk(HELLO[0])), await_gone(READ_TIMEOUT * 5))
    row = after(line, "/v1/o/stall/chat/completions", *script, body=STREAMED)
    assert (row["outcome"], row["status"]) == ("timed_out", 200)


@pytest.mark.parametrize("body", [CHAT, STREAMED], ids=["plain", "stream"])
def test_a_client_gone_before_the_headers(line: Line, body: bytes) -> None:
    """The upstream call is cancelled at once, for answers that don't stream too."""
    path = f"/v1/o/gone-early-{len(body)}/chat/completions"
    line.upstream.on(path, await_gone())
    with RawClient(line.weir.address) as client:
        client.send(request("POST", path, "Content-Type: application/json", body=body))
        got = line.upstream.last(path)
    left = time.monotonic()
    assert got.gone.wait(1)
    assert time.monotonic() - left < 1
    row = line.weir.finished(path)
    assert (row["outcome"], row["status"]) == ("client_gone", None)


def test_a_client_gone_in_the_stream(line: Line) -> None:
    path = "/v1/o/gone-midway/chat/completions"
    line.upstream.on(path, send(HEAD, a.chunk(HELLO[0])), await_gone())
    with RawClient(line.weir.address) as client:
        client.send(request("POST", path, body=STREAMED))
        assert client.read_head().status == 200
        client.read(4096)
        got = line.upstream.last(path)
    assert got.gone.wait(1)
    row = line.weir.finished(path)
    assert (row["outcome"], row["status"], row["is_success"]) == ("client_gone", 200, 0)
    assert row["response_bytes"] == len(HELLO[0])


@pytest.mark.parametrize("kind", ["application/json", "audio/wav"])
def test_a_client_gone_while_it_sends(line: Line, kind: str) -> None:
    """Whether Weir reads the body first or lets it flow through."""
    path = f"/v1/o/gone-upload/{kind}"
    line.upstream.on(path, await_gone(), reads_body=False)
    with RawClient(line.weir.address) as client:
        headers = (f"Content-Type: {kind}", "Content-Length: 5000000")
        client.send(request("POST", path, *headers) + b'{"model": "m"')
        time.sleep(0.1)
    row = line.weir.finished(path)
    assert (row["outcome"], row["status"]) == ("client_gone", None)


def test_a_client_gone_after_a_large_upload(line: Line) -> None:
    """A body that flows through without being read whole is watched all the same."""
    path = "/v1/o/gone-large/audio/transcriptions"
    line.upstream.on(path, await_gone())
    kind = "Content-Type: multipart/form-data; boundary=x"
    with RawClient(line.weir.address) as client:
        client.send(request("POST", path, kind, body=b"x" * 3_000_000))
        got = line.upstream.last(path)
    assert got.gone.wait(1)
    row = line.weir.finished(path)
    assert (row["outcome"], row["request_bytes"]) == ("client_gone", 3_000_000)


RESPONSE = {"id": "resp_1", "model": "m-1", "status": "completed", "output": []}
RESPONSE_USAGE = {"input_tokens": 9, "output_tokens": 3, "total_tokens": 12}
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m-1"}
LAST_EVENTS: dict[str, tuple[str, bytes, list[bytes]]] = {
    "[DONE]": ("/v1/o/done/chat/completions", STREAMED, HELLO),
    "response.completed": (
        "/v1/o/done/responses",
        b'{"model": "m-1", "input": "hi", "stream": true}',
        [
            a.event({"type": "response.created", "response": {"id": "resp_1"}}),
            a.event(
                {
                    "type": "response.completed",
                    "response": RESPONSE | {"usage": RESPONSE_USAGE},
                },
                "response.completed",
            ),
        ],
    ),
    "message_stop": (
        "/v1/o/done/messages",
        b'{"model": "claude-test", "stream": true, "messages": []}',
        [
            a.event(
                {
                    "type": "message_start",
                    "message": MESSAGE
                    | {"content": [], "usage": {"input_tokens": 9, "output_tokens": 1}},
                },
                "message_start",
            ),
            a.event(
                {
                    "type": "message_delta",
                    "delta": {"stop_reason": "end_turn"},
                    "usage": {"output_tokens": 3},
                },
                "message_delta",
            ),
            a.event({"type": "message_stop"}, "message_stop"),
        ],
    ),
}


@pytest.mark.parametrize("name", LAST_EVENTS)
@pytest.mark.parametrize("ends", [False, True], ids=["open", "ended"])
def test_a_client_that_leaves_after_the_last_event_has_its_success(
    line: Line, name: str, ends: bool
) -> None:
    """The upstream may or may not have sent the end of the body by then."""
    path, body, events = LAST_EVENTS[name]
    path = path.replace("/o/", f"/o/{ends}/")
    end = [pause(0.02), send(a.LAST_CHUNK)] if ends else [await_gone()]
    line.upstream.on(path, send(HEAD), send(*map(a.chunk, events)), *end)
    with RawClient(line.weir.address) as client:
        client.send(request("POST", path, "Content-Type: application/json", body=body))
        client.read_head()
        seen = b""
        while name.encode() not in seen:
            seen += client.read(4096)
    row = line.weir.finished(path)
    assert (row["outcome"], row["status"], row["is_success"]) == ("completed", 200, 1)
    assert (row["input_tokens"], row["output_tokens"]) == (9, 3)


def test_a_client_that_leaves_after_an_error_event_had_the_whole_answer(
    line: Line,
) -> None:
    """As SDKs do: they raise at it, whether or not the upstream has closed by then."""
    path = "/v1/o/error-event/messages"
    body = b'{"model":"claude-x","max_tokens":9,"stream":true,"messages":[]}'
    event = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error",'
    event += b'"message":"Overloaded"}}\n\n'
    line.upstream.on(path, send(HEAD), send(a.chunk(event)), await_gone())
    with RawClient(line.weir.address) as client:
        client.send(request("POST", path, "Content-Type: application/json", body=body))
        client.read_head()
        seen = b""
        while b"Overloaded" not in seen:
            seen += client.read(4096)
    row = line.weir.finished(path)
    assert (row["outcome"], row["status"], row["is_success"]) == ("completed", 200, 0)
    assert "Overloaded" in row["error"]


def test_a_long_stream_shows_as_pending(line: Line) -> None:
    path = "/v1/o/pending/chat/completions"
    line.upstream.on(path, send(HEAD, a.chunk(HELLO[0])), await_gone())
    with RawClient(line.weir.address) as client:
        client.send(request("POST", path, body=STREAMED))
        client.read_head()
        deadline = time.monotonic() + 5
        while not (rows := line.weir.requests(path)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert [row["outcome"] for row in rows] == ["pending"]
    assert line.weir.finished(path)["outcome"] == "client_gone"


@pytest.mark.parametrize("path", ["/v1/ws/responses", "/v1/ws/realtime"])
def test_a_websocket_upgrade_is_answered_426(line: Line, path: str) -> None:
    answer = line.through(
        request(
            "GET",
            path,
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "OpenAI-Beta: responses_websockets=2026-02-06",
        )
    )
    assert answer.status == 426
    assert json.loads(answer.body)["error"]["code"] == "WEBSOCKET_NOT_SUPPORTED"
    row = line.weir.finished(path)
    assert (row["method"], row["status"], row["outcome"]) == ("GET", 426, "completed")
    assert (row["error_code"], row["is_success"]) == ("WEBSOCKET_NOT_SUPPORTED", 0)
    assert row["overhead_ms"] is None  # it never went upstream
    told = dict(line.weir.detail(row).request_headers)
    assert (told["upgrade"], told["openai-beta"][:9]) == ("websocket", "responses")
    assert "ERROR" not in line.weir.log()
