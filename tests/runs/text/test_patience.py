"""`patience.py`: what takes too long ends, and nothing else is touched."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from runs.text.patience import TookTooLong, at_most

pytestmark = pytest.mark.django_db
LONG = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000000)"
    " SELECT sum(i) FROM n"
)


def ask(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_what_takes_too_long_ends_and_the_connection_goes_on() -> None:
    with pytest.raises(TookTooLong), at_most(0.05, "default"):
        ask(LONG)
    with at_most(5, "default"):
        assert ask("SELECT 1") == 1
    assert ask(LONG.replace("30000000", "300000")) == 45000150000


def test_another_fault_is_told_as_it_is() -> None:
    with pytest.raises(DatabaseError, match="nowhere"), at_most(5, "default"):
        ask("SELECT 1 FROM nowhere")
