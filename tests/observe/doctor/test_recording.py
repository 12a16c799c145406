"""`weir doctor` about what was journalled and waits to be recorded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from observe import host_id
from observe.doctor import State, recording
from proxy.journal.losses import LossCounter
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from runs.store import journal_positions as store
from tests.proxy.test_recorder import head, tail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def journal_dir(tmp_path: Path) -> Iterator[Path]:
    with override_settings(WEIR_JOURNAL_DIR=tmp_path / "journal"):
        yield tmp_path / "journal"


def written(directory: Path, uid: bytes) -> None:
    directory.mkdir()
    journal = Journal(directory, LossCounter(directory, 1))
    journal.begin(head(uid))
    journal.finish(tail(uid))


def test_before_the_first_start_nothing_is_said() -> None:
    assert list(recording.journal()) == list(recording.losses()) == []


def test_a_journal_that_was_deleted_under_its_reader_is_a_failure() -> None:
    store.move_on({store.JournalFile(host_id.read(settings.WEIR_DATA_DIR), "1.wj"): 5})
    [finding] = recording.journal()
    assert finding.state is State.FAIL
    assert "directory is gone" in finding.message


def test_an_empty_journal_is_all_recorded(journal_dir: Path) -> None:
    journal_dir.mkdir()
    [finding] = recording.journal()
    assert (finding.state, finding.message) == (State.OK, "Everything is recorded.")


def test_what_has_just_come_is_the_recorders_work(journal_dir: Path) -> None:
    written(journal_dir, new_uid())
    [finding] = recording.journal()
    assert finding.state is State.OK
    assert finding.message.startswith("1 requests wait")


def test_what_waits_for_long_is_a_warning(journal_dir: Path) -> None:
    hours_ago = int.from_bytes(new_uid()[:6], "big") - 7_200_000
    written(journal_dir, hours_ago.to_bytes(6, "big") + os.urandom(10))
    [finding] = recording.journal()
    assert finding.state is State.WARN
    assert "the oldest for 7,2" in finding.message
    assert "weir serve" in finding.todo
