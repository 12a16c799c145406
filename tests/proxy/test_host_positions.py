"""Hosts on one database: each one's recorder starts again and nothing comes back.

Real journals, a real database; each host is a data directory of its own. One host is
what SQLite has.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from proxy.journal import status as journal_status
from proxy.journal.losses import LossCounter
from proxy.journal.segments import segments
from proxy.journal.writer import Journal
from proxy.recorder import Recorder
from runs import store
from runs.keeping.retention import Rule, prune
from runs.models import CapturedRequest, HostPosition, JournalPosition
from tests.proxy.test_recorder import drain, exchange

pytestmark = pytest.mark.django_db(transaction=True)


class Host:
    """A worker's journal, and a recorder that is killed and started again."""

    def __init__(self, home: Path, name: str) -> None:
        self.name = name
        self.directory = home / name
        self.directory.mkdir()
        self.journal = Journal(self.directory, LossCounter(self.directory, 1))

    def call(self) -> UUID:
        return UUID(bytes=exchange(self.journal))

    def restart(self) -> None:
        store.restart()
        drain(Recorder(self.directory, self.name))

    def waits(self) -> tuple[int, int]:
        status = journal_status.read(self.directory, self.name)
        return status.waiting_records, status.waiting_bytes

    def files(self) -> set[str]:
        return {segment.name for segment in segments(self.directory)}

    def becomes_one_of_01(self) -> None:
        """The tables as 0.1 left them: positions by file name alone."""
        for segment, offset in store.positions(self.name).items():
            JournalPosition.objects.create(segment=segment, offset=offset)
        HostPosition.objects.filter(host=self.name).delete()


@pytest.fixture
def hosts(tmp_path: Path) -> tuple[Host, Host]:
    return Host(tmp_path, "one"), Host(tmp_path, "two")


def stored() -> list[UUID]:
    return sorted(CapturedRequest.objects.values_list("uid", flat=True))


def prune_all() -> None:
    list(prune(Rule(before=timezone.now()), rest=0))
    assert stored() == []


@pytest.mark.parametrize("number", [1, 2])
def test_what_was_deleted_stays_deleted(hosts: tuple[Host, Host], number: int) -> None:
    for _ in range(3):
        called = sorted(host.call() for host in hosts[:number])
        for host in hosts[:number] * 2:
            host.restart()
        assert stored() == called
        assert [host.waits() for host in hosts[:number]] == [(0, 0)] * number
        prune_all()


def test_files_of_the_same_name_are_two_files(hosts: tuple[Host, Host]) -> None:
    one, two = hosts
    two.journal.writer = one.journal.writer
    called = [one.call(), two.call(), two.call()]
    one.restart()
    assert two.waits()[0] == 2
    two.restart()
    assert one.files() == two.files()
    assert stored() == sorted(called)


def test_a_recorder_drops_the_positions_of_its_own_files_alone(
    hosts: tuple[Host, Host],
) -> None:
    for host in hosts:
        host.call()
        host.restart()
    one, two = hosts
    one.journal.close()
    one.restart()
    assert one.files() == set()
    one.restart()
    assert (store.positions("one"), set(store.positions("two"))) == ({}, two.files())


def test_two_hosts_of_01_are_upgraded_one_after_the_other(
    hosts: tuple[Host, Host],
) -> None:
    for host in hosts:
        host.call()
        host.restart()
        host.becomes_one_of_01()
    prune_all()
    one, two = hosts
    fresh = [one.call(), two.call()]
    assert [host.waits()[0] for host in hosts] == [1, 1]

    one.restart()
    left = JournalPosition.objects.all()
    assert set(left.values_list("segment", flat=True)) == two.files()
    # The other still runs 0.1, which drops whatever isn't its own.
    left.exclude(segment__in=two.files()).delete()
    one.restart()
    assert stored() == fresh[:1]

    two.restart()
    assert (stored(), left.exists()) == (sorted(fresh), False)
    assert [host.waits() for host in hosts] == [(0, 0)] * 2


def test_positions_of_01_count_where_it_ran_again_in_between(
    hosts: tuple[Host, Host],
) -> None:
    host = hosts[0]
    host.call()
    host.restart()
    [(segment, offset)] = store.positions("one").items()
    host.call()
    host.restart()
    host.becomes_one_of_01()
    HostPosition.objects.create(host="one", segment=segment, offset=offset)
    prune_all()
    host.restart()
    assert stored() == []
