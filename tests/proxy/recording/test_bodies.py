"""What was sent is told by what was changed, and put together again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from proxy.exchange import Inbound
from proxy.journal.format import Head
from proxy.journal.live_exchange import Capturing, LiveExchange
from proxy.journal.losses import LossCounter
from proxy.journal.masking import Masker
from proxy.journal.reader import JournalReader
from proxy.journal.writer import Journal
from proxy.recording.bodies import ChangedBody, bodies_of
from proxy.request_body import Edit, RequestBody, apply
from proxy.scratch import ScratchSpace
from proxy.tasks import spawn
from runs.record import BodySource, CapturedBody, InlineBody, Outcome, Side
from tests.proxy.make_target import target

MIB = 1 << 20
TAIL = b', "end": 1}'
ASKED = Inbound(
    method="POST", raw_path=b"/v1", query=b"", headers=[], client="", host=""
)
EDITS = [Edit(1, 1, b'"stream_options":{"include_usage":true},'), Edit(4, 7, b"m-2")]


class Full(Journal):
    """There is no room for a piece."""

    def piece(self, uid: bytes, side: Side, at: int, piece: bytes) -> bool:
        return False


def read_back(
    directory: Path, size: int, limit: int, kind: type[Journal] = Journal
) -> tuple[Head, dict[Side, CapturedBody], bytes]:
    """What the recorder finds of a changed request of this size, and what it was."""
    directory.mkdir(exist_ok=True)
    journal = kind(directory, LossCounter(directory, 1))
    exchange = LiveExchange(ASKED, Capturing(journal, Masker("s"), limit))
    data = b'{"m-1": "%s"' % (b"x" * (size - 10 - len(TAIL))) + TAIL
    body = RequestBody(data=data, size=len(data))
    sent = body.edited(EDITS)
    if exchange.begin(target(), body, sent):
        asyncio.run(exchange.keep(body, sent))
    exchange.finish(Outcome.COMPLETED)
    journal.close()
    return *read(directory), data


def read(directory: Path) -> tuple[Head, dict[Side, CapturedBody]]:
    reader = JournalReader(directory, {})
    while not (batch := reader.gather()).over:
        reader.committed(batch)
    [over] = batch.over
    return over.exchange.head, bodies_of(over.exchange, over.tail)


@pytest.mark.parametrize("size", [100, 50_000, 400_000, MIB])
def test_what_was_sent_is_kept_once(tmp_path: Path, size: int) -> None:
    _, found, data = read_back(tmp_path, size, 32 * MIB)
    assert list(found) == [Side.REQUEST, Side.SENT]
    sent, asked = found[Side.SENT], found[Side.REQUEST]
    assert asked.source.read() == data
    assert sent.source.read() == apply(data, EDITS)
    assert (sent.size, len(sent.source)) == (len(apply(data, EDITS)),) * 2
    assert asked.sha256 is sent.sha256 is None, "the store works them out"
    written = sum(file.stat().st_size for file in tmp_path.glob("*.wj"))
    assert written < size + 1000


@pytest.mark.parametrize("limit", [0, 60, 399_999, 400_005])
def test_what_is_cut_is_kept_by_itself(tmp_path: Path, limit: int) -> None:
    head, found, data = read_back(tmp_path, 400_000, limit)
    assert head.sent_changes == []
    for side, whole in ((Side.REQUEST, data), (Side.SENT, apply(data, EDITS))):
        assert found[side].source.read() == whole[:limit]
        assert found[side].size == len(whole)


def test_a_lost_request_takes_what_was_sent_along(tmp_path: Path) -> None:
    _, found, data = read_back(tmp_path, 400_000, 32 * MIB, Full)
    assert list(found) == [Side.REQUEST]
    lost = found[Side.REQUEST]
    assert (lost.size, len(lost.source), bool(lost.sha256)) == (len(data), 0, True)


@pytest.mark.parametrize("is_told", [True, False], ids=["hung up", "killed"])
def test_what_ended_while_it_was_kept_is_cut(tmp_path: Path, *, is_told: bool) -> None:
    journal = Journal(tmp_path, LossCounter(tmp_path, 1))
    exchange = LiveExchange(ASKED, Capturing(journal, Masker("s"), 32 * MIB))
    file = ScratchSpace(tmp_path).open()
    file.append(b"x" * MIB)
    body = RequestBody(file=file, size=MIB)

    async def hang_up() -> None:
        keeping = spawn(exchange.keep(body, None), "keep")
        for _ in range(8):
            await asyncio.sleep(0)
        keeping.cancel()
        await asyncio.wait([keeping])

    assert exchange.begin(target(), body)
    asyncio.run(hang_up())
    body.close()
    if is_told:
        exchange.finish(Outcome.CLIENT_GONE)
    journal.close()
    asked = read(tmp_path)[1][Side.REQUEST]
    assert 0 < len(asked.source) < MIB
    assert (asked.size, asked.is_cut) == (MIB, True)


def test_an_older_journal_tells_of_no_changes(tmp_path: Path) -> None:
    head, _, _ = read_back(tmp_path, 100, MIB)
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(head))[:-1]
    older = msgspec.msgpack.decode(msgspec.msgpack.encode(fields), type=Head)
    assert older == msgspec.structs.replace(head, sent_changes=[])


class InPieces(InlineBody):
    """Of three bytes each."""

    def pieces(self):  # type: ignore[no-untyped-def]
        yield from (self.data[at : at + 3] for at in range(0, len(self.data), 3))


@pytest.mark.parametrize("source", [InlineBody, InPieces])
def test_changes_anywhere(source: type[InlineBody]) -> None:
    data = b"0123456789"
    for start in range(10):
        for end in range(start, 11):
            for then in range(end, 10):
                edits = [Edit(start, end, b"new"), Edit(then, then + 1, b"")]
                made: BodySource = ChangedBody(
                    source(data), tuple((e.start, e.end, e.text) for e in edits)
                )
                wanted = apply(data, edits)
                assert (made.read(), len(made)) == (wanted, len(wanted))
