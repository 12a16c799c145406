"""`runs/keeping/shrinking.py`: the file gets smaller, whatever way it was made."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from runs import store
from runs.keeping import retention, shrinking
from runs.keeping.retention import Rule
from runs.keeping.room import pragma
from runs.models import CapturedRequest
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def database() -> Path:
    return Path(connection.settings_dict["NAME"])


def fill_and_prune(requests: int = 40) -> None:
    noise = random.Random(5)
    records = [make.record(request=noise.randbytes(100_000)) for _ in range(requests)]
    store.write(records, {})
    for _ in retention.prune(Rule(timezone.now() + timedelta(days=1)), rest=0):
        pass
    assert not CapturedRequest.objects.exists()


@pytest.fixture
def _as_before() -> Iterator[None]:
    """Whatever a test made of the file, the next one has a plain one again."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA auto_vacuum = 0")
        cursor.execute("VACUUM")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's file")
@pytest.mark.usefixtures("_as_before")
def test_the_file_shrinks_again_and_again_beside_a_reader() -> None:
    sizes = []
    reader = sqlite3.connect(database())
    for _ in range(3):  # the first one rewrites the file, the others cut it
        fill_and_prune()
        reader.execute("SELECT count(*) FROM runs_body").fetchone()
        before = database().stat().st_size
        for _ in shrinking.shrink(rest=0):
            pass
        sizes.append((before, database().stat().st_size))
        assert pragma("freelist_count") == 0
        assert pragma("auto_vacuum") == shrinking.INCREMENTAL
    reader.close()
    assert all(before > 4_000_000 for before, _ in sizes[1:])
    assert all(after < 2_500_000 for _, after in sizes)


def test_a_new_file_is_able_to_shrink(tmp_path: Path) -> None:
    file = tmp_path / "weir.sqlite3"
    shrinking.make_file(file)
    made = sqlite3.connect(file)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("CREATE TABLE t (x)")
    assert made.execute("PRAGMA auto_vacuum").fetchone() == (shrinking.INCREMENTAL,)
    made.close()
    size = file.stat().st_size
    shrinking.make_file(file)
    assert file.stat().st_size == size


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's VACUUM")
def test_postgres_counts_its_rows_anew() -> None:
    fill_and_prune(5)
    assert list(shrinking.shrink()) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE relname = 'runs_capturedrequest'"
        )
        assert cursor.fetchone()[0] == 0
