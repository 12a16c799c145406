"""ATIF: a trajectory says who said what, and an import of it comes to the same."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pricing.usage import Usage
from proxy.setup.importing import steps
from runs import importers, lifecycle, store
from runs.exporters import Export, exporter
from runs.models import CapturedRequest, Conversation
from runs.record import Side
from tests import make
from tests.runs.importers.rows import ANSWERED

pytestmark = pytest.mark.django_db
CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "ls", "arguments": '{"path":"."}'},
}
SYSTEM = {"role": "system", "content": "You are an agent."}
USER = {"role": "user", "content": "List the files."}
CALLED = {"role": "assistant", "content": "I will look.", "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "a b"}


def asked(*messages: dict[str, Any]) -> bytes:
    return json.dumps({"model": "gpt-5-mini", "messages": messages}).encode()


def answer(message: dict[str, Any]) -> bytes:
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return json.dumps({**ANSWERED, "choices": [choice]}).encode()


def trajectory(content: bool = True) -> dict[str, Any]:
    chosen = exporter("atif")
    assert chosen
    export = Export(CapturedRequest.objects.all(), title="all", content=content)
    told: dict[str, Any] = json.loads(b"".join(chosen.write(export)))
    return told


@pytest.fixture
def tool_loop() -> None:
    """Two calls of one session, and a call of another."""
    store.restart()
    run = lifecycle.start("loop", is_global=False)
    common: dict[str, Any] = {
        "usage": Usage(input=1000, cache_read=200, output=30),
        "run_name": str(run.uid),
        "user_agent": "terminus/2.0 (linux)",
    }
    said = {"role": "assistant", "content": "There are a and b."}
    records = [
        make.record(
            request=asked(SYSTEM, USER),
            response=answer(CALLED),
            session="one",
            **common,
        ),
        make.record(
            request=asked(SYSTEM, USER, CALLED, RESULT),
            response=answer(said),
            session="one",
            started_at=make.START + timedelta(seconds=2),
            **common,
        ),
        make.record(
            request=asked({"role": "user", "content": "A title, please."}),
            response=answer({"role": "assistant", "content": "Files"}),
            session="two",
            started_at=make.START + timedelta(seconds=3),
            **common,
        ),
    ]
    store.write(records, {})


def test_each_message_is_told_once_and_results_stand_with_their_call(
    tool_loop: None,
) -> None:
    told = trajectory()
    assert [step["step_id"] for step in told["steps"]] == [1, 2, 3, 4]
    system, user, first, second = told["steps"]
    assert (system["source"], system["message"]) == ("system", SYSTEM["content"])
    assert (user["source"], user["message"]) == ("user", USER["content"])
    assert first["tool_calls"] == [
        {"tool_call_id": "c1", "function_name": "ls", "arguments": {"path": "."}}
    ]
    assert first["observation"] == {
        "results": [{"content": "a b", "source_call_id": "c1"}]
    }
    assert second["message"] == "There are a and b."
    assert second["metrics"]["prompt_tokens"] == 1200
    assert second["metrics"]["cached_tokens"] == 200
    assert told["agent"] == {
        "name": "terminus",
        "version": "2.0",
        "model_name": "gpt-5-mini-2025-08-07",
    }
    assert told["final_metrics"]["total_steps"] == 4
    assert told["final_metrics"]["total_prompt_tokens"] == 2400
    [other] = told["subagent_trajectories"]
    assert [step["message"] for step in other["steps"]] == ["A title, please.", "Files"]
    assert other["trajectory_id"] != told["trajectory_id"]


def test_without_content_it_has_figures_and_no_word(tool_loop: None) -> None:
    told = trajectory(content=False)
    assert {step["message"] for step in told["steps"]} == {""}
    assert told["steps"][0]["metrics"]["completion_tokens"] == 30
    assert "List the files" not in json.dumps(told)


def test_it_is_read_back_where_it_is_from_and_elsewhere(
    tool_loop: None, tmp_path: Path
) -> None:
    path = tmp_path / "trajectory.json"
    path.write_text(json.dumps(trajectory()))
    chosen = importers.detected(str(path))
    assert chosen.name == "atif"

    def brought() -> tuple[int, int]:
        [step] = steps(importers.opened(str(path), chosen), chosen)
        assert step.unread == []
        return step.added, step.there

    assert brought() == (0, 3)
    before = {row.uid: row.total_tokens for row in CapturedRequest.objects.all()}
    CapturedRequest.objects.all().delete()
    Conversation.objects.all().delete()
    store.restart()
    assert brought() == (3, 0)
    rows = CapturedRequest.objects.order_by("started_at")
    assert {row.uid: row.total_tokens for row in rows} == before
    assert [row.tool_call_count for row in rows] == [1, 0, 0]
    assert rows[0].conversation_id == rows[1].conversation_id
    assert rows[0].conversation_id != rows[2].conversation_id


def test_an_export_of_nothing_is_still_a_trajectory() -> None:
    told = trajectory()
    assert len(told["steps"]) == 1
    assert told["subagent_trajectories"] == []


def test_what_nobody_understands_costs_its_words_alone() -> None:
    store.restart()
    broken = make.body(b"\xff\x00{", Side.RESPONSE)
    store.write([make.record(bodies=(make.body(b"[" * 5000), broken))], {})
    [step] = trajectory()["steps"]
    assert step["source"] == "agent"
