"""ATIF, Harbor's Agent Trajectory Interchange Format: a trajectory becomes a run.

Versions 1.0 to 1.8 (`harbor.models.trajectories`, rfcs/0001-trajectory-format). A step
of the agent is a model call: what was said before it is its request, its message and
tool calls the answer, both put together as chat completions. `prompt_tokens` count
what was cached. Steps that say `llm_call_count: 0`, or were copied from an earlier
trajectory, are no calls. Trajectories of sub-agents are read as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from runs.detail import Told
from runs.importers.base import BadRow, Imported, Importer
from runs.importers.counts import buckets, inclusive
from runs.importers.fields import Fields, written

REBUILT = "The bodies were put together from a trajectory's steps."
PATH = "/v1/chat/completions"
DEEPEST = 8
"""Sub-agents of sub-agents."""
Step = dict[str, Any]


def claims(row: Fields) -> bool:
    return row.text("schema_version").startswith("ATIF-v") and row.has("steps")


def read(row: Fields) -> Iterator[Imported]:
    yield from _trajectory(row, None, row.text("session_id"), 0)


def _trajectory(
    row: Fields, begun: datetime | None, run: str, depth: int
) -> Iterator[Imported]:
    agent = row.inner("agent")
    name = f"{agent.text('name')} {run or row.text('trajectory_id')}".strip()
    base = row.text("trajectory_id", "session_id")
    base = base or sha256(written(row.values)).hexdigest()[:32]
    said: list[Step] = []
    at = begun
    for number, step in enumerate(row.items("steps"), start=1):
        at = step.when("timestamp") or _after(at)
        answers = _said(step)
        if _is_call(step):
            yield _call(row, step, said, answers[0], at, f"{base}/{number}", name)
        said += answers
    for sub in row.items("subagent_trajectories") if depth < DEEPEST else ():
        yield from _trajectory(sub, at, run, depth + 1)


def _after(at: datetime | None) -> datetime:
    """Of a step that tells no time, behind one at `at`."""
    if at is None:
        raise BadRow("Its first step has no timestamp.")
    try:
        return at + timedelta(milliseconds=1)
    except OverflowError:
        raise BadRow(f"Its time is {at}.") from None


def _uid(text: str) -> UUID | None:
    """Of a trajectory that Weir itself wrote."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _is_call(step: Fields) -> bool:
    if step.text("source") != "agent" or step.flag("is_copied_context"):
        return False
    return step.count("llm_call_count") != 0


def _said(step: Fields) -> list[Step]:
    """As messages of chat completions: the step's own, then what tools gave."""
    role = {"agent": "assistant", "system": "system"}.get(step.text("source"), "user")
    message: Step = {"role": role, "content": step.any("message") or ""}
    if thought := step.text("reasoning_content"):
        message["reasoning_content"] = thought
    if calls := [_tool(each) for each in step.items("tool_calls")]:
        message["tool_calls"] = calls
    results = step.inner("observation").items("results")
    return [message, *(_result(each, role) for each in results)]


def _tool(call: Fields) -> Step:
    told = call.any("arguments")
    function = {
        "name": call.text("function_name"),
        "arguments": written(told if told is not None else {}).decode(),
    }
    return {"id": call.text("tool_call_id"), "type": "function", "function": function}


def _result(result: Fields, role: str) -> Step:
    content = result.any("content") or ""
    call = result.text("source_call_id")
    if role == "assistant" and call:
        return {"role": "tool", "tool_call_id": call, "content": content}
    return {"role": "user", "content": content}


def _call(
    row: Fields,
    step: Fields,
    said: list[Step],
    answer: Step,
    at: datetime,
    id_: str,
    run: str,
) -> Imported:
    agent, metrics = row.inner("agent"), step.inner("metrics")
    model = step.text("model_name") or agent.text("model_name")
    tools = agent.json("tool_definitions")
    request: Step = {"model": model, "messages": said}
    if isinstance(tools, list) and tools:
        request["tools"] = tools
    if effort := step.any("reasoning_effort"):
        request["reasoning_effort"] = effort
    extra = step.inner("extra")
    told = inclusive(
        metrics.count("prompt_tokens"),
        metrics.count("completion_tokens"),
        read=metrics.count("cached_tokens"),
    )
    response = {
        "object": "chat.completion",
        "model": model,
        "choices": [{"index": 0, "message": answer}],
    }
    took = extra.duration_ms("duration_ms")
    return Imported(
        id=id_,
        started_at=at,
        url=PATH,
        request=written(request),
        response=written(response),
        status=200,
        duration_ms=took,
        provider=extra.text("provider"),
        uid=_uid(extra.text("request")),
        user_agent=" ".join((agent.text("name"), agent.text("version"))).strip(),
        run=run,
        told=Told(
            id=id_,
            model=model,
            session=row.text("trajectory_id", "session_id"),
            tokens=buckets(told),
            cost_usd=metrics.money("cost_usd"),
            ttft_ms=extra.duration_ms("ttft_ms"),
            is_timed=took is not None,
        ),
        notes=(REBUILT,),
    )


IMPORTER = Importer(
    name="atif",
    about="ATIF, the trajectories of Harbor's agents",
    claims=claims,
    read=read,
)
