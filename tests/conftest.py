"""Fixtures for every room. The database is a real file or a real PostgreSQL.

SQLite by default; `python -m tests.postgres -- pytest …` runs the same tests on
PostgreSQL (`DATABASE_URL`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

# Before Django's settings are read: a test run never touches a real data directory.
if "WEIR_TEST_DATA_DIR" not in os.environ:
    os.environ["WEIR_TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="weir-tests-")
os.environ["WEIR_DATA_DIR"] = os.environ["WEIR_TEST_DATA_DIR"]

import pytest


def pytest_report_header() -> str:
    from django.db import connection

    return f"weir: database {connection.vendor}, data {os.environ['WEIR_DATA_DIR']}"


@pytest.fixture(autouse=True)
def _forget_what_the_store_remembers() -> Iterator[None]:
    """The recorder's memory is of rows; a test's rows are gone when it ends."""
    yield
    from runs import store

    store.restart()
