"""Marks tests by what they use, so that no list of them has to be kept.

`tests/conftest.py` asks at collection; `tests/suite.py` and `make quick` choose.
"""

from __future__ import annotations

import pytest

ALONE = "alone"
"""What measures time or memory: a mark that tests give themselves."""
SERVERS = frozenset({"line", "desk"})
"""Shared fixtures with a real `weir serve` behind them."""
DATABASE = frozenset({"db", "transactional_db"})
IN_MEMORY = frozenset({"seeded_book"})
"""Rows that were read once: one database is enough for what is worked out from them."""
CALCULATE = frozenset(
    {
        "test_sessions.py",
        "test_api_odd_values.py",
        "test_memory.py",
        "test_retention.py",
    }
)
"""Ten seconds and more without a pause: beside them, servers are waited for."""


def mark(items: list[pytest.Item]) -> None:
    """`server` starts processes, so it waits; `database` runs on PostgreSQL too."""
    for item in items:
        fixtures = frozenset(getattr(item, "fixturenames", ()))
        if fixtures & SERVERS or hasattr(getattr(item, "module", None), "WeirServer"):
            item.add_marker("server")
        if _reads_rows(item, fixtures):
            item.add_marker("database")


def _reads_rows(item: pytest.Item, fixtures: frozenset[str]) -> bool:
    if item.get_closest_marker("any_database") or fixtures & IN_MEMORY:
        return False
    return bool(fixtures & DATABASE or item.get_closest_marker("django_db"))


def long_ones_first(items: list[pytest.Item]) -> None:
    """What is long and comes last leaves the other workers with nothing to do."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.path.name in CALCULATE:
        return 0
    return 1 if item.get_closest_marker("server") else 2
