"""`runs/exporters/text.py`: JSON strings from bytes, whatever the bytes are."""

from __future__ import annotations

import base64
import json

import pytest

from runs.exporters.text import STEP, as_text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        'quotes " and \\ and / and \t\r\n',
        "".join(map(chr, range(256))),
        "🌊 größer \u2028 \uffff",
        "ü" * STEP,
    ],
    ids=["empty", "plain", "escapes", "latin", "wide", "split over pieces"],
)
def test_json_reads_the_same_text(text: str) -> None:
    found = as_text(text.encode(), "", is_cut=False)
    assert not found.is_base64
    assert json.loads(b"".join(found.json())) == text


@pytest.mark.parametrize("size", [0, 1, 2, 3, STEP - 1, STEP + 1])
def test_what_is_no_text_is_base64(size: int) -> None:
    raw = b"\xff" + bytes(size)
    found = as_text(raw, "", is_cut=False)
    assert found.is_base64
    assert base64.b64decode(json.loads(b"".join(found.json()))) == raw
    assert base64.b64decode(found.plain()) == raw


def test_half_a_character_at_the_end_is_dropped_only_where_a_body_was_cut() -> None:
    raw = "aü".encode()[:-1]
    assert as_text(raw, "", is_cut=True).plain() == "a"
    assert as_text(raw, "", is_cut=False).is_base64
