"""What each format makes of rows that are not the usual ones, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runs.importers import Imported, Unread, importer, opened, read
from runs.record import Outcome
from tests.runs.importers import rows
from tests.runs.importers.rows import Row

HELICONE, LANGFUSE, LITELLM = rows.HELICONE[0], rows.LANGFUSE[0], rows.LITELLM[3]
OPENPROXY, HAR, ATIF = rows.OPENPROXY[0], rows.HAR["log"]["entries"][0], rows.ATIF
OBSERVED: Row = {
    "id": 7,
    "created_at": "2026-01-08 00:00:00.000000",
    "completed_at": "2026-01-08 00:00:02.000000",
    "method": "POST",
    "path": "/v1/chat/completions",
    "query_string": "beta=true",
    "upstream_url": "https://api.openai.com/v1/chat/completions",
    "request_headers_json": json.dumps({"User-Agent": "curl/8.5"}),
    "response_headers_json": json.dumps([["Content-Type", "application/json"], "odd"]),
    "request_body": json.dumps(rows.ASKED),
    "response_body": json.dumps(rows.ANSWERED),
    "response_status": 200,
    "duration_ms": 2000,
    "billing_total_cost_usd": 0.000315,
}
OWN: Row = {
    "id": "0199f1a2-3b4c-7d5e-8f60-718293a4b5c6",
    "started_at": "2026-01-09T00:00:00Z",
    "outcome": "completed",
    "wire_format": "openai-chat",
    "endpoint": "chat/completions",
    "path": "/v1/chat/completions",
    "status": 200,
    "duration_ms": 900,
}
FORMATS: dict[str, Row] = {
    "helicone": HELICONE,
    "langfuse": LANGFUSE,
    "litellm": LITELLM,
    "openproxy": OPENPROXY,
    "har": HAR,
    "atif": ATIF,
    "llm-observe-proxy": OBSERVED,
    "weir": OWN,
}
ANTHROPIC = {
    "provider": "ANTHROPIC",
    "prompt_tokens": 12,
    "total_tokens": 942,
    "prompt_cache_read_tokens": 900,
}


def found(form: str, values: list[Row], folder: Path) -> list[Any]:
    """What a file of these rows comes to."""
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in values), "utf-8")
    chosen = importer(form)
    assert chosen
    return list(read(opened(str(path), chosen), chosen))


CASES: list[tuple[str, Row, Row]] = [
    # Helicone: addresses in three spellings, bodies that it left out, its own statuses.
    (
        "helicone",
        {"request_path": "/v1/messages", "target_url": "https://api.anthropic.com/"},
        {"url": "https://api.anthropic.com/v1/messages"},
    ),
    (
        "helicone",
        {"request_path": "", "target_url": "https://api.openai.com/v1/responses"},
        {"url": "https://api.openai.com/v1/responses"},
    ),
    (
        "helicone",
        {"request_path": None, "target_url": None, "provider": "ANTHROPIC"},
        {"url": "/v1/messages", "provider": "anthropic"},
    ),
    (
        "helicone",
        {
            "request_body": {"helicone_message": "request body too large"},
            "response_body": "data: [DONE]\n\n",
        },
        {"request": b"", "response": b"data: [DONE]\n\n"},
    ),
    (
        "helicone",
        {**ANTHROPIC, "delay_ms": None},
        {
            "duration_ms": 1000,
            "told.tokens": {"input": 12, "cache_read": 900, "output": 30}
            | {"cache_write_5m": 0},
        },
    ),
    (
        "helicone",
        {"response_status": -3, "delay_ms": -1, "response_created_at": None},
        {
            "status": None,
            "outcome": Outcome.CLIENT_GONE,
            "error": "Helicone's own status -3.",
            "duration_ms": None,
            "told.is_timed": False,
        },
    ),
    (
        "helicone",
        {"cache_reference_id": "5f0c9c1e-0000-4000-8000-000000000001"},
        {"told.is_free": True},
    ),
    # Langfuse: input and output of every shape, and its older spellings of usage.
    (
        "langfuse",
        {"input": {"messages": rows.ASKED["messages"], "tools": []}, "output": "Four."},
        {
            "body.tools": [],
            "body.temperature": 0.5,
            "answer.choices.0.message.content": "Four.",
        },
    ),
    (
        "langfuse",
        {"input": {"question": "2+2"}, "output": {"result": 4}},
        {
            "body.messages.0.content": '{"question":"2+2"}',
            "answer.choices.0.message.content": '{"result":4}',
        },
    ),
    (
        "langfuse",
        {"input": None, "output": rows.ANSWERED},
        {"request": b"", "notes": (), "answer.id": "chatcmpl-1"},
    ),
    (
        "langfuse",
        {"type": "EMBEDDING", "input": "two and two", "output": None},
        {"url": "/v1/embeddings", "body.input": "two and two", "response": b""},
    ),
    (
        "langfuse",
        {"usageDetails": None, "usage": {"input": 40, "output": 2, "unit": "TOKENS"}},
        {"told.tokens": {"input": 40, "output": 2}},
    ),
    (
        "langfuse",
        {"usageDetails": {}, "promptTokens": 40, "completionTokens": 2}
        | {"costDetails": None, "calculatedTotalCost": "0.01"},
        {"told.tokens": {"input": 40, "output": 2}, "told.cost_usd": "0.01"},
    ),
    (
        "langfuse",
        {
            "usageDetails": {"input": 30, "input_cached_tokens": 10, "output": 2}
            | {"total": 32}
        },
        {"told.tokens": {"input": 20, "cache_read": 10, "output": 2}},
    ),
    # llm-observe-proxy: what its machine was at when it was stopped, its own 502.
    (
        "llm-observe-proxy",
        {},
        {
            "path": "/v1/chat/completions?beta=true",
            "request_headers": (("user-agent", "curl/8.5"),),
            "response_headers": (("content-type", "application/json"),),
            "user_agent": "curl/8.5",
            "outcome": Outcome.COMPLETED,
        },
    ),
    (
        "llm-observe-proxy",
        {"completed_at": None, "response_status": None, "duration_ms": None}
        | {"request_headers_json": "[", "query_string": ""},
        {
            "outcome": Outcome.INTERRUPTED,
            "request_headers": (),
            "path": "/v1/chat/completions",
            "told.is_timed": False,
        },
    ),
    (
        "llm-observe-proxy",
        {"response_status": 502, "error": "ConnectError: refused"},
        {"status": 502, "outcome": Outcome.UPSTREAM_ERROR, "error": ""},
    ),
    (
        "llm-observe-proxy",
        {"response_status": None, "error": "ConnectError: refused"},
        {"outcome": Outcome.UPSTREAM_ERROR, "error": "ConnectError: refused"},
    ),
    # Weir's own: ids and outcomes that this version doesn't know.
    (
        "weir",
        {"id": "of-a-fork", "outcome": "evaporated", "query": "a=1", "input_tokens": 5},
        {
            "uid": None,
            "outcome": Outcome.COMPLETED,
            "path": "/v1/chat/completions?a=1",
            "told.tokens": {"input": 5},
        },
    ),
    ("weir", {"outcome": "pending"}, {"outcome": Outcome.INTERRUPTED}),
]


def told(one: Imported, name: str) -> Any:
    """`told.tokens`, or a place in a body: `body.messages.0.content`."""
    first, *steps = name.split(".")
    sources = {"body": one.request, "answer": one.response}
    value = json.loads(sources[first]) if first in sources else getattr(one, first)
    for step in steps:
        if isinstance(value, list):
            value = value[int(step)]
        else:
            value = value[step] if isinstance(value, dict) else getattr(value, step)
    return str(value) if name == "told.cost_usd" else value


@pytest.mark.parametrize(("form", "change", "wanted"), CASES)
def test_a_row_is_read_as_its_product_means_it(
    form: str, change: Row, wanted: Row, tmp_path: Path
) -> None:
    [one] = found(form, [{**FORMATS[form], **change}], tmp_path)
    assert isinstance(one, Imported), one
    assert {name: told(one, name) for name in wanted} == wanted


STAMPS = (
    *("created_at", "started_at", "request_created_at", "startTime", "timestamp"),
    "startedDateTime",
)


@pytest.mark.parametrize("form", FORMATS)
def test_a_row_without_its_time_says_so(form: str, tmp_path: Path) -> None:
    [one] = found(form, [_changed(FORMATS[form], STAMPS, "yesterday")], tmp_path)
    assert isinstance(one, Unread)
    assert one.reason.startswith(("It has no ", "Its first step has no "))


ODD: tuple[Any, ...] = (
    *(None, "", "x", "\0", "\ud800", True, -1, 0.5, 1e300, 10**400, "9" * 5000, "NaN"),
    *([], {}, [1], {"a": None}, [[]], "{", "http://[", "http://a:b:c/", "\u00b200"),
    *(
        "9999-12-31T23:59:59.999999Z",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01",
        "-1e999",
    ),
)
"""What stands where something else was meant."""


def spoiled(value: Any) -> Iterator[Any]:
    """A row once for each odd value in each of its places, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            for odd in (*ODD, *spoiled(inner)):
                yield {**value, name: odd}
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            for odd in (*ODD, *spoiled(inner)):
                yield [*value[:at], odd, *value[at + 1 :]]


