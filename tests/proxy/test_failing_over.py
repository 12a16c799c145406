"""Routes that name others to be asked when they fail, on a running Weir."""

from __future__ import annotations

import json
import threading
from uuid import UUID

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import Answer, RawClient, request
from tests.server import Row
from tests.upstream import pause, reset, send

KIND = "Content-Type: application/json"
DOWN = send(a.as_json({"error": {"message": "down"}}, status="503 Down"))
GOOD = {"model": "other", "choices": [{"message": {"content": "hi"}}]}
SHORT_WAIT = send(a.as_json({}, "Retry-After: 2", status="429 Wait"))
FINE = send(a.as_json(GOOD))


def asking(path: str, model: str, *headers: str, **fields: object) -> bytes:
    body = json.dumps({"model": model, "messages": [], **fields}).encode()
    return request("POST", path, KIND, *headers, body=body)


def ask(line: Line, path: str, model: str = "fragile", *headers: str) -> Answer:
    return line.through(asking(path, model, *headers))


def attempts(line: Line, path: str, count: int) -> list[Row]:
    line.weir.wait_recorded(count, path)
    rows = line.weir.requests(path)
    assert len(rows) == count
    return rows


def was_asked(line: Line, path: str) -> bool:
    return any(got.target == path.encode() for got in line.upstream.received)


def test_the_next_is_asked_and_both_attempts_are_kept_and_tied(line: Line) -> None:
    path = "/v1/down/chat/completions"
    line.upstream.on(path, DOWN)
    line.upstream.on(f"/other{path}", FINE)
    answer = ask(line, path)
    assert json.loads(answer.body) == GOOD
    sent = line.upstream.last(f"/other{path}")
    assert json.loads(sent.body) == {"model": "other", "messages": []}

    first, second = attempts(line, path, 2)
    assert [row["status"] for row in (first, second)] == [503, 200]
    assert [row["route"] for row in (first, second)] == ["fragile", "stand-in"]
    assert [row["is_failover"] for row in (first, second)] == [1, 1]
    assert (first["is_success"], second["is_success"]) == (0, 1)
    assert (first["is_other_model"], second["is_other_model"]) == (None, 1)
    assert "down" in first["error"]
    one, other = line.weir.detail(first), line.weir.detail(second)
    assert (one.before, one.after) == ("", uid(second))
    assert (other.before, other.after) == (uid(first), "")
    assert other.reason.startswith("“fragile” failed (HTTP 503), so “stand-in” is")
    page = line.through(request("GET", f"/requests/{uid(second)}")).body
    assert f"/requests/{uid(first)}".encode() in page
    listed = line.through(request("GET", "/api/requests?failover=1&limit=200")).body
    found = {item["id"] for item in json.loads(listed)["items"]}
    assert {uid(first), uid(second)} <= found


def test_no_connection_a_large_body_and_a_route_that_is_not_there(line: Line) -> None:
    path = "/v1/nobody/chat/completions"
    line.upstream.on(f"/other{path}", FINE)
    body = json.dumps({"messages": ["x" * 1_500_000], "model": "unreachable"}).encode()
    answer = line.through(request("POST", path, KIND, body=body))
    assert answer.status == 200
    got = line.upstream.last(f"/other{path}")
    assert json.loads(got.body) == json.loads(body) | {"model": "other"}
    first, second = attempts(line, path, 2)
    assert first["error_code"] == "UPSTREAM_CONNECTION_FAILED"
    assert first["outcome"] == "upstream_error"
    notes = line.weir.detail(first).notes
    assert "“nowhere” isn't asked instead: no route takes it." in notes
    assert second["request_bytes"] == len(body)


def test_a_clients_key_goes_to_no_other_upstream(line: Line) -> None:
    path = "/v1/keyed/chat/completions"
    line.upstream.on(f"/other{path}", FINE)
    answer = ask(line, path, "unreachable", "Authorization: Bearer sk-clients-own")
    assert answer.status == 502
    (row,) = attempts(line, path, 1)
    assert "would get the client's key" in " ".join(line.weir.detail(row).notes)
    assert not was_asked(line, f"/other{path}")
    # The same upstream may have it: it is the client's key for that one.
    path = "/v1/keyed-here/chat/completions"
    line.upstream.on(path, DOWN)
    line.upstream.on(f"/other{path}", FINE)
    key = "Authorization: Bearer sk-clients-own"
    assert ask(line, path, "fragile", key).status == 200
    sent = line.upstream.last(f"/other{path}")
    assert sent.header("authorization") == b"Bearer sk-clients-own"


def test_a_stale_connection_or_a_wait_is_told_and_the_last_failure_is_the_answer(
    line: Line,
) -> None:
    path = "/v1/all-down/chat/completions"
    wait = send(a.as_json({"error": {}}, "Retry-After: 60", status="429 Wait"))
    line.upstream.on(path, wait)
    line.upstream.on(f"/other{path}", reset())
    line.upstream.on(f"/last{path}", DOWN)
    answer = ask(line, path)
    assert (answer.status, json.loads(answer.body)["error"]["message"]) == (503, "down")
    rows = attempts(line, path, 3)
    assert [row["status"] for row in rows] == [429, None, 503]
    reason = line.weir.detail(rows[2]).reason
    assert "failed (no answer), so “last” is asked instead" in reason
    assert "60 s" in line.weir.detail(rows[1]).reason


@pytest.mark.parametrize(
    ("name", "model", "answer", "status"),
    [
        ("off", "claude-test", DOWN, 503),
        (
            "short",
            "fragile",
            send(a.as_json({}, "Retry-After: 2", status="429 W")),
            429,
        ),
        ("wrong", "fragile", send(a.as_json({}, status="400 No")), 400),
    ],
)
def test_what_is_no_failure_or_not_asked_for_passes(
    line: Line, name: str, model: str, answer: object, status: int
) -> None:
    path = f"/v1/passes-{name}/chat/completions"
    line.upstream.on(path, answer)  # type: ignore[arg-type]
    line.upstream.on(f"/other{path}", FINE)
    assert ask(line, path, model).status == status
    (row,) = attempts(line, path, 1)
    assert row["is_failover"] is None
    assert not was_asked(line, f"/other{path}")


def test_not_after_the_first_byte_and_not_for_a_client_that_left(line: Line) -> None:
    path = "/v1/breaks/chat/completions"
    begun = a.chunked_head("text/event-stream") + a.chunk(b"data: {}\n\n")
    line.upstream.on(path, send(begun), reset())
    line.upstream.on(f"/other{path}", FINE)
    answer = line.through(asking(path, "fragile", stream=True))
    assert (answer.status, answer.complete) == (200, False)

    left = "/v1/leaves/chat/completions"
    head_is_out = threading.Event()
    line.upstream.on(
        left,
        send(a.head("503 Down", "Content-Length: 9")),
        lambda peer: head_is_out.set(),
        pause(1),
    )
    line.upstream.on(f"/other{left}", FINE)
    with RawClient(line.weir.address) as client:
        client.send(asking(left, "fragile"))
        assert head_is_out.wait(30)
    (row,) = attempts(line, left, 1)
    assert row["outcome"] == "client_gone"
    for each in (path, left):
        assert not was_asked(line, f"/other{each}")


def uid(row: Row) -> str:
    return str(UUID(row["uid"]))
