"""Fixtures for every room. The database is a real file or a real PostgreSQL.

SQLite by default; `tests/suite.py` runs the same tests on PostgreSQL (`DATABASE_URL`).
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Generator, Iterator

import pytest

from tests import selection
from tests.server import WeirServer


def pytest_report_header() -> str:
    from django.conf import settings
    from django.db import connection

    return f"weir: database {connection.vendor}, data {settings.WEIR_DATA_DIR}"


def pytest_configure() -> None:
    """A shell's `&` lets what it starts ignore Ctrl-C, and so would the commands that
    tests start: they would never hear it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Marked before `-m` chooses, sorted after pytest-django has sorted."""
    selection.mark(items)
    yield
    selection.long_ones_first(items)


def pytest_collection_finish() -> None:
    """Thousands of tests lie in memory by now: nothing of it is ever garbage."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What measures a server's time or memory wants it started as anybody starts it."""
    WeirServer.is_forked = item.get_closest_marker(selection.ALONE) is None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    from tests import emptying

    emptying.install()


@pytest.fixture(autouse=True)
def _forget_what_the_store_remembers() -> Iterator[None]:
    """The recorder's memory is of rows; a test's rows are gone when it ends."""
    yield
    from runs import store

    store.restart()
