"""`runs/bodies/reader.py`: many bodies in a row, the same bytes, few queries."""

from __future__ import annotations

import os

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs import store
from runs.bodies import DamagedBody, reader as body_reader
from runs.bodies.reader import BodyReader
from runs.models import Body, CapturedRequest
from runs.record import ExchangeRecord, Side
from tests import make

pytestmark = pytest.mark.django_db


def read_all(records: list[ExchangeRecord], batch: int) -> dict[str, dict[str, bytes]]:
    reader, found = BodyReader(), dict[str, dict[str, bytes]]()
    rows = list(CapturedRequest.objects.order_by("pk"))
    assert len(rows) == len(records)
    for start in range(0, len(rows), batch):
        part = rows[start : start + batch]
        bodies = reader.find([row.pk for row in part])
        for row in part:
            sides = bodies[row.pk]
            found[str(row.uid)] = {side: reader.read(sides[side]) for side in sides}
    return found


def given(records: list[ExchangeRecord]) -> dict[str, dict[str, bytes]]:
    return {
        str(each.uid): {body.side: body.source.read() for body in each.bodies}
        for each in records
    }


@pytest.mark.parametrize("batch", [1, 7, 100])
@pytest.mark.parametrize("held", [1, 400_000, body_reader.HELD])
def test_every_body_comes_back_whatever_is_held(
    batch: int, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_reader, "HELD", held)
    monkeypatch.setattr(body_reader, "GROUP", 5000)
    records = make.agent_session(25) + make.agent_session(5, seed=2)
    records.append(make.record(request=os.urandom(1_100_000), session="large"))
    store.write(records, {})
    assert read_all(records, batch) == given(records)


def test_only_one_side_is_looked_for_where_only_one_is_wanted() -> None:
    records = make.agent_session(12)
    store.write(records, {})
    rows = list(CapturedRequest.objects.order_by("pk"))
    reader = BodyReader()
    bodies = reader.find([row.pk for row in rows], Side.REQUEST)
    found = {
        str(row.uid): {side: reader.read(body) for side, body in bodies[row.pk].items()}
        for row in rows
    }
    wanted = given(records)
    assert found == {uid: {"request": wanted[uid]["request"]} for uid in wanted}


def test_a_chain_costs_no_query_a_link() -> None:
    records = make.agent_session(30)
    store.write(records, {})
    with CaptureQueriesContext(connection) as queries:
        read_all(records, 100)
    assert len(queries) <= 3


@pytest.mark.parametrize("held", [1, body_reader.HELD])
def test_a_page_is_read_from_its_newest_with_what_it_stands_on(held: int) -> None:
    records = make.agent_session(30)
    store.write(records, {})
    page = list(CapturedRequest.objects.order_by("-pk")[:5])
    reader = BodyReader(held)
    with CaptureQueriesContext(connection) as queries:
        bodies = reader.find_from_newest([row.pk for row in page])
        found = {
            str(row.uid): {
                side: reader.read(bodies[row.pk][side])
                for side in ("response", "request")
            }
            for row in page
        }
    assert found == {uid: given(records)[uid] for uid in found}
    assert len(found) == 5
    if held > 1:  # else a base is gone when it is wanted again
        assert len(queries) == 3


def test_damage_is_noticed() -> None:
    row = make.stored(request="{}" * 400)
    Body.objects.filter(request=row, side="request").update(sha256=b"\0" * 32)
    reader = BodyReader()
    with pytest.raises(DamagedBody):
        reader.read(reader.find([row.pk])[row.pk]["request"])
