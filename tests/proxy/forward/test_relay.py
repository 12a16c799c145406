"""The answer's way back: what the client has, the journal has before or beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from proxy.exchange import HeaderList
from proxy.forward import relay as module
from proxy.forward.asgi_client import AsgiClient
from proxy.forward.client import BrokenAnswer, Client
from proxy.forward.direct_client import DirectClient, Watcher
from proxy.forward.outgoing import Outgoing
from proxy.forward.relay import relay
from proxy.forward.upstream_call import Sink, UpstreamAnswer
from proxy.forward.usage_habits import UsagePlan
from proxy.journal.format import Frame, Kind, Tail, read_piece, read_tail
from proxy.journal.live_exchange import Capturing, LiveExchange
from proxy.journal.losses import LossCounter
from proxy.journal.masking import Masker
from proxy.journal.segments import segments
from proxy.journal.writer import Journal
from runs.record import Outcome
from tests.proxy.forward.test_guard import inbound
from tests.proxy.make_target import target

SSE = [(b"content-type", b"text/event-stream")]
DELTA = b'data: {"choices":[{"delta":{"content":"So"}}]}\n\n'
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n'
DONE = b"data: [DONE]\n\n"
LATE = b""
"""Nothing for a while."""


class Scripted:
    """What an upstream's body brings: pieces, and the error that ends it."""

    def __init__(
        self, pieces: Sequence[bytes], error: Exception | None, *, is_whole: bool
    ) -> None:
        self._pieces, self._error, self._is_whole = pieces, error, is_whole
        self.is_closed = False

    def whole(self) -> bytes | None:
        return b"".join(self._pieces) if self._is_whole else None

    async def pump(self, sink: Sink) -> None:
        sink.flush()
        for piece in self._pieces:
            if piece == LATE:
                await asyncio.sleep(5 * module.HELD_S)
            elif not sink.take(piece):
                await sink.drain()
        if self._error is not None:
            raise self._error

    def since_us(self) -> int:
        return 0

    async def aclose(self) -> None:
        self.is_closed = True


@dataclass(frozen=True)
class Kept:
    """What the journal holds of the exchange."""

    tails: list[Tail]
    bodies: dict[str, bytes]

    @property
    def end(self) -> Tail:
        [tail] = [tail for tail in self.tails if tail.final]
        return tail


def kept(directory: Path) -> Kept:
    """Pieces of each side, in order, and what the last word on it adds to them."""
    tails, bodies = list[Tail](), dict[str, bytes]()
    for segment in segments(directory):
        for frame in segment.read(0, 1 << 20)[0]:
            assert isinstance(frame, Frame)
            if frame.kind is Kind.TAIL:
                tails.append(read_tail(frame.payload))
            elif frame.kind is Kind.PIECE:
                piece = read_piece(frame)
                told = segment.span(piece.offset, piece.length)
                bodies[piece.side] = bodies.get(piece.side, b"") + told
    for body in tails[-1].bodies if tails else ():
        bodies[body.side] = bodies.get(body.side, b"") + body.rest
    return Kept(tails, bodies)


