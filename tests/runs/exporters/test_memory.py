"""Exports hold a batch of requests, however many there are (100,000 are measured)."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from runs import bodies, store
from runs.api.streaming import gathered
from runs.bodies import compression, reader
from runs.exporters import Export, as_parquet, available, base, exporter
from runs.models import Body, BodyPart, CapturedRequest
from runs.models.body import Encoding
from runs.record import InlineBody, Side
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


class InPieces(InlineBody):
    """As the journal gives a large one."""

    def pieces(self) -> Iterator[bytes]:
        step = 1024 * 1024
        for at in range(0, len(self.data), step):
            yield self.data[at : at + step]


def test_a_zip_of_messages_holds_a_piece_of_a_large_body() -> None:
    size = 24 * 1024 * 1024
    answer = make.body(b"", Side.RESPONSE, size=size)
    noise = InPieces(random.Random(1).randbytes(size))
    make.stored(bodies=(replace(answer, source=noise),))
    store.restart()
    [body] = Body.objects.all()
    assert body.encoding == Encoding.PARTS
    http = exporter("http")
    assert http
    written(http)  # whatever is loaded once
    assert peak(http) < size // 3
    BodyPart.objects.filter(index=0).update(data=compression.compress(b"another"))
    with pytest.raises(bodies.DamagedBody):
        written(http)
