"""What a route's capture policy leaves in the journal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from proxy.exchange import Capture, Inbound
from proxy.journal.format import Frame, Head, Kind, read_head, read_piece, read_tail
from proxy.journal.live_exchange import Capturing, LiveExchange
from proxy.journal.losses import LossCounter
from proxy.journal.masking import Masker
from proxy.journal.segments import segments
from proxy.journal.writer import Journal
from proxy.request_body import STEP, RequestBody
from proxy.tasks import spawn
from runs.record import Outcome
from tests.proxy.make_target import target

BODY = b'{"model":"m"}'
INBOUND = Inbound(
    method="POST",
    raw_path=b"/v1/chat/completions",
    query=b"",
    headers=[],
    client="127.0.0.1:1",
    host="127.0.0.1",
)


def heads(directory: Path, capture: Capture) -> list[Head]:
    journal = Journal(directory, LossCounter(directory, 1))
    exchange = LiveExchange(INBOUND, Capturing(journal, Masker("s"), 1 << 20))
    exchange.begin(
        replace(target(), capture=capture), RequestBody(data=BODY, size=len(BODY))
    )
    exchange.finish(Outcome.COMPLETED)
    journal.close()
    found = [each for file in segments(directory) for each in file.read(0, 1 << 20)[0]]
    return [
        read_head(each.payload)
        for each in found
        if isinstance(each, Frame) and each.kind is Kind.HEAD
    ]


@pytest.mark.parametrize(
    ("capture", "keeps", "masks"),
    [
        (Capture.FULL, True, False),
        (Capture.MASKED, True, True),
        (Capture.METADATA, False, False),
        (Capture.FACTS, False, False),
    ],
)
def test_each_policy(
    tmp_path: Path, capture: Capture, keeps: bool, masks: bool
) -> None:
    [head] = heads(tmp_path, capture)
    assert (head.keep_bodies, head.mask_keys) == (keeps, masks)
    # For facts it is read by the recorder, and goes no further.
    is_read = keeps or capture is Capture.FACTS
    assert head.request_body == (BODY if is_read else b"")


def test_off_leaves_no_trace(tmp_path: Path) -> None:
    assert heads(tmp_path, Capture.OFF) == []


def kept(directory: Path, *, hangs_up: bool) -> tuple[bytes, int]:
    """What the journal has of a large body, and how often others had their turn."""
    directory.mkdir()
    journal = Journal(directory, LossCounter(directory, 1))
    exchange = LiveExchange(INBOUND, Capturing(journal, Masker("s"), 1 << 20))
    data = bytes(range(256)) * 3000
    body = RequestBody(data=data, size=len(data))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def keep() -> None:
        assert exchange.begin(target(), body)
        beside = spawn(others(), "others")
        keeping = spawn(exchange.keep(body, None), "keep")
        await asyncio.sleep(0)
        if hangs_up:
            keeping.cancel()
        await asyncio.wait([keeping])
        assert keeping.cancelled() == hangs_up
        beside.cancel()

    asyncio.run(keep())
    exchange.finish(Outcome.CLIENT_GONE if hangs_up else Outcome.COMPLETED)
    journal.close()
    frames = [each for file in segments(directory) for each in file.read(0, 1 << 22)[0]]
    pieces = [f for f in frames if isinstance(f, Frame) and f.kind is Kind.PIECE]
    [last] = [f for f in frames if isinstance(f, Frame) and f.kind is Kind.TAIL]
    [tail] = read_tail(last.payload).bodies
    assert (tail.size, tail.kept, tail.sha256) == (len(data), len(data), b"")
    in_pieces = b"".join(f.payload[-read_piece(f).length :] for f in pieces)
    return in_pieces + tail.rest, turns


def test_a_large_body_is_kept_in_steps(tmp_path: Path) -> None:
    data = bytes(range(256)) * 3000
    found, turns = kept(tmp_path / "whole", hangs_up=False)
    assert found == data
    assert turns >= len(data) // STEP
    # Whoever hangs up meanwhile has sent all of it.
    assert kept(tmp_path / "gone", hangs_up=True)[0] == data
