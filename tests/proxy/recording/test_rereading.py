"""Stored requests read again: what an older version read wrong becomes right."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pricing.quote import Quote, QuoteLine
from pricing.usage import Usage
from proxy.journal.masking import Masker
from proxy.recording.rereading import Step, reread
from proxy.recording.secrets import told
from proxy.recording.stored import capture_notes
from runs import store
from runs.detail import Detail
from runs.models import Body, CapturedRequest
from runs.record import ExchangeRecord, Outcome, Side
from tests import make
from tests.sessions import play, sessions

pytestmark = pytest.mark.django_db

REQUEST = b'{"model":"gpt-5-mini","messages":[{"role":"user","content":"hello"}]}'
ANSWER = (
    b'{"id":"c1","model":"gpt-5-mini","choices":[{"index":0,"finish_reason":"stop",'
    b'"message":{"role":"assistant","content":"Hi there"}}],'
    b'"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}'
)
QUOTE = Quote(
    status="priced",
    cost_usd=Decimal("0.5"),
    provider="openai",
    model="gpt-5-mini",
    lines=(
        QuoteLine(
            kind="input",
            tokens=120,
            usd_per_million=Decimal(1),
            cost_usd=Decimal("0.5"),
        ),
    ),
    formula="120 × …",
)


def read_wrong(**fields: Any) -> ExchangeRecord:
    """As an older version may have stored it."""
    given: dict[str, Any] = {
        "request": REQUEST,
        "response": ANSWER,
        "response_model": "other",
        "preview": "wrong",
        "is_success": False,
        "usage": Usage(input=1, output=1),
        "quote": QUOTE,
        "notes": ("The answer is not JSON.",),
    }
    return make.record(**(given | fields))


def again(**options: Any) -> list[Step]:
    rows = CapturedRequest.objects.all()
    return list(reread(rows, Masker("salt"), upto=10**9, **options))


def stored(record: ExchangeRecord) -> CapturedRequest:
    return CapturedRequest.objects.select_related("detail").get(uid=record.uid)


def test_what_was_read_wrong_becomes_right() -> None:
    record = read_wrong()
    row = make.stored(record)
    [step] = again()
    assert set(step.changes[row.pk]) >= {"input_tokens", "preview", "is_success"}
    now = stored(record)
    assert (now.input_tokens, now.output_tokens, now.total_tokens) == (7, 3, 10)
    assert (now.preview, now.response_model) == ("hello", "gpt-5-mini")
    assert (now.is_success, now.detail.answer_preview) == (True, "Hi there")
    assert list(now.detail.notes) == []


def test_what_was_measured_and_where_it_belongs_stays() -> None:
    record = read_wrong(session="s", session_rule="header:session-id")
    before = make.stored(record)
    again()
    now = stored(record)
    kept = ("started_at", "first_byte_ms", "conversation_id", "turn_id", "run_id")
    assert [getattr(now, name) for name in kept] == [
        getattr(before, name) for name in kept
    ]
    assert now.conversation_id is not None
    headers = [tuple(pair) for pair in now.detail.request_headers]
    assert tuple(headers) == record.request_headers


def test_another_reading_is_quoted_anew_and_the_former_quote_is_kept() -> None:
    record = read_wrong()
    make.stored(record)
    again()
    now = stored(record)
    assert now.cost_usd != Decimal("0.5")
    assert [quote.cost_usd for quote in now.detail.former_quotes] == [Decimal("0.5")]


def test_reading_the_same_again_changes_nothing_and_no_price() -> None:
    record = read_wrong()
    make.stored(record)
    again()
    first = stored(record)
    later = QUOTE if first.detail.quote is None else first.detail.quote
    assert [step.changes for step in again()] == [{}]
    assert stored(record).detail.quote == (first.detail.quote and later)


@pytest.mark.parametrize("name", sorted(sessions()))
def test_what_a_recorder_has_just_read_is_read_the_same(name: str) -> None:
    """Head, tail and bodies come back from the rows as they were."""
    store.write([told(each.ended) for each in play(sessions()[name], make.START)], {})
    assert [step.changes for step in again()] == [{}]


def test_a_look_beforehand_tells_and_writes_nothing() -> None:
    record = read_wrong()
    make.stored(record)
    [step] = again(writes=False)
    assert step.changes
    assert stored(record).preview == "wrong"


def test_requests_whose_bodies_are_gone_are_left_alone() -> None:
    record = read_wrong()
    row = make.stored(record)
    Body.objects.filter(request=row, side=Side.RESPONSE).delete()
    [step] = again()
    assert (step.seen, step.unread, step.changes) == (1, 1, {})
    assert stored(record).preview == "wrong"


def test_figures_of_bodies_that_were_never_kept_stay() -> None:
    row = make.stored(bodies=(), usage=Usage(input=7, output=3))
    [step] = again()
    assert (step.seen, step.unread, step.changes) == (1, 1, {})
    row.refresh_from_db()
    assert row.total_tokens == 10
    assert row.model


def test_a_request_that_runs_is_not_looked_at() -> None:
    store.write([replace(read_wrong(), outcome=Outcome.PENDING)], {})
    assert again() == []


def test_a_reread_goes_on_after_the_step_that_it_ended_with() -> None:
    records = [read_wrong() for _ in range(3)]
    store.write(records, {})
    first = stored(records[0]).pk
    [step] = again(after=first)
    assert (step.seen, stored(records[0]).preview) == (2, "wrong")
    assert [stored(each).preview for each in records[1:]] == ["hello"] * 2


def test_weirs_own_error_and_the_captures_notes_stay() -> None:
    note = "Sent again without stream_options: it was refused."
    record = read_wrong(
        outcome=Outcome.TIMED_OUT,
        error="The upstream took too long.",
        error_code="UPSTREAM_TIMEOUT",
        notes=(note,),
        capture_notes=(note,),
        response=b"",
        status=None,
        usage=Usage(),
        quote=None,
    )
    make.stored(record)
    again()
    now = stored(record)
    assert (now.error, now.error_code) == (record.error, "UPSTREAM_TIMEOUT")
    assert list(now.detail.notes) == [note]


def test_notes_of_captures_are_known_by_their_words_in_older_requests() -> None:
    notes = ["Sent again without stream_options: it was refused.", "Not JSON."]
    assert capture_notes(Detail(notes=notes)) == (notes[0],)
    assert capture_notes(Detail(notes=notes, capture_notes=[])) == ()
