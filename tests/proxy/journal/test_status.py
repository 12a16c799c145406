"""How far recording is behind, and what was lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from proxy.journal import status as journal_status
from proxy.journal.losses import LossCounter
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from proxy.recorder import Recorder
from runs import store
from runs.incident import IncidentKind
from tests.proxy.test_recorder import HOST, head, tail

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_waits_in_an_empty_journal(tmp_path: Path) -> None:
    status = journal_status.read(tmp_path, HOST)
    assert (status.waiting_records, status.waiting_bytes, status.lag_s) == (0, 0, 0)


def test_finished_exchanges_wait_until_they_are_recorded(tmp_path: Path) -> None:
    journal = Journal(tmp_path, LossCounter(tmp_path, 1))
    for _ in range(5):
        uid = new_uid()
        journal.begin(head(uid))
        journal.finish(tail(uid))
    status = journal_status.read(tmp_path, HOST)
    assert status.waiting_records == 5
    assert status.waiting_bytes > 0
    assert 0 <= status.lag_s < 60
    recorder = Recorder(tmp_path, HOST)
    while recorder.step():
        pass
    assert journal_status.read(tmp_path, HOST).waiting_records == 0


def test_losses_of_all_workers_are_summed(tmp_path: Path) -> None:
    LossCounter(tmp_path, 1).add(requests=1, bodies=2)
    LossCounter(tmp_path, 2).add(requests=10, bodies=20)
    LossCounter(tmp_path, 1).add(requests=100, bodies=200)
    status = journal_status.read(tmp_path, HOST)
    assert (status.lost_requests, status.lost_bodies) == (111, 222)
    # What the database refused is counted with what found no room.
    refused = store.Incident(kind=IncidentKind.UNREADABLE, count=3)
    damaged = store.Incident(kind=IncidentKind.CORRUPT)
    store.write([], {}, [refused, damaged], HOST)
    assert journal_status.read(tmp_path, HOST).lost_requests == 114


def test_a_directory_that_was_deleted_a_moment_ago_is_no_error(tmp_path: Path) -> None:
    status = journal_status.read(tmp_path / "gone", HOST)
    assert (status.waiting_bytes, status.lost_requests) == (0, 0)
