"""Fixtures for every room. The database is a real file or a real PostgreSQL.

SQLite by default; `python -m tests.postgres -- pytest …` runs the same tests on
PostgreSQL (`DATABASE_URL`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest


def pytest_report_header() -> str:
    from django.conf import settings
    from django.db import connection

    return f"weir: database {connection.vendor}, data {settings.WEIR_DATA_DIR}"


@pytest.fixture(autouse=True)
def _forget_what_the_store_remembers() -> Iterator[None]:
    """The recorder's memory is of rows; a test's rows are gone when it ends."""
    yield
    from runs import store

    store.restart()
