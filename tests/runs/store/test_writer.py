"""`writer.py`: what is handed down is stored exactly once, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
)

from pricing.quote import Quote, QuoteLine
from pricing.usage import Unit, Usage
from runs import bodies, store
from runs.cleaning import SHORT
from runs.incident import IncidentKind
from runs.models import (
    Body,
    CalledTool,
    CapturedRequest,
    Facet,
    HostPosition,
    JournalIncident,
    RequestDetail,
)
from runs.record import CapturedBody, ExchangeRecord, Outcome, Side
from runs.store import rows
from tests import make

pytestmark = pytest.mark.django_db

Execute = Callable[[str, Any, bool, Any], Any]
"""How Django's connection runs a statement."""

A, B = (store.JournalFile("h", name) for name in ("a.journal", "b.journal"))

QUOTE = Quote(
    status="priced",
    cost_usd=Decimal("0.000126"),
    provider="openai",
    model="gpt-5-mini",
    lines=(
        QuoteLine(
            kind="input",
            tokens=120,
            usd_per_million=Decimal("0.25"),
            cost_usd=Decimal("0.00003"),
        ),
    ),
    formula="120 × $0.25/M = $0.00003",
)


def test_a_record_comes_back_field_by_field() -> None:
    record = make.record(
        quote=QUOTE,
        usage=Usage(
            input=120,
            cache_read=0,
            output=48,
            reasoning=8,
            input_audio=3,
            units=(Unit("web_search", 2),),
        ),
        tool_calls=("read_file", "read_file"),
        images=2,
        notes=("a note",),
        route="fast",
        response_id="chatcmpl-1",
    )
    row = make.stored(record)

    assert (row.uid, row.started_at) == (record.uid, record.started_at)
    assert (row.outcome, row.status, row.status_class) == ("completed", 200, 2)
    assert (row.provider, row.model, row.route) == ("openai", "gpt-5-mini", "fast")
    assert (row.input_tokens, row.cache_read_tokens, row.output_tokens) == (120, 0, 48)
    assert row.cache_write_5m_tokens is None
    assert row.total_tokens == 168
    assert row.cost_usd == Decimal("0.000126")
    assert row.duration_ms == 812.5
    assert (row.tool_call_count, row.has_tool_calls) == (2, True)
    assert (row.image_count, row.has_images) == (2, True)
    assert row.is_success is True
    detail = row.detail
    assert tuple(detail.request_headers) == record.request_headers
    assert detail.quote == QUOTE
    assert detail.notes == ["a note"]
    assert detail.token_parts == {"input_audio": 3}
    assert detail.pieces == {"web_search": 2}
    assert detail.response_id == "chatcmpl-1"


def test_bodies_come_back_with_their_type_and_digest() -> None:
    row = make.stored(request=b"asked", response=b"answered")
    found = {body.side: body for body in row.bodies.all()}
    assert set(found) == {"request", "response"}
    assert bodies.read(found["request"]) == b"asked"
    assert bodies.read(found["response"]) == b"answered"
    assert found["request"].content_type == "application/json"


def test_rows_and_position_are_one_transaction() -> None:
    store.write([make.record()], {A: 10})
    store.write([make.record()], {A: 25, B: 5})
    assert store.positions("h") == {"a.journal": 25, "b.journal": 5}
    store.forget("h", ["a.journal"])
    assert store.positions("h") == {"b.journal": 5}


def test_a_replayed_batch_changes_nothing() -> None:
    batch = [make.record(), make.record()]
    assert len(store.write(batch, {})) == 2
    before = list(CapturedRequest.objects.order_by("pk").values())
    assert store.write(batch, {}) == []
    store.restart()
    assert store.write(batch, {}) == []
    assert list(CapturedRequest.objects.order_by("pk").values()) == before
    assert Body.objects.count() == 4
    assert RequestDetail.objects.count() == 2


def test_the_same_record_twice_in_a_batch_is_stored_once() -> None:
    record = make.record()
    assert len(store.write([record, record], {})) == 1


def test_a_begun_request_is_pending_until_its_end_is_stored() -> None:
    record = make.record(quote=QUOTE)
    [begun] = store.write([make.pending(record)], {})
    row = CapturedRequest.objects.get(pk=begun)
    assert (row.outcome, row.is_success, row.status) == ("pending", None, None)
    assert tuple(row.detail.request_headers) == record.request_headers

    assert store.write([record], {}) == [begun]
    row = CapturedRequest.objects.get(uid=record.uid)
    assert (row.pk, row.outcome, row.is_success) == (begun, "completed", True)
    assert row.detail.quote == QUOTE
    assert row.bodies.count() == 2


