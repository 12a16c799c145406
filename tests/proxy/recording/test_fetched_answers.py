"""Answers that are made while nobody waits: counted once, where they belong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from proxy.journal.losses import LossCounter
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from proxy.recorder import Recorder
from runs.models import CapturedRequest
from tests.proxy.test_recorder import HOST, drain, head, tail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

USAGE = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
RESPONSES = "/v1/responses"
ASKED = {"model": "gpt-4o-mini", "input": "hello", "background": True}


class Talk:
    """Calls that are recorded one after the other."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._journal = Journal(directory, LossCounter(directory, 1))

    def call(
        self, method: str, path: str, asked: Any, answer: bytes, **headers: str
    ) -> CapturedRequest:
        uid = new_uid()
        body = b"" if asked is None else json.dumps(asked).encode()
        begun = msgspec.structs.replace(
            head(uid, body), method=method, path=path, upstream_path=path
        )
        self._journal.begin(begun)
        kinds = {"content-type": "application/json"} | headers
        self._journal.finish(tail(uid, answer, response_headers=list(kinds.items())))
        drain(Recorder(self._directory, HOST))
        return CapturedRequest.objects.get(uid=UUID(bytes=uid))


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path)


def response(status: str, **more: Any) -> bytes:
    told = {"id": "resp_1", "object": "response", "status": status, "output": []}
    return json.dumps(
        told | {"model": "gpt-4o-mini", "background": True} | more
    ).encode()


def stream(*events: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in events)


def counted(rows: Sequence[CapturedRequest]) -> list[int | None]:
    return [row.input_tokens for row in rows]


def test_a_background_response_counts_when_it_is_found_completed(talk: Talk) -> None:
    made = talk.call("POST", RESPONSES, ASKED, response("queued"))
    path = f"{RESPONSES}/resp_1"
    waits = talk.call("GET", path, None, response("in_progress"))
    done = talk.call("GET", path, None, response("completed", usage=USAGE))
    again = talk.call("GET", path, None, response("completed", usage=USAGE))
    rows = [made, waits, done, again]
    assert counted(rows) == [None, None, 1000, None]
    assert [row.cost_usd for row in rows] == [None, None, Decimal("0.00021"), None]
    assert [row.is_unpriced for row in rows] == [False] * 4
    assert len({row.conversation_id for row in rows}) == 1
    assert made.conversation_id is not None
    assert len({row.turn_id for row in rows}) == 1


def test_a_stream_that_came_to_its_end_has_counted_already(talk: Talk) -> None:
    whole = json.loads(response("completed", usage=USAGE))
    events = stream({"type": "response.completed", "response": whole})
    kind = {"content-type": "text/event-stream"}
    made = talk.call("POST", RESPONSES, ASKED | {"stream": True}, events, **kind)
    path = f"{RESPONSES}/resp_1"
    again = talk.call("GET", path, None, response("completed", usage=USAGE))
    assert counted([made, again]) == [1000, None]


def test_a_stream_that_broke_off_counts_where_it_is_taken_up(talk: Talk) -> None:
    begun = json.loads(response("in_progress"))
    kind = {"content-type": "text/event-stream"}
    events = stream({"type": "response.created", "response": begun})
    made = talk.call("POST", RESPONSES, ASKED | {"stream": True}, events, **kind)
    whole = json.loads(response("completed", usage=USAGE))
    rest = stream({"type": "response.completed", "response": whole})
    taken_up = talk.call("GET", f"{RESPONSES}/resp_1", None, rest, **kind)
    assert counted([made, taken_up]) == [None, 1000]
    assert (taken_up.is_stream, taken_up.is_success) == (True, True)
    assert made.is_unpriced is False


def test_a_response_that_was_waited_for_is_not_counted_again(talk: Talk) -> None:
    whole = response("completed", usage=USAGE, background=False)
    made = talk.call("POST", RESPONSES, {"model": "gpt-4o-mini", "input": "x"}, whole)
    again = talk.call("GET", f"{RESPONSES}/resp_1", None, whole)
    assert counted([made, again]) == [1000, None]
    assert again.conversation_id == made.conversation_id


def test_an_interaction_counts_once(talk: Talk) -> None:
    used = {"total_input_tokens": 10, "total_output_tokens": 5, "total_tokens": 15}
    told = {"id": "v1_1", "model": "gemini-2.5-flash", "status": "in_progress"}
    path, asked = "/v1beta/interactions", {"model": "gemini-2.5-flash", "input": "hi"}
    made = talk.call("POST", path, asked, json.dumps(told).encode())
    done = json.dumps(told | {"status": "completed", "usage": used}).encode()
    rows = [made, *(talk.call("GET", f"{path}/v1_1", None, done) for _ in range(2))]
    assert counted(rows) == [None, 10, None]
    assert len({row.conversation_id for row in rows}) == 1
    goes_on = asked | {"previous_interaction_id": "v1_1"}
    assert (
        talk.call("POST", path, goes_on, done).conversation_id == made.conversation_id
    )


def test_a_deferred_chat_counts_where_it_is_fetched(talk: Talk) -> None:
    told = {"id": "r1", "model": "sonar", "status": "CREATED"}
    said = [{"role": "user", "content": "Bees?"}]
    asked = {"request": {"model": "sonar", "messages": said}}
    path = "/async/chat/completions"
    made = talk.call("POST", path, asked, json.dumps(told).encode())
    answer = json.loads(result("a", 10))["response"]["body"]
    done = json.dumps(told | {"status": "COMPLETED", "response": answer}).encode()
    rows = [made, *(talk.call("GET", f"{path}/r1", None, done) for _ in range(2))]
    assert counted(rows) == [None, 10, None]
    assert made.is_unpriced is False
    assert len({row.conversation_id for row in rows}) == 1


def result(name: str, tokens: int) -> bytes:
    used = {"prompt_tokens": tokens, "completion_tokens": 1}
    message = {"role": "assistant", "content": f"Answer {name}"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {"model": "gpt-4o-mini", "choices": [choice], "usage": used}
    body = {"status_code": 200, "body": answer}
    return json.dumps({"custom_id": name, "response": body, "error": None}).encode()


def test_the_results_of_a_batch_count_once_and_not_at_the_plain_price(
    talk: Talk,
) -> None:
    path = "/v1/files/file-1/content"
    lines = result("a", 10) + b"\n" + result("b", 20) + b"\n"
    kind = {"content-type": "application/octet-stream"}
    rows = [talk.call("GET", path, None, lines, **kind) for _ in range(2)]
    assert counted(rows) == [30, None]
    assert [row.cost_usd for row in rows] == [None, None]
    assert [row.is_unpriced for row in rows] == [True, False]
    assert (rows[0].is_stream, rows[0].is_success) == (False, True)


def test_a_batch_itself_is_not_billed(talk: Talk) -> None:
    told = {"id": "batch_1", "object": "batch", "status": "validating"}
    asked = {"input_file_id": "file-1", "endpoint": "/v1/chat/completions"}
    made = talk.call("POST", "/v1/batches", asked, json.dumps(told).encode())
    assert (made.wire_format, made.is_unpriced) == ("openai-batches", False)
