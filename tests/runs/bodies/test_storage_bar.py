"""The storage promise: what an agent's session costs on disk (docs/storage.md)."""

from __future__ import annotations

import pytest
from django.db import connection

from runs import bodies, store
from runs.models import Body, CapturedRequest
from tests import make

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="measures SQLite's file"),
]

CALLS = 60
FILE = store.JournalFile("host", "segment")


def pages_in_use() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute("PRAGMA freelist_count")
        (free,) = cursor.fetchone()
    return int(pages) - int(free)


def test_an_agent_session_takes_at_most_four_percent_of_its_raw_bytes() -> None:
    # A first session fills the pages that an empty database has anyway.
    store.write(make.agent_session(20, session="warm-up", seed=7), {})
    session = make.agent_session(CALLS, session="measured", seed=8)
    raw = sum(body.size for record in session for body in record.bodies)
    before = pages_in_use()

    for start in range(0, CALLS, 3):  # as it comes in: a few records a batch
        store.write(session[start : start + 3], {FILE: start})

    stored = (pages_in_use() - before) * 4096
    assert raw > 5_000_000
    assert stored / raw < 0.04, f"{stored / raw:.2%} of {raw:,} bytes"


def test_every_body_of_the_session_comes_back_identical() -> None:
    session = make.agent_session(CALLS, session="identical", seed=9)
    store.write(session, {})

    for record in session:
        found = Body.objects.filter(request__uid=record.uid)
        back = {body.side: bodies.read(body) for body in found}
        assert back == {body.side: body.source.read() for body in record.bodies}
    assert CapturedRequest.objects.values("conversation").distinct().count() == 1