def test_begin_and_end_in_one_batch_are_one_finished_row() -> None:
    record = make.record()
    store.write([make.pending(record), record], {})
    assert CapturedRequest.objects.get().outcome == Outcome.COMPLETED


def test_a_late_begin_does_not_undo_an_end() -> None:
    record = make.record()
    store.write([record], {})
    assert store.write([make.pending(record)], {}) == []
    store.write([record, make.pending(record)], {})
    assert CapturedRequest.objects.get().outcome == Outcome.COMPLETED


def test_a_pending_request_may_already_have_its_body() -> None:
    record = make.record(request=b"the prompt", history=(b"h" * 16,))
    begun = make.renamed(make.pending(record), bodies=record.bodies[:1])
    begun = make.renamed(begun, history=record.history)
    end = make.renamed(record)
    begun, end = _same_uid(begun, end)
    store.write([begun], {})
    assert bodies.read(Body.objects.get()) == b"the prompt"
    store.write([end], {})
    assert Body.objects.count() == 2
    assert CapturedRequest.objects.get().conversation is not None


def _same_uid(*records: ExchangeRecord) -> list[ExchangeRecord]:
    return [replace(record, uid=records[0].uid) for record in records]


def test_text_that_no_database_takes_is_cleaned() -> None:
    row = make.stored(
        path="/v1/\ud83d/\0",
        model="m" * 1000,
        preview="half \ud83d pair \0",
        error="e" * 5000,
        request_headers=(("x-odd", "\udcff\0"),),
        answer_preview="\ud83d",
        usage=Usage(input=2**80, output=-1),
        duration_ms=float("nan"),
        reported_cost_usd=Decimal("1E+30"),
        status=99_999,
    )
    assert row.path == "/v1/\ufffd/\ufffd"
    assert len(row.model) == 255
    assert row.preview == "half \ufffd pair \ufffd"
    assert (row.input_tokens, row.output_tokens, row.duration_ms) == (None, None, None)
    assert (row.reported_cost_usd, row.status) == (None, None)
    assert not JournalIncident.objects.exists()


def test_a_long_path_is_stored_as_a_short_one_and_not_remembered() -> None:
    before = rows._names.cache_info().currsize
    paths = ["/v1/" + "a" * SHORT, "/v1/only-here", "/v1/only-here"]
    store.write([make.record(path=path) for path in paths], {})
    assert [row.path for row in CapturedRequest.objects.order_by("pk")] == paths
    assert rows._names.cache_info().currsize == before + 1


def test_a_cost_that_no_column_takes_is_not_known() -> None:
    costs = ("999999999999.9997", "1e300", "999999999998.5")
    quotes = [Quote(status="priced", cost_usd=Decimal(cost)) for cost in costs]
    store.write([make.record(quote=quote) for quote in quotes], {})
    rows = [(row.cost_usd, row.is_unpriced) for row in CapturedRequest.objects.all()]
    known = (Decimal(costs[-1]), False)
    assert sorted(rows, key=lambda row: row[1]) == [known, (None, True), (None, True)]


def test_a_record_that_cannot_be_stored_costs_only_itself() -> None:
    class Unreadable:
        def __len__(self) -> int:
            return 5

        def read(self) -> bytes:
            raise ValueError("this stretch of the journal is gone")

        def pieces(self) -> Iterator[bytes]:
            raise ValueError("this stretch of the journal is gone")

    body = make.body(b"12345")
    broken = CapturedBody(side=Side.REQUEST, source=Unreadable(), size=body.size)
    bad = make.record(bodies=(broken,))
    good = [make.record(), make.record()]
    changed = store.write([good[0], bad, good[1]], {A: 30}, host="h")

    assert len(changed) == 2
    assert set(CapturedRequest.objects.values_list("uid", flat=True)) == {
        record.uid for record in good
    }
    incident = JournalIncident.objects.get()
    assert incident.kind == "unreadable"
    assert str(bad.uid) in incident.message
    assert store.positions("h") == {"a.journal": 30}
    assert (store.lost("h"), store.lost("other")) == (1, 0)
    going_on = make.record(bodies=(broken,), outcome=Outcome.PENDING)
    assert store.write([going_on], {}, host="h") == []
    assert store.lost("h") == 1  # it may be stored when it has ended, and is lost once
    store.write([replace(going_on, outcome=Outcome.COMPLETED)], {}, host="h")
    store.write([make.record(bodies=(broken,))], {})  # of an import: no capture
    assert store.lost("h") == 2


