"""What is known of an exchange between its first record and its last."""

from __future__ import annotations

from pathlib import Path

from proxy.journal.format import Frame, Head, Tail, frames, pack, pack_part
from proxy.journal.open_exchanges import Finished, OpenExchanges, last_known
from proxy.journal.segments import Segment
from runs.record import Outcome, Side
from tests.proxy.journal.test_writer import UID, head, tail

FIRST = Segment(Path("0001-7-000001.wj"))
SECOND = Segment(Path("0001-7-000002.wj"))
OTHER = bytes(16)


def take(
    known: OpenExchanges, record: Head | Tail | bytes, segment: Segment = FIRST
) -> Finished | None:
    """One record, or a piece of the answer, as it stands in `segment`."""
    if isinstance(record, bytes):
        data = pack_part(UID, Side.RESPONSE, record)
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
    assert over.exchange.writer == "0001-7"
    assert known.all() == []
    assert take(known, tail()) is None, "its end comes once"


def test_pieces_are_found_where_they_stand_in_order() -> None:
    known = begun()
    take(known, b"one", FIRST)
    take(known, b"fourth", SECOND)
    [exchange] = known.all()
    spans = exchange.spans[Side.RESPONSE]
    assert [(segment, length) for segment, _, length in spans] == [
        (FIRST, 3),
        (SECOND, 6),
    ]


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
