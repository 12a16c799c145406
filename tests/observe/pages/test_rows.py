"""One captured request as a row: what each outcome, bar and sign says."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from observe.pages.rows import BAR_WIDTH, Row, bar_of, render_row, status_of
from runs.models import CapturedRequest
from runs.record import Outcome
from tests.make import START


def request(**fields: Any) -> CapturedRequest:
    """A row as the database would give it: a success of 800 ms."""
    usual: dict[str, Any] = {
        "uid": UUID(int=1),
        "started_at": START,
        "method": "POST",
        "path": "/v1/chat/completions",
        "outcome": Outcome.COMPLETED,
        "status": 200,
        "is_success": True,
        "model": "gpt-5",
        "duration_ms": 800.0,
        "first_byte_ms": 200.0,
    }
    return CapturedRequest(**usual | fields)


def test_what_is_new_stands_in_place_of_the_users_words_again() -> None:
    told = render_row(request(preview="fix it", news="Read: def parse()"))
    assert "Read: def parse()" in told
    assert told.count("fix it") == 1  # on hover
    assert "fix it" in render_row(request(preview="fix it"))


def test_a_call_beside_the_work_says_what_it_is_for() -> None:
    assert Row(request(purpose="title")).beside == "title"
    assert ">title<" in render_row(request(purpose="title"))
    assert [Row(request(purpose=each)).beside for each in ("main", None)] == ["", ""]


@pytest.mark.parametrize(
    ("fields", "label", "kind"),
    [
        ({}, "200", "ok"),
        ({"is_success": False}, "200", "bad"),
        ({"is_success": None}, "200", "ok"),
        ({"status": 304}, "304", "info"),
        ({"status": 404, "is_success": False}, "404", "warn"),
        ({"status": 529, "is_success": False}, "529", "bad"),
        ({"outcome": Outcome.PENDING, "status": None}, "pending", "pending"),
        ({"outcome": Outcome.UPSTREAM_ERROR, "status": None}, "no answer", "bad"),
        ({"outcome": Outcome.TIMED_OUT, "status": None}, "timeout", "bad"),
        ({"outcome": Outcome.CLIENT_GONE}, "gone", "warn"),
        ({"outcome": Outcome.INTERRUPTED}, "broken", "bad"),
    ],
)
def test_one_word_says_how_a_request_stands(
    fields: dict[str, Any], label: str, kind: str
) -> None:
    status = status_of(request(**fields))
    assert (status.label, status.kind) == (label, kind)


def test_a_broken_answer_still_tells_its_status() -> None:
    broken = status_of(request(outcome=Outcome.INTERRUPTED, status=200))
    assert broken.title.endswith("Status 200.")
    silent = status_of(request(outcome=Outcome.TIMED_OUT, status=None))
    assert "Status" not in silent.title


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"cost_usd": Decimal("0.0123")}, "$0.0123"),
        ({"cost_usd": Decimal(0)}, "$0"),
        ({"cost_usd": Decimal("0.000000100000")}, "$0.0000001"),
        ({"outcome": Outcome.PENDING}, "Known when it has finished"),
        ({"is_unpriced": True}, "Cost unknown: no usage or no price"),
        ({"is_unpriced": False}, "Not billed"),
    ],
)
def test_a_cost_or_why_there_is_none(fields: dict[str, Any], told: str) -> None:
    assert Row(request(**fields)).cost_told == told


@pytest.mark.parametrize(
    ("answered", "shown"),
    [
        ("", ""),
        ("gpt-5", ""),
        ("gpt-5-2026-01-02", ""),
        ("gpt-5-fast", "gpt-5-fast"),
        ("gpt-4", "gpt-4"),
    ],
)
def test_another_model_that_answered_is_named(answered: str, shown: str) -> None:
    assert Row(request(response_model=answered)).answered_by == shown


def test_the_model_sent_counts_where_the_answer_names_none() -> None:
    assert Row(request(upstream_model="claude")).answered_by == "claude"


@pytest.mark.parametrize(
    ("total_ms", "length"), [(0, 2), (10, 2), (300_000, BAR_WIDTH), (1e9, BAR_WIDTH)]
)
def test_a_bar_has_its_bounds(total_ms: float, length: float) -> None:
    assert bar_of(total_ms, None).total == length


def test_a_bar_grows_with_each_tenfold_by_the_same() -> None:
    lengths = [bar_of(ms, None).total for ms in (100, 1_000, 10_000, 100_000)]
    steps = [after - before for before, after in pairwise(lengths)]
    assert steps == pytest.approx([steps[0]] * 3, abs=0.2)
    assert steps[0] > 10


def test_a_bar_is_parted_where_the_first_byte_came() -> None:
    bar = bar_of(800, 200)
    assert bar.wait == pytest.approx(bar.total / 4, abs=0.1)
    assert bar_of(800, None).wait == 0
    assert bar_of(800, 900).flow == 0, "a clock that went back"


def test_what_has_no_duration_has_no_bar() -> None:
    assert Row(request(duration_ms=None)).bar is None


def test_signs_tell_what_is_special_and_count_it() -> None:
    assert Row(request()).signals == ()
    row = Row(
        request(
            is_stream=True, tool_call_count=1, image_count=2, error="boom", is_cut=True
        )
    )
    assert [(each.icon, each.title) for each in row.signals] == [
        ("stream", "Streamed answer"),
        ("tools", "1 tool call"),
        ("images", "2 images"),
        ("error", "Error: boom"),
        ("cut", "A captured body is cut at the capture limit"),
    ]


def test_the_drawn_row_escapes_what_strangers_wrote() -> None:
    html = render_row(request(model="<script>", preview="<img src=x>"))
    assert f'<tr id="r-{UUID(int=1)}"' in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "<img" not in html
