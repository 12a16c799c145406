"""The filter language on requests: what each text finds, also against a slow test."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from pricing.quote import Quote
from pricing.usage import Usage
from proxy.recording.indexing import TextIndexer
from runs import lifecycle, store
from runs.filters.request_filter import RequestFilter
from runs.filters.scanning import BadWhere
from runs.models import CapturedRequest, Facet, conditions
from runs.record import Outcome
from tests import make
from tests.runs.make_run import run_with

pytestmark = pytest.mark.django_db


def found(where: str, **more: str) -> list[str]:
    """The marks of the requests that pass, oldest first."""
    chosen = RequestFilter.from_query({"where": where, **more})
    narrowed = chosen.apply(CapturedRequest.objects.all())
    rows = narrowed.page().rows
    assert narrowed.count() == len(rows)
    assert [row for batch in narrowed.batches(2) for row in batch] == rows[::-1]
    return [row.preview for row in rows[::-1]]


def dollars(amount: str) -> Quote:
    return Quote(status="priced", cost_usd=Decimal(amount))


CAST: dict[str, dict[str, Any]] = {
    "plain": {},
    "mini": {"model": "gpt-5-mini", "duration_ms": 90.0},
    "nano": {"model": "GPT-5-nano", "provider": "azure", "duration_ms": 3_000.0},
    "claude": {"model": "claude", "provider": "anthropic", "quote": dollars("0.02")},
    "failed": {"model": "claude", "status": 503, "is_success": False},
    "refused": {"status": 404, "is_success": False, "quote": dollars("0.001")},
    "tools": {"model": "x", "tool_calls": ("read_file", "write_file", "read_file")},
    "shell": {"model": "x", "tool_calls": ("bash",), "agent": "review"},
    "title": {"model": "x", "purpose": "title", "usage": Usage(input=200_000)},
    "missed": {"model": "x", "usage": Usage(input=5000, cache_read=0, output=1)},
    "cached": {"model": "x", "usage": Usage(input=9, cache_read=5000, output=1)},
    "stream": {"model": "x", "is_stream": True, "ttft_ms": 2_000.0},
    "gone": {"model": "x", "outcome": Outcome.CLIENT_GONE, "status": None},
}


@pytest.fixture
def _cast() -> None:
    records = []
    for mark, fields in CAST.items():
        given = {"model": "gpt-4", "preview": mark, "ttft_ms": None, **fields}
        records.append(make.record(**given))
    store.write(records, {})


@pytest.mark.usefixtures("_cast")
@pytest.mark.parametrize(
    ("where", "marks"),
    [
        ("model:claude", "claude failed"),
        ("model:gpt-5*", "mini nano"),
        ("-model:*a* -model:x -model:gpt-5*", "plain refused"),
        ("model:gpt-5* provider:azure", "nano"),
        ("model:gpt-5* or provider:anthropic", "mini nano claude"),
        ("(provider:azure or model:claude) -status:5xx", "nano claude"),
        ("-(model:x or model:gpt*)", "claude failed"),
        ("model:nobody*", ""),
        ("-model:nobody* model:claude", "claude failed"),
        ("status:404|5xx", "failed refused"),
        ("status>=404", "failed refused"),
        ("-status:200", "failed refused gone"),
        ("cost>0.01", "claude"),
        ("cost<=0.001", "refused"),
        ("cost:0.02", "claude"),
        ("duration>2s", "nano"),
        ("duration<100ms", "mini"),
        ("ttft>1s", "stream"),
        ("-ttft>1s -model:x", "plain mini nano claude failed refused"),
        ("tokens>100k", "title"),
        ("tool:read_file", "tools"),
        ("tool:*_file", "tools"),
        ("tool:read_file|bash", "tools shell"),
        ("has:tools -tool:bash", "tools"),
        ("agent:rev*", "shell"),
        ("purpose:title", "title"),
        ("stream:yes", "stream"),
        ("has:error", "failed refused"),
        ("has:cache-miss", "missed"),
        ("has:cache-hit", "cached"),
        ("outcome:client_gone", "gone"),
        ("claude", "claude failed"),
        ("endpoint:CHAT model:claude", "claude failed"),
        ("endpoint:*/completions provider:azure", "nano"),
        ("after:2026-03-01 before:2026-03-02 model:claude", "claude failed"),
        ("after:1h", ""),
        ("(after:1h or provider:azure)", "nano"),
    ],
)
def test_a_text_finds(where: str, marks: str) -> None:
    assert found(where) == marks.split()


@pytest.mark.usefixtures("_cast")
def test_many_are_compared_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "FEW", 1)
    assert found("duration>2s") == ["nano"]
    assert found("-duration>2s duration<100ms") == ["mini"]
    assert found("-ttft>1s") == [mark for mark in CAST if mark != "stream"]
    assert found("cost>0.01 or cost<=0.001") == ["claude", "refused"]
    assert found("tool:read_file or tool:bash") == ["tools", "shell"]


@pytest.mark.usefixtures("_cast")
def test_it_narrows_beside_the_other_filters() -> None:
    assert found("model:claude", error="1") == ["failed"]
    assert found("-model:claude", status="404") == ["refused"]


def test_runs_are_called_by_name_and_times_ago_are_of_now() -> None:
    run_with(make.record(preview="in"), name="ci")
    lifecycle.end(lifecycle.find("ci"))
    now = timezone.now()
    store.write(
        [
            make.record(preview=mark, started_at=now - timedelta(minutes=minutes))
            for mark, minutes in (("now", 5), ("before", 90))
        ],
        {},
    )
    assert found("run:ci") == ["in"]
    assert found("-run:ci") == ["now", "before"]
    assert found("after:1h") == ["now"]
    assert found("after:2h before:1h") == ["before"]
    assert found("run:nobody") == []


def test_words_of_bodies_are_found_where_they_are_indexed(settings: Settings) -> None:
    say = '{{"model": "m", "messages": [{{"role": "user", "content": "{0}"}}]}}'
    words = ("it timed out", "timed well")
    store.write([make.record(request=say.format(w), preview=w) for w in words], {})
    indexer = TextIndexer()
    while indexer.step():
        pass
    assert found('text:"timed out"') == ["it timed out"]
    assert found("text:tim* -text:well") == ["it timed out"]
    settings.WEIR_TEXT_INDEX = False
    with pytest.raises(BadWhere, match=r"character 6: .* not indexed here"):
        found("text:timed")


def test_more_values_than_alternatives_are_found_as_well() -> None:
    store.write([make.record(model=f"m-{n:03}", preview=str(n)) for n in range(40)], {})
    assert Facet.objects.filter(kind="model").count() == 40
    assert found("model:m-*") == [str(n) for n in range(40)]


def test_a_pattern_costs_no_more_than_its_reading() -> None:
    store.write([make.record(model="a" * 200, preview="long")], {})
    assert found("model:" + "*a" * 100) == ["long"]
    assert found("model:" + "*a" * 100 + "*b") == []
    assert found("model:aa*a") == ["long"]


Test = Callable[[CapturedRequest], bool]
LEAVES: dict[str, Test] = {
    "provider:openai": lambda r: r.provider == "openai",
    "model:gpt*": lambda r: r.model.lower().startswith("gpt"),
    "model:claude": lambda r: r.model == "claude",
    "status:5xx": lambda r: r.status_class == 5,
    "status:404": lambda r: r.status == 404,
    "has:error": lambda r: r.is_success is False,
    "stream:yes": lambda r: r.is_stream,
    "has:cost": lambda r: r.cost_usd is not None,
    "outcome:client_gone": lambda r: r.outcome == "client_gone",
    "agent:review": lambda r: r.agent == "review",
    "tool:bash": lambda r: r.preview == "shell",
}


def made(chance: random.Random, depth: int) -> tuple[str, Test]:
    """A text, and the same as a test of a row."""
    kind = chance.choice(["leaf", "not", "and", "or"]) if depth else "leaf"
    if kind == "leaf":
        return chance.choice(list(LEAVES.items()))
    text, test = made(chance, depth - 1)
    if kind == "not":
        return f"-({text})", lambda row: not test(row)
    other, second = made(chance, depth - 1)
    if kind == "and":
        return f"({text}) ({other})", lambda row: test(row) and second(row)
    return f"({text} or {other})", lambda row: test(row) or second(row)


@pytest.mark.usefixtures("_cast")
def test_joined_texts_find_what_a_slow_test_finds() -> None:
    rows = list(CapturedRequest.objects.order_by("pk"))
    chance = random.Random(3)
    for _ in range(60):
        text, test = made(chance, 3)
        assert found(text) == [row.preview for row in rows if test(row)], text
