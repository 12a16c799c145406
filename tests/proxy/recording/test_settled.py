"""Two writers at once, on PostgreSQL: no request is passed that comes late."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Event, Thread

import pytest
from django.db import connection

from proxy.recording.indexing import TextIndexer
from runs import sql, store
from runs.models import CapturedRequest
from runs.record import ExchangeRecord
from runs.store.figures import RollupWriter
from runs.store.writer import Store
from tests.proxy.recording.test_indexing import call, found, indexed

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'"),
]


class Held(RollupWriter):
    """Figures are written last, so its ids are reserved when it waits here."""

    def __init__(self) -> None:
        super().__init__()
        self.has_ids, self.may_end = Event(), Event()

    def add(self, stored: Iterable[tuple[ExchangeRecord, sql.Row]]) -> None:
        self.has_ids.set()
        self.may_end.wait(60)
        super().add(stored)


def test_words_of_an_import_are_found_that_ends_after_the_recorder() -> None:
    # Names that both tell are there already: nobody waits for them.
    store.write([call("alpha", session="s0")], {})
    indexer, held = TextIndexer(), Held()
    assert indexed(indexer) == 1

    def imports() -> None:
        importer = Store()
        importer._rollups = held
        importer.write([call("bravo", session="s1")], {}, (), "")
        connection.close()

    thread = Thread(target=imports)
    thread.start()
    assert held.has_ids.wait(60)
    store.write([call("charlie", session="s2")], {})
    assert indexed(indexer) == 0
    held.may_end.set()
    thread.join(60)

    assert indexed(indexer) == 2
    assert found("bravo") < found("charlie")
    assert found("bravo")
    assert CapturedRequest.objects.count() == 3
