"""Langfuse's observations: exports of its pages (JSON, JSONL, CSV) and of its blob
storage, and answers of its API.

Names in both spellings (`startTime`, `start_time`). Only generations and embeddings are
model calls. Langfuse keeps no HTTP: the bodies here are put together in the shape of
chat completions from `input`, `output` and `modelParameters`, and say so in a note.
Buckets of `usageDetails` are disjoint there unless input and output alone make the
total.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pricing.usage import Usage
from runs.detail import Told
from runs.importers.base import BadRow, Imported, Importer
from runs.importers.counts import buckets, inclusive
from runs.importers.fields import Fields, milliseconds, written
from runs.record import Outcome

CALLS = ("GENERATION", "EMBEDDING")
REBUILT = "The bodies were put together from Langfuse's input and output."
PATHS = {"GENERATION": "/v1/chat/completions", "EMBEDDING": "/v1/embeddings"}


def claims(row: Fields) -> bool:
    is_one = row.has("traceId") or row.has("trace_id")
    begun = row.has("startTime") or row.has("start_time")
    return is_one and begun and row.has("type")


def read(row: Fields) -> Iterator[Imported]:
    kind = row.text("type").upper()
    if kind not in CALLS:
        return
    begun = row.when("startTime", "start_time")
    if begun is None:
        raise BadRow("It has no startTime.")
    ended = row.when("endTime", "end_time")
    took = milliseconds(begun, ended)
    failed = row.text("level").upper() == "ERROR"
    model = row.text("model", "providedModelName", "provided_model_name")
    first = milliseconds(
        begun, row.when("completionStartTime", "completion_start_time")
    )
    request = _request(row, model)
    yield Imported(
        id=row.text("id"),
        started_at=begun,
        url=PATHS[kind],
        request=request,
        response=b"" if failed else _response(row, model),
        status=None if failed else 200,
        outcome=Outcome.UPSTREAM_ERROR if failed else Outcome.COMPLETED,
        error=row.text("statusMessage", "status_message") if failed else "",
        duration_ms=took,
        told=Told(
            id=row.text("id"),
            model=model,
            session=row.text("sessionId", "session_id", "traceId", "trace_id"),
            tokens=buckets(_usage(row)),
            cost_usd=_cost(row),
            ttft_ms=first,
            is_stream=True if first is not None else None,
            is_timed=took is not None,
        ),
        notes=(REBUILT,) if request else (),
    )


def _request(row: Fields, model: str) -> bytes:
    asked = row.json("input")
    if asked is None:
        return b""
    parameters = row.inner("modelParameters", "model_parameters").values
    body: dict[str, Any] = {"model": model, **parameters}
    if isinstance(asked, dict) and ("messages" in asked or "input" in asked):
        body |= asked
    elif row.text("type").upper() == "EMBEDDING":
        body["input"] = asked
    elif isinstance(asked, list):
        body["messages"] = asked
    else:
        content = asked if isinstance(asked, str) else written(asked).decode()
        body["messages"] = [{"role": "user", "content": content}]
    return written(body)


def _response(row: Fields, model: str) -> bytes:
    answer = row.json("output")
    if answer is None:
        return b""
    if isinstance(answer, dict) and ("choices" in answer or "data" in answer):
        return written(answer)
    if isinstance(answer, dict) and ("role" in answer or "content" in answer):
        message = {"role": "assistant", **answer}
    else:
        content = answer if isinstance(answer, str) else written(answer).decode()
        message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message}
    return written({"object": "chat.completion", "model": model, "choices": [choice]})


def _usage(row: Fields) -> Usage:
    details = row.inner("usageDetails", "usage_details").values
    if not details:
        old = row.inner("usage")
        asked = old.count("input", "promptTokens")
        if asked is None:
            asked = row.count("inputUsage", "promptTokens", "input_usage")
        answered = old.count("output", "completionTokens")
        if answered is None:
            answered = row.count("outputUsage", "completionTokens", "output_usage")
        return inclusive(asked, answered)
    told = Fields(details)
    asked, answered = told.count("input"), told.count("output")
    read = _sum(told, "input", ("cache_read", "cached"))
    made = _sum(told, "input", ("cache_creation", "cache_write"))
    thought = _sum(told, "output", ("reasoning",))
    total = told.count("total")
    if total is not None and total == (asked or 0) + (answered or 0):
        return inclusive(asked, answered, read=read, made=made, reasoning=thought)
    whole = None if answered is None and thought is None else answered or 0
    return Usage(
        input=asked,
        cache_read=read,
        cache_write_5m=made,
        output=None if whole is None else whole + (thought or 0),
        reasoning=thought,
    )


def _sum(told: Fields, side: str, words: tuple[str, ...]) -> int | None:
    """Of the details that are called so."""
    found = [
        told.count(name)
        for name in told.values
        if any(word in name for word in words)
        and ("output" in name) == (side == "output")
    ]
    counts = [count for count in found if count is not None]
    return sum(counts) if counts else None


def _cost(row: Fields) -> Any:
    told = row.inner("costDetails", "cost_details").money("total")
    if told is None:
        told = row.money("totalCost", "calculatedTotalCost", "total_cost")
    return told


IMPORTER = Importer(
    name="langfuse",
    about="Langfuse's observations: exports as JSON, JSONL or CSV, answers of its API",
    claims=claims,
    read=read,
)
