"""ATIF v1.7: the trajectory format of Harbor's agents (rfcs/0001-trajectory-format).

A conversation is a trajectory: what was new in each request becomes steps of the user
and the system, its answer a step of the agent with tokens and cost, and what tools gave
the observation of the step that called them. The first conversation is the document,
all others stand in `subagent_trajectories`. Read back by `weir import`, and by Harbor's
own models. Memory holds one step and a mark for each message said so far.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import msgspec

from runs.bodies.dialects import Spoken
from runs.exporters.base import Exchange, Export, Exporter
from runs.exporters.columns import stamp
from runs.exporters.talk import spoken
from runs.record import Side
from runs.version import weir_version

VERSION = "ATIF-v1.7"
Step = dict[str, Any]
SOURCES = {"system": "system", "assistant": "agent"}


def write(export: Export) -> Iterator[bytes]:
    rows = export.requests.order_by()
    found = rows.order_by("conversation").values_list("conversation", flat=True)
    first, *others = list(found.distinct()) or [None]
    yield from _trajectory(export, first, is_root=True)
    yield b',"subagent_trajectories":['
    for number, conversation in enumerate(others):
        yield b"," if number else b""
        yield from _trajectory(export, conversation)
        yield b"}"
    yield b"]}\n"


@dataclass(slots=True)
class _Totals:
    """What `final_metrics` sums up."""

    steps: int = 0
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    cost: float | None = None
    """None until one is known."""
    is_priced: bool = True


@dataclass(slots=True)
class _Told:
    """How far a conversation is told."""

    seen: set[bytes] = field(default_factory=set)
    pending: Step | None = None
    """The agent's last step: what its tools gave comes with the next request."""
    totals: _Totals = field(default_factory=_Totals)


def _trajectory(
    export: Export, conversation: int | None, *, is_root: bool = False
) -> Iterator[bytes]:
    """All but the closing brace, so that a document can go on."""
    chosen = export.requests.filter(conversation=conversation)
    told, head, comma = _Told(), b"", b""
    for exchange in replace(export, requests=chosen).exchanges():
        if not head:
            head = _head(export, exchange, conversation)
            yield head
        for step in _steps(exchange, told):
            yield comma + _numbered(step, told)
            comma = b",\n"
    if not head:
        yield _head(export, None, conversation)
    if told.pending is None and not told.totals.steps:
        told.pending = {"source": "system", "message": "No requests."}
    if told.pending is not None:
        yield comma + _numbered(told.pending, told)
    yield b'],"final_metrics":' + msgspec.json.encode(_final(told.totals))


def _head(export: Export, exchange: Exchange | None, conversation: int | None) -> bytes:
    product = exchange.row.user_agent.split(" ")[0] if exchange else ""
    name, _, version = product.partition("/")
    session = str(export.run.uid) if export.run else export.title
    facts: dict[str, Any] = {
        "schema_version": VERSION,
        "session_id": session,
        "trajectory_id": f"{session}/{conversation or 'alone'}",
        "agent": {"name": name or "unknown", "version": version or "unknown"},
        "notes": f"Requests that Weir {weir_version()} captured.",
    }
    if exchange and (model := exchange.row.response_model or exchange.row.model):
        facts["agent"]["model_name"] = model
    return msgspec.json.encode(facts)[:-1] + b',"steps":['


def _steps(exchange: Exchange, told: _Told) -> Iterator[Step]:
    """Those that are whole; the agent's own waits for what its tools give."""
    at = stamp(exchange.row.started_at)
    for message in spoken(exchange, Side.REQUEST):
        mark = _mark(message)
        if mark in told.seen:
            continue
        told.seen.add(mark)
        _observe(message, told.pending)
        words = _words(message, ("text", "file", "image", "audio"))
        calls = _calls(message)
        if not words and not calls:
            continue
        if told.pending is not None:
            yield told.pending
            told.pending = None
        step: Step = {
            "timestamp": at,
            "source": SOURCES.get(message.role, "user"),
            "message": words,
        }
        if message.role != "assistant":
            yield step
            continue
        # Said before anything was captured, or in another conversation.
        told.pending = {**step, "is_copied_context": True, **_tools(calls)}
    if told.pending is not None:
        yield told.pending
    told.pending = _answer(exchange, at, told)


