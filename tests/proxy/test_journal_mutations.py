"""A journal in which any bytes were changed costs what they touch, and nothing else.

`WEIR_MUTATIONS=167` runs the long form. Each is made from its number, so that one that
fails can be played again.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from proxy.journal import reader
from proxy.journal.format import BodyTail, Frame, frames, suspect
from proxy.journal.losses import LossCounter
from proxy.journal.segments import segments
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from proxy.recorder import Recorder
from runs import bodies, store
from runs.models import CapturedRequest, JournalIncident
from runs.record import Side
from tests.proxy.test_recorder import HOST, drain, head, tail

pytestmark = pytest.mark.django_db(transaction=True)

MUTATIONS = int(os.environ.get("WEIR_MUTATIONS", "42"))
EXCHANGES = 6
PIECES = 3


@dataclass(frozen=True)
class Written:
    """What a journal file has, and which of its bytes belong to whom."""

    data: bytes
    answers: dict[UUID, bytes]
    records: list[tuple[int, int, UUID]]


def written(directory: Path, seed: int) -> Written:
    """Exchanges that run beside each other, as in a worker."""
    rng = random.Random(seed)
    journal = Journal(directory, LossCounter(directory, 1))
    answers: dict[UUID, bytes] = {}
    uids = [new_uid() for _ in range(EXCHANGES)]
    for uid in uids:
        journal.begin(head(uid))
    for number in range(PIECES):
        for uid in rng.sample(uids, EXCHANGES):
            journal.piece(uid, Side.RESPONSE, number * 100, bytes([65 + number]) * 100)
    for uid in rng.sample(uids, EXCHANGES):
        body = BodyTail(Side.RESPONSE, b"end", 303, 303, b"")
        journal.finish(tail(uid, response_headers=[], bodies=[body]))
        answers[UUID(bytes=uid)] = b"A" * 100 + b"B" * 100 + b"C" * 100 + b"end"
    journal.close()
    [segment] = segments(directory)
    data = segment.path.read_bytes()
    records = []
    for found in frames(memoryview(data), 0):
        assert isinstance(found, Frame)
        uid, _ = suspect(memoryview(data)[found.start : found.end])
        records.append((found.start, found.end, UUID(bytes=uid)))
    return Written(data, answers, records)


Mutation = Callable[[bytes, random.Random], tuple[bytes, int, int]]
"""Gives the changed bytes, and which stretch of the old ones it touched."""


def flip_a_bit(data: bytes, rng: random.Random) -> tuple[bytes, int, int]:
    at = rng.randrange(len(data))
    changed = data[at] ^ 1 << rng.randrange(8)
    return data[:at] + bytes([changed]) + data[at + 1 :], at, at + 1


def write_over(data: bytes, rng: random.Random) -> tuple[bytes, int, int]:
    at = rng.randrange(len(data))
    noise = rng.randbytes(rng.randrange(1, 400))
    return data[:at] + noise + data[at + len(noise) :], at, at + len(noise)


def zero(data: bytes, rng: random.Random) -> tuple[bytes, int, int]:
    """As a power cut leaves a page that was never written."""
    at, size = rng.randrange(len(data)), rng.randrange(1, 600)
    return (
        data[:at] + bytes(len(data[at : at + size])) + data[at + size :],
        at,
        at + size,
    )


def leave_out(data: bytes, rng: random.Random) -> tuple[bytes, int, int]:
    at, size = rng.randrange(len(data)), rng.randrange(1, 300)
    return data[:at] + data[at + size :], at, at + size


def put_in(data: bytes, rng: random.Random) -> tuple[bytes, int, int]:
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(rng.randrange(1, 200)) + data[at:], at, at + 1


def double(data: bytes, rng: random.Random) -> tuple[bytes, int, int]:
    at, size = rng.randrange(len(data)), rng.randrange(1, 800)
    return data[: at + size] + data[at:], at, at + size


def end_early(data: bytes, rng: random.Random) -> tuple[bytes, int, int]:
    at = rng.randrange(len(data))
    return data[:at], at, len(data)


KINDS = (flip_a_bit, write_over, zero, leave_out, put_in, double, end_early)


@pytest.mark.parametrize("number", range(MUTATIONS))
def test_a_mutation(
    tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STUCK_S", 0.0)
    store.restart()
    old = written(tmp_path, number)
    rng = random.Random(number)
    data, start, end = KINDS[number % len(KINDS)](old.data, rng)
    [segment] = segments(tmp_path)
    segment.path.write_bytes(data)
    drain(Recorder(tmp_path, HOST))
    touched = {uid for a, b, uid in old.records if a < end and start < b}
    rows = {row.uid: row for row in CapturedRequest.objects.all()}
    told = " ".join(JournalIncident.objects.values_list("message", flat=True))
    for uid, answer in old.answers.items():
        row = rows.pop(uid, None)
        body = row.bodies.filter(side="response").first() if row else None
        kept = bodies.read(body) if body else None
        if uid not in touched:
            assert kept == answer
            assert row is not None
            assert (row.outcome, list(row.detail.notes)) == ("completed", [])
        elif row is not None and kept != answer:
            # Its beginning, and a word that it is not all.
            assert kept is None or answer.startswith(kept)
            assert row.outcome == "interrupted" or row.is_cut
        elif row is None:
            assert str(uid) in told or "no record" in told
    assert rows == {}, "nothing is made up"
    assert not list(segments(tmp_path)) or told or touched