def test_incidents_are_stored_with_the_batch() -> None:
    lost = store.Incident(
        kind=IncidentKind.LOST, segment="a.journal", offset=7, count=12
    )
    store.write([], {A: 9}, [lost])
    row = JournalIncident.objects.get()
    assert (row.kind, row.segment, row.offset, row.count) == (
        "lost",
        "a.journal",
        7,
        12,
    )


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_told_and_nothing_is_half_stored() -> None:
    batch = [make.record(history=(b"x" * 16,))]
    with (
        pytest.raises(OperationalError),
        connection.execute_wrapper(_fail_on("runs_hostposition")),
    ):
        store.write(batch, {A: 3})
    assert not CapturedRequest.objects.exists()
    assert not HostPosition.objects.exists()
    assert len(store.write(batch, {A: 3})) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ProgrammingError, psycopg.errors.UndefinedColumn),
        (ProgrammingError, psycopg.errors.InsufficientPrivilege),
        (InternalError, psycopg.errors.ReadOnlySqlTransaction),
    ],
)
def test_what_postgresql_refuses_of_anybody_is_no_requests_loss(
    error: type[DatabaseError], why: type[psycopg.Error]
) -> None:
    """Another host may have upgraded the database: ours keeps its journal."""
    refused = error("no")
    refused.__cause__ = why("no")
    batch = [make.record(), make.record()]
    with (
        pytest.raises(error),
        connection.execute_wrapper(_fail_on("runs_capturedrequest", refused)),
    ):
        store.write(batch, {A: 3}, host="h")
    assert not HostPosition.objects.exists()
    assert not JournalIncident.objects.exists()
    assert len(store.write(batch, {A: 3}, host="h")) == 2


@pytest.mark.django_db(transaction=True)
def test_a_column_that_only_a_newer_version_fills_is_no_requests_loss() -> None:
    """Another host has upgraded the database: what it made stays empty here."""
    table, batch = CapturedRequest._meta.db_table, [make.record(), make.record()]

    def refused(column: str) -> IntegrityError:
        return IntegrityError(f"NOT NULL constraint failed: {table}.{column}")

    with (
        pytest.raises(IntegrityError),
        connection.execute_wrapper(_fail_on(table, refused("newer"))),
    ):
        store.write(batch, {A: 3}, host="h")
    assert not HostPosition.objects.exists()
    assert store.lost("h") == 0
    with connection.execute_wrapper(_fail_on(table, refused("method"))):
        store.write(batch[:1], {A: 2}, host="h")  # ours: the record is to blame
    assert store.lost("h") == 1
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN newer int NOT NULL")
            with pytest.raises(IntegrityError):
                store.write(batch, {A: 3}, host="h")
            cursor.execute(f"ALTER TABLE {table} DROP COLUMN newer")
    assert len(store.write(batch, {A: 3}, host="h")) == 2


def _fail_on(
    table: str, error: DatabaseError | None = None
) -> Callable[[Execute, str, Any, bool, Any], Any]:
    """The database goes away at the first statement about `table`."""

    def wrapper(
        execute: Execute, sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if table in sql:
            raise error or OperationalError("database is locked")
        return execute(sql, params, many, context)

    return wrapper


@pytest.mark.django_db(transaction=True)
def test_what_memory_knows_may_be_gone_from_the_database() -> None:
    first, second, third = make.agent_session(3, session="s")
    store.write([first, second], {})
    CapturedRequest.objects.all().delete()
    Body.objects.all().delete()
    from runs.models import Conversation

    Conversation.objects.all().delete()

    assert len(store.write([third], {})) == 1
    row = CapturedRequest.objects.get()
    assert row.conversation is not None
    raw = bodies.read(row.bodies.get(side="request"))
    assert raw == third.bodies[0].source.read()


def test_facets_hold_each_value_once() -> None:
    store.write([make.record(), make.record(model="gpt-5", route="fast")], {})
    store.restart()
    store.write([make.record(path="/v1/models/gpt-5")], {})
    found = set(Facet.objects.values_list("kind", "value"))
    assert found == {
        ("provider", "openai"),
        ("model", "gpt-5-mini"),
        ("model", "gpt-5"),
        ("route", "fast"),
        ("endpoint", "/v1/chat/completions"),
        ("endpoint", "/v1/models/{model}"),
    }


def test_tools_and_sub_agents_are_facets_and_found_by_name() -> None:
    row = make.stored(tool_calls=("bash", "x", "bash"), agent="review")
    assert row.agent == "review"
    found = CalledTool.objects.filter(request=row).order_by("name")
    assert [each.name for each in found] == ["bash", "x"]
    kinds = Facet.objects.filter(kind__in=("agent", "tool")).order_by("value")
    assert [each.value for each in kinds] == ["bash", "review", "x"]


def test_ids_grow_in_the_order_of_the_records() -> None:
    records = [
        make.record(started_at=make.START - timedelta(seconds=n)) for n in range(5)
    ]
    store.write(records, {})
    newest = CapturedRequest.objects.newest_first().values_list("uid", flat=True)
    assert list(newest) == [record.uid for record in reversed(records)]
