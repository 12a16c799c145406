"""Exports hold a batch of requests, however many there are (100,000 are measured)."""

from __future__ import annotations

import tracemalloc

import pytest

from runs import store
from runs.api.streaming import gathered
from runs.bodies import reader
from runs.exporters import Export, as_parquet, available, base
from runs.models import CapturedRequest
from tests import make

pytestmark = pytest.mark.django_db

SIZE = 20_000
"""Bytes of a body."""
BATCH = 40
"""Requests in one, so that they come to more than what is held of a few."""


def written(exporter: base.Exporter) -> None:
    for _ in gathered(exporter.write(Export(CapturedRequest.objects.all()))):
        pass


def peak(exporter: base.Exporter) -> int:
    tracemalloc.start()
    written(exporter)
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return used


def add(count: int) -> None:
    text = "x" * SIZE
    records = [
        make.record(request=f'{{"n":{n},"text":"{text}"}}') for n in range(count)
    ]
    store.write(records, {})
    store.restart()


def test_memory_does_not_grow_with_the_number_of_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "BATCH", BATCH)
    # What is held at most, made less than a batch.
    monkeypatch.setattr(reader, "HELD", 100_000)
    monkeypatch.setattr(as_parquet, "BYTES", 100_000)
    add(BATCH)
    formats = available()
    assert formats
    for each in formats:
        written(each)  # whatever is loaded once
    few = {each.name: peak(each) for each in formats}
    add(2 * BATCH)
    grown = {each.name: peak(each) - few[each.name] for each in formats}
    assert max(grown.values()) < BATCH * SIZE // 2, grown
