"""What a route's capture policy leaves in the journal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from proxy.exchange import Capture, Inbound
from proxy.journal.format import Frame, Head, Kind, read_head
from proxy.journal.live_exchange import Capturing, LiveExchange
from proxy.journal.losses import LossCounter
from proxy.journal.masking import Masker
from proxy.journal.segments import segments
from proxy.journal.writer import Journal
from proxy.request_body import RequestBody
from runs.record import Outcome
from tests.proxy.make_target import target

BODY = b'{"model":"m"}'


def heads(directory: Path, capture: Capture) -> list[Head]:
    journal = Journal(directory, LossCounter(directory, 1))
    inbound = Inbound(
        method="POST",
        raw_path=b"/v1/chat/completions",
        query=b"",
        headers=[],
        client="127.0.0.1:1",
        host="127.0.0.1",
    )
    exchange = LiveExchange(inbound, Capturing(journal, Masker("s"), 1 << 20))
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
