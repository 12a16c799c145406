"""The journal keeps what was appended, and says honestly what it could not keep."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec
import pytest

from proxy.journal import losses, writer
from proxy.journal.format import (
    SIDES,
    BodyTail,
    Corrupt,
    Frame,
    Head,
    Kind,
    Tail,
    frames,
    pack,
    read_head,
    read_piece,
    read_tail,
)
from proxy.journal.losses import LossCounter
from proxy.journal.segments import segments
from proxy.journal.writer import Journal
from runs.record import Outcome, Side

UID = bytes(range(16))


def head(uid: bytes = UID, body: bytes = b"{}") -> Head:
    return Head(
        uid=uid,
        started_us=1,
        method="POST",
        path="/v1/x",
        query="",
        client="",
        headers=[("a", "b")],
        provider="p",
        route="",
        reason="",
        upstream_url="",
        upstream_path="/v1/x",
        upstream_model="",
        sent_headers=[],
        request_body=body,
        request_size=len(body),
        keep_bodies=True,
    )


def whole(found: list[Frame | Corrupt], kind: Kind) -> list[Frame]:
    return [each for each in found if isinstance(each, Frame) and each.kind is kind]


def tail(uid: bytes = UID, rest: bytes = b"answer", *, final: bool = True) -> Tail:
    return Tail(
        uid=uid,
        final=final,
        outcome=Outcome.COMPLETED,
        status=200,
        response_headers=[],
        error="",
        error_code="",
        duration_us=5,
        upstream_us=1,
        first_byte_us=2,
        chunk_count=1,
        chunk_times=b"",
        bodies=[BodyTail(Side.RESPONSE, rest, len(rest), len(rest), b"")],
        notes=[],
    )


def test_a_journals_words_and_numbers_stay_what_they_were() -> None:
    """A recorder reads what workers of an older version wrote."""
    assert [(kind.name, kind.value) for kind in Kind] == [
        *(("HEAD", 1), ("PART", 2), ("TAIL", 3), ("LOSS", 4), ("PIECE", 5)),
    ]
    assert [str(side) for side in SIDES] == ["request", "sent", "response", "received"]
    assert set(SIDES) == set(Side)
    [end] = frames(memoryview(pack(tail())), 0)
    assert isinstance(end, Frame)
    plain = msgspec.msgpack.decode(end.payload)
    assert (plain[2], plain[12][0][0]) == ("completed", "response")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path, LossCounter(tmp_path, 1))


def test_records_come_back_in_order(journal: Journal) -> None:
    journal.begin(head())
    journal.piece(UID, Side.RESPONSE, 0, b"piece")
    journal.finish(tail())
    [segment] = segments(journal.directory)
    found, end = segment.read(0, 1 << 20)
    kinds = [frame.kind for frame in found if isinstance(frame, Frame)]
    assert kinds == [Kind.HEAD, Kind.PIECE, Kind.TAIL]
    assert end == segment.size()
    first, part, last = (frame for frame in found if isinstance(frame, Frame))
    assert read_head(first.payload) == head()
    assert read_tail(last.payload) == tail()
    piece = read_piece(part)
    assert (piece.uid, piece.side, piece.at) == (UID, Side.RESPONSE, 0)
    assert segment.span(piece.offset, piece.length) == b"piece"


def test_a_head_of_an_older_version_still_decodes() -> None:
    """A journal may be left over from before an upgrade, or read after going back."""
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(head()))
    older = memoryview(msgspec.msgpack.encode(fields[:-2]))
    assert (read_head(older).run_key, read_head(older).run_name) == ("", "")
    newer = memoryview(msgspec.msgpack.encode([*fields, "what comes later"]))
    assert read_head(newer) == head()


def test_a_segment_is_open_while_its_writer_lives(journal: Journal) -> None:
    journal.begin(head())
    [segment] = segments(journal.directory)
    assert segment.is_open()
    journal.close()
    assert not segment.is_open()


def test_a_full_segment_is_followed_by_another_of_the_same_writer(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SEGMENT_SIZE", 10)
    for _ in range(3):
        journal.begin(head())
    found = segments(journal.directory)
    assert len(found) == 3
    assert len({segment.writer for segment in found}) == 1
    assert [segment.is_open() for segment in found] == [False, False, True]


def test_a_torn_tail_is_not_read() -> None:
    data = pack(head()) + pack(tail())[:-3]
    found = list(frames(memoryview(data), 0))
    assert [type(each) for each in found] == [Frame]


@pytest.mark.parametrize("at", [0, 4, 5, 9, 14, 40])
def test_a_flipped_byte_costs_one_record(at: int) -> None:
    first, second = bytearray(pack(head())), pack(tail())
    first[at] ^= 0x40
    found = list(frames(memoryview(bytes(first) + second + second), 0))
    good = [each for each in found if isinstance(each, Frame)]
    bad = [each for each in found if isinstance(each, Corrupt)]
    # A damaged length may swallow what follows until the segment is closed.
    assert bad or not good
    if bad:
        assert [frame.kind for frame in good] == [Kind.TAIL, Kind.TAIL]


FULL = """
import resource, sys, signal
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from proxy.journal.losses import LossCounter
from proxy.journal.writer import Journal
from runs.record import Outcome, Side
from tests.proxy.journal.test_writer import head, tail
directory = Path(sys.argv[1])
journal = Journal(directory, LossCounter(directory, 1))
journal.begin(head())
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
journal.begin(head(b"b" * 16, b"x" * 10_000))
journal.finish(tail(b"b" * 16, b"y" * 10_000))
for number in range(40):
    journal.begin(head(number.to_bytes(16, "big"), b"z"))
"""


def test_with_a_full_disk_bodies_go_before_requests_and_both_are_counted(
    tmp_path: Path,
) -> None:
    status = os.spawnve(
        os.P_WAIT,
        sys.executable,
        [sys.executable, "-c", FULL, str(tmp_path)],
        {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert status == 0
    [segment] = segments(tmp_path)
    found, _ = segment.read(0, 1 << 20)
    heads = [read_head(each.payload) for each in whole(found, Kind.HEAD)]
    tails = [read_tail(each.payload) for each in whole(found, Kind.TAIL)]
    assert heads[1].uid == b"b" * 16
    assert heads[1].request_body == b""
    assert tails[0].notes == ["Body lost: the disk was full."]
    requests, bodies = losses.total(tmp_path)
    assert bodies == 2
    assert requests == 40 - (len(heads) - 2)
    assert requests > 0


def test_losses_are_told_once_there_is_room(journal: Journal) -> None:
    journal.begin(head())
    journal._count(requests=2)
    journal.begin(head(b"c" * 16))
    [segment] = segments(journal.directory)
    found, _ = segment.read(0, 1 << 20)
    assert whole(found, Kind.LOSS) == found[-1:]


def test_a_record_is_kept_though_its_loss_cannot_be_told_yet(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes may fit where a few more don't."""
    write, room = os.write, [False]

    def full(fd: int, data: bytes) -> int:
        is_loss = b"No room in the journal" in data
        return write(fd, data) if room[0] or not is_loss else write(fd, data[:5])

    monkeypatch.setattr(os, "write", full)
    journal._count(bodies=1)
    assert journal.begin(head())
    journal.finish(tail())
    assert journal.losses.own() == (0, 1)
    room[0] = True
    journal.finish(tail())
    [segment] = segments(journal.directory)
    found = segment.read(0, 1 << 20)[0]
    kinds = [frame.kind for frame in found if isinstance(frame, Frame)]
    assert kinds == [Kind.HEAD, Kind.TAIL, Kind.TAIL, Kind.LOSS]
