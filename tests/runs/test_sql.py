"""Bulk statements below the ORM, read back through the ORM."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from runs import sql
from runs.models import CapturedRequest, Facet, HostPosition, JournalPosition
from tests import make

pytestmark = pytest.mark.django_db

FACET = ("kind", "value")
POSITION = ("segment", "offset")


def facets() -> list[tuple[str, str]]:
    return list(Facet.objects.order_by("pk").values_list(*FACET))


def positions() -> dict[str, int]:
    return dict(JournalPosition.objects.values_list(*POSITION))


def test_inserted_rows_come_back_as_they_were() -> None:
    """COPY has signs of its own for tabs, line ends and NULL."""
    odd = [
        "gpt\t5",
        "two\nlines",
        "\\N",
        "back\\slash",
        "it's",
        '"quoted"',
        "%s",
        "é😀",
    ]
    rows = [("model", value) for value in odd]
    sql.insert(Facet, FACET, rows)
    assert facets() == rows


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of its driver")
def test_sqlite_is_given_nothing_truth_and_bytes_as_they_are() -> None:
    given = [None, True, False, b"\0a", 7, 1.5, "a"]
    marks = ", ".join(["%s, typeof(%s)"] * len(given))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {marks}", [each for each in given for _ in "ab"])
        found = cursor.fetchone()
    kinds = ["null", "integer", "integer", "blob", "integer", "real", "text"]
    assert list(found[::2]) == given
    assert list(found[1::2]) == kinds


def test_a_time_is_written_as_django_writes_it() -> None:
    adapt = sql.Adapter()
    for told in ("2026-02-03 04:05:06", "2026-02-03 04:05:06.000700", "0001-01-01"):
        at = datetime.fromisoformat(told).replace(tzinfo=UTC)
        as_django = connection.ops.adapt_datetimefield_value(at)
        assert adapt.time(at) == as_django
        assert str(adapt.time(at)) == str(as_django)


def test_no_rows_are_no_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        sql.insert(Facet, FACET, [])
        sql.upsert(JournalPosition, POSITION, [])
        sql.update(JournalPosition, POSITION, [])
        assert sql.reserve(Facet, 0) == []
        assert sql.select("SELECT value FROM runs_facet WHERE id IN ({})", []) == []


def test_an_upsert_adds_what_is_new_and_replaces_what_is_there() -> None:
    sql.insert(JournalPosition, POSITION, [("a", 1), ("b", 2)])
    sql.upsert(JournalPosition, POSITION, [("b", 20), ("c", 30)])
    assert positions() == {"a": 1, "b": 20, "c": 30}


def test_an_upsert_may_go_by_two_columns() -> None:
    columns = ("host", "segment", "offset")
    sql.insert(HostPosition, columns, [("x", "a", 1), ("y", "a", 2)])
    sql.upsert(HostPosition, columns, [("y", "a", 3), ("y", "b", 4)], keys=2)
    found = set(HostPosition.objects.values_list(*columns))
    assert found == {("x", "a", 1), ("y", "a", 3), ("y", "b", 4)}


def test_an_update_touches_the_named_rows_alone() -> None:
    sql.insert(JournalPosition, POSITION, [("a", 1), ("b", 2)])
    sql.update(JournalPosition, POSITION, [("b", 20), ("gone", 30)])
    assert positions() == {"a": 1, "b": 20}


def test_adapted_values_come_back_as_they_were() -> None:
    row = make.stored()
    uid = UUID("0199aaaa-0000-7000-8000-00000000abcd")
    at = datetime(2026, 5, 4, 3, 2, 1, 987654, timezone(timedelta(hours=5)))
    cost = Decimal("0.0000001")
    adapt = sql.Adapter()
    values = (row.pk, adapt.uuid(uid), adapt.time(at), adapt.money(cost))
    columns = ("id", "uid", "started_at", "cost_usd")
    sql.update(CapturedRequest, columns, [values])
    found = CapturedRequest.objects.get(uid=uid)
    assert (found.pk, found.started_at, found.cost_usd) == (row.pk, at, cost)
    assert CapturedRequest.objects.filter(started_at=at, cost_usd=cost).exists()


def test_an_unknown_cost_stays_unknown() -> None:
    assert sql.Adapter().money(None) is None


def test_reserved_keys_are_new_and_in_order() -> None:
    used = set(Facet.objects.values_list("pk", flat=True))
    keys = sql.reserve(Facet, 3)
    assert len(keys) == len(set(keys) - used) == 3
    assert keys == sorted(keys)


def test_the_key_of_a_deleted_row_is_not_given_again() -> None:
    """A page that is open may still name it."""
    keys = sql.reserve(Facet, 2)
    rows = [(key, "model", str(key)) for key in keys]
    sql.insert(Facet, ("id", *FACET), rows)
    Facet.objects.all().delete()
    assert min(sql.reserve(Facet, 2)) > max(keys)


def test_many_values_are_asked_in_steps(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    values = [f"model-{number}" for number in range(10_001)]
    wanted = [values[0], values[4_999], values[5_000], values[10_000]]
    sql.insert(Facet, FACET, [("model", value) for value in [*wanted, "another"]])
    query = "SELECT value FROM runs_facet WHERE value IN ({})"
    with django_assert_num_queries(3):
        rows = sql.select(query, iter(values))
    assert sorted(row[0] for row in rows) == sorted(wanted)


def test_a_delete_is_one_statement_and_takes_what_was_chosen(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sql.insert(Facet, FACET, [("model", "a"), ("model", "b"), ("route", "a")])
    with django_assert_num_queries(1):
        sql.delete(Facet.objects.filter(kind="model"))
    assert facets() == [("route", "a")]
