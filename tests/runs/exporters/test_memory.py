"""Exports hold a batch of requests, however many there are (100,000 are measured)."""

from __future__ import annotations

import tracemalloc

import pytest

from runs import store
from runs.api.streaming import gathered
from runs.bodies import reader
from runs.exporters import EXPORTERS, Export, Unavailable, as_parquet, exporter
from runs.exporters.base import BATCH
from runs.models import CapturedRequest
from tests import make

pytestmark = pytest.mark.django_db

SIZE = 20_000
"""Bytes of a body: a batch of them is 4 MB."""


def peak(name: str) -> int:
    chosen = exporter(name)
    assert chosen is not None
    export = Export(CapturedRequest.objects.all())
    tracemalloc.start()
    for _ in gathered(chosen.write(export)):
        pass
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


@pytest.mark.parametrize("name", [each.name for each in EXPORTERS])
def test_memory_does_not_grow_with_the_number_of_requests(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is held at most, made less than a batch.
    monkeypatch.setattr(reader, "HELD", 100_000)
    monkeypatch.setattr(as_parquet, "BYTES", 100_000)
    chosen = exporter(name)
    assert chosen is not None
    try:
        chosen.check()
    except Unavailable as missing:
        pytest.skip(str(missing))
    add(BATCH)
    peak(name)  # whatever is loaded once
    few = peak(name)
    add(2 * BATCH)
    assert peak(name) - few < BATCH * SIZE // 2