def _answer(exchange: Exchange, at: str, told: _Told) -> Step:
    row, detail = exchange.row, exchange.detail
    answers = spoken(exchange, Side.RESPONSE)
    step: Step = {
        "timestamp": at,
        "source": "agent",
        "message": "",
        "llm_call_count": 1,
    }
    for message in answers[:1]:
        told.seen.add(_mark(message))
        step["message"] = _words(message, ("text",))
        if thought := _words(message, ("reasoning",)):
            step["reasoning_content"] = thought
        step |= _tools(_calls(message))
    if model := row.response_model or row.model:
        step["model_name"] = model
    if detail.effort:
        step["reasoning_effort"] = detail.effort
    step["metrics"] = _metrics(exchange, told.totals)
    weir = {
        "request": str(row.uid),
        "provider": row.provider,
        "duration_ms": row.duration_ms,
        "ttft_ms": row.ttft_ms,
        "status": row.status,
        "error": row.error,
    }
    step["extra"] = {k: v for k, v in weir.items() if v not in (None, "")}
    return step


def _metrics(exchange: Exchange, totals: _Totals) -> Step:
    row, usage = exchange.row, exchange.row.usage
    told = {
        "prompt_tokens": usage.total_input,
        "completion_tokens": row.output_tokens,
        "cached_tokens": row.cache_read_tokens,
        "cost_usd": None if row.cost_usd is None else float(row.cost_usd),
    }
    totals.prompt += usage.total_input or 0
    totals.completion += row.output_tokens or 0
    totals.cached += row.cache_read_tokens or 0
    if row.cost_usd is not None:
        totals.cost = (totals.cost or 0.0) + float(row.cost_usd)
    totals.is_priced = totals.is_priced and not row.is_unpriced
    return {name: value for name, value in told.items() if value is not None}


def _final(totals: _Totals) -> Step:
    """No cost where one isn't known: a sum would say less than was billed."""
    told: Step = {
        "total_prompt_tokens": totals.prompt,
        "total_completion_tokens": totals.completion,
        "total_cached_tokens": totals.cached,
        "total_steps": totals.steps,
    }
    if totals.is_priced and totals.cost is not None:
        told["total_cost_usd"] = totals.cost
    return told


def _numbered(step: Step, told: _Told) -> bytes:
    told.totals.steps += 1
    return msgspec.json.encode({"step_id": told.totals.steps, **step})


def _observe(message: Spoken, pending: Step | None) -> None:
    """What tools gave belongs to the step that called them."""
    if pending is None:
        return
    calls = {each["tool_call_id"] for each in pending.get("tool_calls", ())}
    for part in message.parts:
        if part.kind == "tool_result":
            result: Step = {"content": part.text}
            if part.call_id in calls:
                result["source_call_id"] = part.call_id
            pending.setdefault("observation", {"results": []})["results"].append(result)


def _calls(message: Spoken) -> list[Step]:
    return [
        {
            "tool_call_id": part.call_id or f"call-{number}",
            "function_name": part.name,
            "arguments": _arguments(part.text),
        }
        for number, part in enumerate(message.parts)
        if part.kind == "tool_call"
    ]


def _tools(calls: list[Step]) -> Step:
    return {"tool_calls": calls} if calls else {}


def _arguments(text: str) -> dict[str, Any]:
    """An object, as the format wants it; what is none is kept as it was sent."""
    try:
        told = msgspec.json.decode(text)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        told = None
    return told if isinstance(told, dict) else {"_text": text}


def _words(message: Spoken, kinds: Sequence[str]) -> str:
    said = (
        part.text or f"[{part.kind}]" for part in message.parts if part.kind in kinds
    )
    return "\n\n".join(said)


def _mark(message: Spoken) -> bytes:
    """The same for a message that is sent again; an answer has no ids of its own."""
    told = blake2b(message.role.encode(), digest_size=12)
    for part in message.parts:
        if part.kind != "reasoning":  # few clients send it back
            told.update(
                f"\0{part.kind}\0{part.name}\0{part.text}".encode("utf-8", "replace")
            )
    return told.digest()


EXPORTER = Exporter(
    name="atif",
    suffix=".json",
    content_type="application/json",
    about="ATIF, the trajectories of Harbor's agents",
    write=write,
)
