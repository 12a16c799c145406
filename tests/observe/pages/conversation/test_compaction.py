"""What a compaction dropped, told only where both bodies can be read."""

from __future__ import annotations

import json

from observe.pages.conversation.compaction import LONGEST, MOST, compaction
from observe.rendering import Subject
from proxy.wire import format_for
from runs.record import Side


def asked(*texts: str) -> Subject:
    messages = [{"role": "user", "content": text} for text in texts]
    body = json.dumps({"messages": messages}).encode() if texts else b""
    wire = format_for("POST", "/v1/chat/completions")
    return Subject(data=body, side=Side.REQUEST, wire=wire)


def test_a_body_that_is_gone_seems_to_have_dropped_nothing() -> None:
    history = [f"step {number} {'x' * LONGEST}" for number in range(MOST + 3)]
    found = compaction(asked("task", *history), asked("task"))
    assert found is not None
    assert (len(found.dropped), found.left_out, found.replaced) == (MOST, 3, [])
    assert found.dropped[0].text.endswith("x …")
    assert compaction(asked("task", *history), asked()) is None
    assert compaction(asked(), asked("task")) is None
    assert compaction(asked("task"), asked("task")) is None
