"""`runs/keeping/room.py`: SQLite has it for that time only."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from runs.keeping import room

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_deletes_much_has_room_for_that_time_only() -> None:
    if connection.vendor != "sqlite":
        with room.roomy():
            return

    def told() -> list[int]:
        return [room.pragma(name) for name in ("cache_size", "temp_store")]

    before = told()
    with room.roomy():
        assert told() == [-room.PAGES_KIB, room.IN_MEMORY]
    assert told() == before


def test_within_a_transaction_it_stays_as_it_is() -> None:
    with transaction.atomic(), room.roomy(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # a setting refused would have broken it
        assert cursor.fetchone() == (1,)
