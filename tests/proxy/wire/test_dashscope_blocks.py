"""A block of DashScope's multimodal models is what its one member says."""

from __future__ import annotations

from typing import Any

import pytest

from proxy.wire.dashscope_blocks import read_message

LINK = "https://files.example/1"


@pytest.mark.parametrize(
    ("block", "parts"),
    [
        ({"text": "Hi"}, [("text", "Hi", "")]),
        ({"image": LINK}, [("image", "", LINK)]),
        ({"video": LINK}, [("file", "", LINK)]),
        (
            {"video": [LINK, f"{LINK}2"]},
            [("image", "", LINK), ("image", "", f"{LINK}2")],
        ),
        ({"audio": LINK}, [("file", "", LINK)]),
        ({"file": LINK}, [("file", "", LINK)]),
        (
            {"type": "text", "text": "as others say it"},
            [("text", "as others say it", "")],
        ),
        ("bare", [("text", "bare", "")]),
        ({"hologram": 1}, [("other", '{"hologram":1}', "")]),
    ],
)
def test_each_kind_of_block(block: Any, parts: list[tuple[str, str, str]]) -> None:
    (message,) = read_message({"role": "user", "content": [block]})
    assert [(each.kind, each.text, each.source) for each in message.parts] == parts