@pytest.mark.parametrize("form", FORMATS)
def test_whatever_stands_in_a_field_the_row_is_read_or_told_in_a_sentence(
    form: str, tmp_path: Path
) -> None:
    values = list(spoiled(FORMATS[form]))
    assert len(values) > 150
    reasons = {
        each.reason
        for each in found(form, values, tmp_path)
        if isinstance(each, Unread)
    }
    assert [each for each in reasons if each.startswith("It can't be read")] == []


def _changed(value: Any, names: tuple[str, ...], to: Any) -> Any:
    """With every field of these names another."""
    if isinstance(value, dict):
        return {
            n: to if n in names else _changed(v, names, to) for n, v in value.items()
        }
    return [_changed(v, names, to) for v in value] if isinstance(value, list) else value


def test_a_line_of_names_that_ends_in_a_comma_costs_no_row(tmp_path: Path) -> None:
    head, *lines = rows.as_csv(rows.HELICONE).splitlines()
    cut = lines[1].rpartition(",")[0]
    path = tmp_path / "export.csv"
    path.write_text(
        "\n".join([f"{head},", f"{lines[0]},", *lines, f"{lines[1]},x", cut])
    )
    chosen = importer("helicone")
    assert chosen
    found_here = list(read(opened(str(path), chosen), chosen))
    assert [type(each) for each in found_here] == [Imported] * 3 + [Unread] * 2
    assert {each.reason for each in found_here[3:]} == {"It has other columns."}  # type: ignore[union-attr]
