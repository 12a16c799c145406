"""What is known of an exchange between its first record and its last."""

from __future__ import annotations

from pathlib import Path

from proxy.journal.format import (
    SIDES,
    Frame,
    Head,
    Kind,
    Tail,
    frame,
    frames,
    pack,
    pack_piece,
)
from proxy.journal.open_exchanges import Finished, OpenExchanges, last_known
from proxy.journal.segments import Segment
from runs.record import Outcome, Side
from tests.proxy.journal.test_writer import UID, head, tail

FIRST = Segment(Path("0001-7-000001.wj"))
SECOND = Segment(Path("0001-7-000002.wj"))
OTHER = bytes(16)


def take(
    known: OpenExchanges,
    record: Head | Tail | bytes,
    segment: Segment = FIRST,
    at: int = 0,
) -> Finished | None:
    """One record, or a piece of the answer, as it stands in `segment`."""
    if isinstance(record, bytes):
        data = b"".join(pack_piece(UID, Side.RESPONSE, at, record))
    else:
        data = pack(record)
    [frame] = frames(memoryview(data), 0)
    assert isinstance(frame, Frame)
    return known.take(frame, segment)


def begun() -> OpenExchanges:
    known = OpenExchanges()
    assert take(known, head()) is None
    return known


def test_an_exchange_comes_out_with_its_end_and_is_gone() -> None:
    known = begun()
    over = take(known, tail())
    assert over is not None
    assert (over.exchange.head, over.tail) == (head(), tail())
    assert over.exchange.writers == {"0001-7"}
    assert known.all() == []
    assert take(known, tail()) is None, "its end comes once"


def test_pieces_are_found_where_they_stand_in_order() -> None:
    known = begun()
    take(known, b"one", FIRST)
    take(known, b"fourth", SECOND, at=3)
    [exchange] = known.all()
    spans = exchange.spans[Side.RESPONSE]
    assert [(segment, length) for segment, _, length in spans] == [
        (FIRST, 3),
        (SECOND, 6),
    ]


def test_a_piece_counts_once_and_none_counts_behind_a_hole() -> None:
    known = begun()
    take(known, b"one", FIRST)
    take(known, b"one", SECOND)  # a copy of the file
    take(known, b"after a hole", FIRST, at=9)
    [exchange] = known.all()
    assert [length for _, _, length in exchange.spans[Side.RESPONSE]] == [3]
    take(known, b"filled", SECOND, at=3)  # the copy has what the first lost
    take(known, b"after a hole", SECOND, at=9)
    assert sum(length for _, _, length in exchange.spans[Side.RESPONSE]) == 21


def test_pieces_of_the_first_version_follow_on_each_other() -> None:
    known = begun()
    for _ in range(2):
        data = frame(Kind.PART, UID + bytes([SIDES.index(Side.RESPONSE)]) + b"old")
        [found] = frames(memoryview(data), 0)
        assert isinstance(found, Frame)
        known.take(found, FIRST)
    [exchange] = known.all()
    assert sum(length for _, _, length in exchange.spans[Side.RESPONSE]) == 6


def test_a_copied_beginning_adds_its_file_and_takes_nothing_away() -> None:
    known = begun()
    take(known, b"one", FIRST)
    take(known, head(), Segment(Path("copy-1.wj")))
    [exchange] = known.all()
    assert exchange.writers == {"0001-7", "copy"}
    assert exchange.spans[Side.RESPONSE]


def test_a_file_is_needed_while_an_open_exchange_has_a_record_in_it() -> None:
    known = begun()
    assert (known.uses(FIRST), known.uses(SECOND)) == (True, False)
    take(known, b"piece", SECOND)
    assert known.uses(SECOND)
    take(known, tail(), SECOND)
    assert (known.uses(FIRST), known.uses(SECOND)) == (False, False)


def test_a_checkpoint_keeps_its_file_and_the_exchange_open() -> None:
    known = begun()
    assert take(known, tail(final=False), SECOND) is None
    assert known.uses(SECOND)
    assert len(known.all()) == 1


def test_records_of_an_exchange_that_never_began_are_passed_over() -> None:
    known = OpenExchanges()
    assert take(known, b"piece") is None
    assert take(known, tail(final=False)) is None
    assert take(known, tail()) is None
    assert known.all() == []


def test_exchanges_do_not_mix() -> None:
    known = begun()
    take(known, head(OTHER))
    over = take(known, tail(OTHER))
    assert over is not None
    assert over.exchange.head.uid == OTHER
    assert [each.head.uid for each in known.all()] == [UID]


def test_dropping_twice_is_no_error() -> None:
    known = begun()
    [exchange] = known.all()
    known.drop(exchange)
    known.drop(exchange)
    assert known.all() == []


def test_of_a_killed_worker_the_last_checkpoint_counts() -> None:
    known = begun()
    take(known, tail(rest=b"early", final=False))
    take(known, tail(rest=b"late", final=False))
    [exchange] = known.all()
    end = last_known(exchange)
    assert (end.final, end.error_code) == (True, "WORKER_KILLED")
    assert end.error == "The worker process was killed."
    assert (end.status, end.duration_us) == (200, 5)
    assert [body.rest for body in end.bodies] == [b"late"]


def test_without_a_checkpoint_nothing_is_claimed_of_the_answer() -> None:
    [exchange] = begun().all()
    end = last_known(exchange)
    assert (end.uid, end.final, end.outcome) == (UID, True, Outcome.INTERRUPTED)
    assert (end.status, end.bodies) == (0, [])
    assert (end.upstream_us, end.first_byte_us) == (-1, -1)