@dataclass
class Seen:
    """What the client got, and what the journal held each time that it got it."""

    directory: Path
    messages: list[dict[str, Any]] = field(default_factory=list)
    then_kept: list[Kept] = field(default_factory=list)
    is_broken: bool = False
    upstream_is_closed: bool = False

    async def send(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        self.then_kept.append(kept(self.directory))

    @property
    def body(self) -> bytes:
        return b"".join(each.get("body", b"") for each in self.messages)

    @property
    def end(self) -> Tail:
        return kept(self.directory).end


class Straight:
    """What the server's own answer does, for a client that is written to straight."""

    write_paused = False

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    @property
    def flow(self) -> Straight:
        return self

    def _sent(self, **message: Any) -> None:
        self._seen.messages.append(message)
        self._seen.then_kept.append(kept(self._seen.directory))

    def begin(self, status: int, headers: HeaderList) -> None:
        self._sent(status=status, headers=headers)

    def write(self, piece: bytes) -> None:
        self._sent(body=piece, more_body=True)

    def end(self, piece: bytes) -> None:
        self._sent(body=piece)

    def flush(self) -> None:
        pass

    def unwatch(self) -> None:
        pass

    def watch(self, watcher: Watcher) -> None:
        pass

    def arrived_body(self, *, is_small: bool) -> bytes | None:
        return None

    async def drain(self) -> None:
        pass


def relayed(
    directory: Path,
    pieces: Sequence[bytes],
    *,
    status: int = 200,
    headers: Sequence[tuple[bytes, bytes]] = SSE,
    error: Exception | None = None,
    plan: UsagePlan = UsagePlan.NOTHING,
    is_gone: bool = False,
    is_whole: bool = False,
    is_straight: bool = False,
) -> Seen:
    """One answer on its way through a real exchange, journalled in `directory`."""
    seen = Seen(directory)
    stream = Scripted(pieces, error, is_whole=is_whole)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def run() -> None:
        journal = Journal(directory, LossCounter(directory, 1))
        capturing = Capturing(journal, Masker("secret", ""), 1 << 20)
        asked = inbound()
        exchange = LiveExchange(asked, capturing)
        exchange.begin(target(), None)
        client: Client = AsgiClient(receive, seen.send, asked.raw_path)
        if is_straight:
            client = DirectClient(receive, Straight(seen), asked.raw_path)
        client.is_gone = is_gone
        answer = UpstreamAnswer(status, list(headers), stream)
        outgoing = Outgoing([], None, plan=plan)
        try:
            await relay(answer, target(), outgoing, exchange, client)
        except BrokenAnswer:
            seen.is_broken = True
        finally:
            journal.close()

    asyncio.run(run())
    seen.upstream_is_closed = stream.is_closed
    return seen


def test_a_stream_comes_piece_by_piece_and_whole(tmp_path: Path) -> None:
    seen = relayed(tmp_path, [DELTA, DELTA, DONE])
    pieces = [each["body"] for each in seen.messages if each.get("body")]
    assert pieces == [DELTA, DELTA, DONE]
    assert seen.end.outcome == Outcome.COMPLETED
    assert seen.upstream_is_closed


def test_the_mark_of_the_end_leaves_with_the_end_that_follows(tmp_path: Path) -> None:
    """Clients hang up at it, and their answer must be in the journal by then."""
    seen = relayed(tmp_path, [DELTA, DONE], is_straight=True)
    assert [each.get("body") for each in seen.messages[1:]] == [DELTA, DONE]
    assert [tail.final for tail in seen.then_kept[-1].tails] == [True]
    assert seen.then_kept[-1].bodies == {"response": DELTA + DONE}


@pytest.mark.parametrize(("is_straight", "late"), [(True, [LATE]), (False, [])])
def test_where_the_end_is_late_its_mark_leaves_once_the_capture_is_safe(
    tmp_path: Path, is_straight: bool, late: list[bytes]
) -> None:
    seen = relayed(tmp_path, [DELTA, DONE, *late], is_straight=is_straight)
    at = [each.get("body") for each in seen.messages].index(DONE)
    assert [tail.final for tail in seen.then_kept[at].tails] == [False]
    assert seen.then_kept[at].bodies == {"response": DELTA + DONE}
    assert [tail.final for tail in kept(tmp_path).tails] == [False, True]


@pytest.mark.parametrize("is_straight", [True, False])
@pytest.mark.parametrize("error", [None, httpx.ReadError("reset")])
def test_what_follows_the_mark_of_the_end_comes_behind_it(
    tmp_path: Path, error: Exception | None, is_straight: bool
) -> None:
    pieces = [DELTA, DONE, DELTA, DONE]
    seen = relayed(tmp_path, pieces, error=error, is_straight=is_straight)
    assert [each["body"] for each in seen.messages if each.get("body")] == pieces
    assert kept(tmp_path).bodies == {"response": (DELTA + DONE) * 2}
    assert seen.is_broken is (error is not None)


def test_what_came_before_a_long_silence_is_safe_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is killed then leaves what its client saw."""
    monkeypatch.setattr(module, "CHECKPOINT_S", 0.02)
    monkeypatch.setattr(module, "HELD_S", 0.02)
    relayed(tmp_path, [LATE, DELTA, DELTA, LATE, LATE])
    told = kept(tmp_path)
    assert [tail.final for tail in told.tails] == [False, False, True]
    assert [tail.chunk_count for tail in told.tails] == [0, 2, 2]
    assert told.bodies == {"response": DELTA + DELTA}
    assert told.end.bodies[0].rest == b"", "it was in the journal before the end"


def test_the_last_bytes_of_known_length_leave_after_the_end_is_journalled(
    tmp_path: Path,
) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"4")]
    seen = relayed(tmp_path, [b"{ ", b"} "], headers=headers)
    assert [each.get("body") for each in seen.messages[1:]] == [b"{ ", b"} "]
    assert seen.then_kept[1].tails == []
    assert [tail.final for tail in seen.then_kept[2].tails] == [True]
    assert seen.then_kept[2].bodies == {"response": b"{ } "}
    assert (b"content-length", b"4") in seen.messages[0]["headers"]


def test_usage_that_weir_asked_for_is_kept_from_the_client(tmp_path: Path) -> None:
    seen = relayed(tmp_path, [DELTA, USAGE, DONE], plan=UsagePlan.ASK)
    assert seen.body == DELTA + DONE
    assert kept(tmp_path).bodies == {
        "response": DELTA + DONE,
        "received": DELTA + USAGE + DONE,
    }


def test_usage_that_the_client_asked_for_reaches_it(tmp_path: Path) -> None:
    assert relayed(tmp_path, [DELTA, USAGE, DONE]).body == DELTA + USAGE + DONE


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ReadError("reset"), Outcome.INTERRUPTED),
        (httpx.ReadTimeout("slow"), Outcome.TIMED_OUT),
    ],
)
def test_an_answer_that_breaks_off_breaks_off_for_the_client(
    tmp_path: Path, error: Exception, outcome: Outcome
) -> None:
    seen = relayed(tmp_path, [DELTA], error=error)
    assert seen.is_broken
    assert seen.body == DELTA
    assert seen.messages[-1]["more_body"], "no end is made up"
    assert (seen.end.outcome, seen.end.error != "") == (outcome, True)
    assert seen.upstream_is_closed


@pytest.mark.parametrize("error", [None, httpx.ReadError("reset")])
def test_of_a_client_that_left_the_capture_goes_on(
    tmp_path: Path, error: Exception | None
) -> None:
    seen = relayed(tmp_path, [DELTA, DONE], is_gone=True, error=error)
    assert not seen.is_broken
    assert seen.body == b""
    assert seen.end.outcome == Outcome.CLIENT_GONE
    assert kept(tmp_path).bodies == {"response": DELTA + DONE}


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_promises_none(tmp_path: Path, status: int) -> None:
    """The ASGI server would wait for the length that a 304 may name."""
    seen = relayed(tmp_path, [], status=status, headers=[(b"content-length", b"9")])
    assert seen.messages[0]["headers"] == []
    assert (seen.messages[0]["status"], seen.end.status) == (status, status)


@pytest.mark.parametrize("plan", [UsagePlan.NOTHING, UsagePlan.ASK, UsagePlan.TOLD])
@pytest.mark.parametrize("is_gone", [False, True])
@pytest.mark.parametrize("size", [[], [(b"content-length", b"%d" % len(DELTA))]])
@pytest.mark.parametrize("status", [200, 429, 304])
def test_what_is_here_whole_is_passed_on_and_kept_as_what_is_pumped(
    tmp_path: Path,
    status: int,
    size: list[tuple[bytes, bytes]],
    is_gone: bool,
    plan: UsagePlan,
) -> None:
    pieces = [] if status == 304 else [DELTA]
    for folder in ("False", "True"):
        (tmp_path / folder).mkdir()
    pumped, whole = (
        relayed(
            tmp_path / str(is_whole),
            pieces,
            status=status,
            headers=SSE + size,
            is_gone=is_gone,
            plan=plan,
            is_whole=is_whole,
        )
        for is_whole in (False, True)
    )
    assert is_gone or whole.body == pumped.body
    assert whole.messages[0] == pumped.messages[0]
    assert told(whole) == told(pumped)
    assert [tail.final for tail in whole.then_kept[-1].tails] == [True]


def told(seen: Seen) -> object:
    """But for its times."""
    end, bodies = seen.end, kept(seen.directory).bodies
    return (
        *(end.outcome, end.status, end.response_headers, end.error, end.chunk_count),
        *([each.size for each in end.bodies], bodies, end.notes),
        *(end.own_us >= -1, (end.first_byte_us >= 0), len(end.chunk_times)),
    )
