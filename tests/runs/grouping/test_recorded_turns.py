"""Turns of what agents really sent: tool loops, title calls, a second message.

The recordings are those of `tests/clients/recorded`; here they are read with the wire
formats and stored, so that orders and restarts can be tried that no agent shows twice.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from proxy.recording.session import told_session
from proxy.wire import format_for
from runs import store
from runs.models import CapturedRequest, Conversation
from runs.record import ExchangeRecord
from tests import make

pytestmark = pytest.mark.django_db

RECORDED = Path(__file__).parents[2] / "clients" / "recorded"
SESSIONS = sorted(RECORDED.glob("*.json"))
WITH_TITLE = [path for path in SESSIONS if path.stem.startswith("opencode")]
FEW_S = 3


def exchanges(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


def as_record(exchange: dict[str, Any], at_s: float) -> ExchangeRecord:
    """What the recorder would store of it."""
    path, headers = exchange["path"], exchange["request_headers"]
    form = format_for(exchange["method"], path)
    asked = form.read_request(json.dumps(exchange["request"]).encode(), path)
    kind = dict(exchange["response_headers"]).get("content-type", "")
    reader = form.reader(200, kind)
    reader.feed("\n".join(exchange["response"]).encode() + b"\n\n")
    answer = reader.finish()
    told = told_session([(name, value) for name, value in headers])
    return make.record(
        started_at=make.START + timedelta(seconds=at_s),
        duration_ms=900.0,
        path=path,
        wire_format=form.name,
        session=told.key if told else asked.session_hint or "",
        session_rule=told.rule if told else asked.session_rule,
        history=asked.history,
        turn=asked.turn,
        tools_offered=asked.tools_offered,
        tool_calls=answer.tool_calls,
        preview=asked.preview,
        response_id=answer.response_id or "",
    )


def says_more(exchange: dict[str, Any], text: str) -> dict[str, Any]:
    """The agent's next call, after its answer and another message of the user."""
    request = dict(exchange["request"])
    if "input" in request:
        part = {"type": "input_text", "text": text}
        message = {"type": "message", "role": "user", "content": [part]}
        request["input"] = [*request["input"], message]
    elif "contents" in request:
        turns = [("model", "Done."), ("user", text)]
        more = [{"role": role, "parts": [{"text": words}]} for role, words in turns]
        request["contents"] = [*request["contents"], *more]
    else:
        answer = {"role": "assistant", "content": "Done."}
        said = {"role": "user", "content": text}
        request["messages"] = [*request["messages"], answer, said]
    return {**exchange, "request": request}


def two_messages(path: Path) -> list[ExchangeRecord]:
    calls = exchanges(path)
    calls.append(says_more(calls[-1], "And in the folder above?"))
    return [as_record(each, number * FEW_S) for number, each in enumerate(calls)]


def turns() -> dict[Any, tuple[int | None, int]]:
    rows = CapturedRequest.objects.select_related("turn")
    return {
        row.uid: (row.conversation_id, row.turn.number if row.turn else 0)
        for row in rows
    }


@pytest.mark.parametrize("batches", ["one batch", "restarts"])
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
def test_a_session_is_one_conversation_and_a_turn_a_message(
    path: Path, batches: str
) -> None:
    records = two_messages(path)
    if batches == "one batch":
        store.write(records, {})
    for record in [] if batches == "one batch" else records:
        store.write([record], {})
        store.restart()
    [conversation] = Conversation.objects.all()
    expected = [(conversation.pk, 1)] * (len(records) - 1) + [(conversation.pk, 2)]
    found = turns()
    assert [found[record.uid] for record in records] == expected


@pytest.mark.parametrize("order", list(permutations((0, 1, 2))), ids=str)
@pytest.mark.parametrize("path", WITH_TITLE, ids=lambda path: path.stem)
def test_when_the_title_call_is_recorded_changes_nothing(
    path: Path, order: tuple[int, ...]
) -> None:
    """It runs beside the agent's first calls; what is recorded first may differ."""
    title, first, *others = two_messages(path)
    beside = first.started_at + timedelta(seconds=0.1)
    early = [replace(title, started_at=beside), first, others[0]]
    for record in (*(early[place] for place in order), *others[1:]):
        store.write([record], {})
    found = turns()
    told = [found[record.uid][1] for record in (title, first, *others)]
    assert told == [1] * (len(told) - 1) + [2]
