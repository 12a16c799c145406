"""The journal is read on from where the database stands, each record once."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from proxy.journal import reader as journal_reader, writer
from proxy.journal.losses import LossCounter
from proxy.journal.reader import Batch, JournalReader
from proxy.journal.segments import JournalledBody, held, segments
from proxy.journal.writer import Journal
from runs.incident import IncidentKind
from runs.record import BodyAway, Side
from tests.proxy.journal.test_writer import UID, head, tail

OTHER = bytes(16)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path, LossCounter(tmp_path, 1))


@pytest.fixture
def reader(tmp_path: Path) -> JournalReader:
    return JournalReader(tmp_path, {})


def exchange(journal: Journal, uid: bytes = UID) -> None:
    journal.begin(head(uid))
    journal.finish(tail(uid))


def ended(batch: Batch) -> list[bytes]:
    return [each.exchange.head.uid for each in batch.over]


def test_an_empty_journal_gives_an_empty_batch(reader: JournalReader) -> None:
    assert not reader.gather()


def test_what_is_over_comes_once_it_is_committed(
    journal: Journal, reader: JournalReader
) -> None:
    exchange(journal)
    batch = reader.gather()
    [segment] = segments(journal.directory)
    assert ended(batch) == [UID]
    assert batch.positions == {segment.name: segment.size()}
    reader.committed(batch)
    assert not reader.gather()


def test_an_exchange_that_goes_on_is_shown_once(
    journal: Journal, reader: JournalReader
) -> None:
    journal.begin(head())
    first = reader.gather()
    assert [each.head.uid for each in first.shown] == [UID]
    reader.committed(first)
    assert not reader.gather()
    journal.finish(tail())
    last = reader.gather()
    assert (ended(last), last.shown) == ([UID], [])


def test_a_file_that_is_gone_for_a_moment_ends_nothing(
    journal: Journal, reader: JournalReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.begin(head())
    reader.committed(reader.gather())
    found = segments(journal.directory)
    content = found[0].path.read_bytes()
    found[0].path.unlink()  # behind the reader's back, when it had listed it
    monkeypatch.setattr(journal_reader, "segments", lambda directory: found)
    assert reader.gather().over == []
    found[0].path.write_bytes(content)
    assert ended(reader.gather()) == [UID]  # nobody writes to it


def test_a_body_whose_file_is_gone_is_away_and_no_damage(journal: Journal) -> None:
    exchange(journal)
    [segment] = segments(journal.directory)
    body, another = (JournalledBody(((segment, 0, 10),), b"") for _ in range(2))
    assert len(body.read()) == 10
    segment.path.unlink()
    assert len(body.read()) == 10  # as long as its batch is stored
    with pytest.raises(BodyAway):
        another.read()
    held.let_go()
    with pytest.raises(BodyAway):
        body.read()


def test_a_young_exchange_waits_for_its_end(
    journal: Journal, reader: JournalReader
) -> None:
    soon = int((time.time() + 60) * 1_000_000)
    journal.begin(msgspec.structs.replace(head(), started_us=soon))
    assert reader.gather().shown == []


def test_a_reader_that_starts_again_knows_what_was_open(journal: Journal) -> None:
    journal.begin(head())
    journal.piece(UID, Side.RESPONSE, 0, b"piece")
    [segment] = segments(journal.directory)
    stored = {segment.name: segment.size()}
    again = JournalReader(journal.directory, stored)
    journal.finish(tail())
    [over] = again.gather().over
    assert over.exchange.head == head()
    [(_, offset, length)] = over.exchange.spans[Side.RESPONSE]
    assert segment.span(offset, length) == b"piece"


def test_a_worker_that_is_gone_leaves_nothing_open(
    journal: Journal, reader: JournalReader
) -> None:
    journal.begin(head())
    reader.committed(reader.gather())
    journal.close()  # what the kernel does for a killed process
    [over] = reader.gather().over
    assert over.tail.error_code == "WORKER_KILLED"


def test_a_worker_that_lives_keeps_its_exchanges_beside_one_that_is_gone(
    journal: Journal, reader: JournalReader
) -> None:
    gone = Journal(journal.directory, journal.losses)
    journal.begin(head())
    gone.begin(head(OTHER))
    gone.close()
    assert ended(reader.gather()) == [OTHER]


def test_a_torn_end_is_told_and_skipped_when_its_writer_is_gone(
    journal: Journal, reader: JournalReader
) -> None:
    exchange(journal)
    [segment] = segments(journal.directory)
    whole = segment.size()
    with segment.path.open("ab") as file:
        file.write(segment.span(0, 20))
    batch = reader.gather()
    assert (batch.incidents, batch.positions) == ([], {segment.name: whole})
    reader.committed(batch)
    assert not reader.gather(), "its writer may still be in the middle of it"
    journal.close()
    [incident] = (batch := reader.gather()).incidents
    assert (incident.kind, incident.offset) == (IncidentKind.TORN, whole)
    assert "20 bytes" in incident.message
    assert batch.positions == {segment.name: whole + 20}


def test_a_corrupt_stretch_is_told_and_reading_goes_on(
    journal: Journal, reader: JournalReader
) -> None:
    exchange(journal)
    [segment] = segments(journal.directory)
    start = segment.size()
    exchange(journal, OTHER)
    data = bytearray(segment.path.read_bytes())
    data[start + 20] ^= 0xFF  # in the head of the second exchange
    segment.path.write_bytes(data)
    batch = reader.gather()
    assert ended(batch) == [UID]
    [incident] = batch.incidents
    assert (incident.kind, incident.offset) == (IncidentKind.CORRUPT, start)
    assert batch.positions == {segment.name: len(data)}


def test_a_large_journal_comes_in_batches_with_nothing_left_out(
    journal: Journal, reader: JournalReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_reader, "READ_AT_ONCE", 1000)
    monkeypatch.setattr(journal_reader, "ENOUGH", 500)
    monkeypatch.setattr(journal_reader, "FEW", 8)
    monkeypatch.setattr(journal_reader, "MOST_READ", 20_000)
    monkeypatch.setattr(writer, "SEGMENT_SIZE", 1500)
    uids = [number.to_bytes(16, "big") for number in range(60)]
    for number, uid in enumerate(uids):
        journal.begin(head(uid))
        if number >= 30:  # large ones
            journal.piece(uid, Side.RESPONSE, 0, b"x" * 4000)
        journal.finish(tail(uid))
    assert len(segments(journal.directory)) > 2
    batches: list[Batch] = []
    while batch := reader.gather():
        reader.committed(batch)
        batches.append(batch)
    assert [uid for batch in batches for uid in ended(batch)] == uids
    few, large = ended(batches[0]), ended(batches[-2])
    assert 8 <= len(few) < 20, "small ones fill a batch"
    assert 4 <= len(large) < 8, "of large ones it takes several, and not many"


def test_stored_files_of_the_dead_are_swept(
    journal: Journal, reader: JournalReader
) -> None:
    exchange(journal)
    [segment] = segments(journal.directory)
    journal.close()
    assert reader.done() == []
    assert segment.path.exists(), "it isn't in the database yet"
    reader.committed(reader.gather())
    assert reader.sweep(reader.done()) == [segment.name]
    assert not segment.path.exists()
    reader.forget([segment.name])
    assert reader.sweep(reader.done()) == []


def test_the_file_of_a_living_writer_stays(
    journal: Journal, reader: JournalReader
) -> None:
    exchange(journal)
    reader.committed(reader.gather())
    assert reader.sweep(reader.done()) == []
    assert len(segments(journal.directory)) == 1


def test_the_place_in_a_file_that_vanished_is_kept_for_a_while(
    journal: Journal, reader: JournalReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange(journal)
    reader.committed(reader.gather())
    [segment] = segments(journal.directory)
    segment.path.unlink()
    assert reader.sweep(reader.done()) == [], "its writer may put it back"
    monkeypatch.setattr(journal_reader, "FORGET_AFTER_S", -1.0)
    assert reader.sweep(reader.done()) == [segment.name]
