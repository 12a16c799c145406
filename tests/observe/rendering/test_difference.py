"""What changed on the way."""

from __future__ import annotations

import json

from observe.rendering.difference import difference


def test_a_rewritten_model_is_the_only_change() -> None:
    before = {"model": "alias", "messages": ["x"] * 50}
    lines = difference(
        json.dumps(before).encode(), json.dumps(before | {"model": "real"}).encode()
    )
    assert lines is not None
    changed = [(line.kind, line.text.strip()) for line in lines if line.kind != "same"]
    assert changed == [
        ("removed", '-  "model": "alias",'),
        ("added", '+  "model": "real",'),
    ]


def test_spelling_alone_is_no_change() -> None:
    assert difference(b'{"a": 1}', b'{"a":1}') == []


def test_bodies_that_share_nothing_are_not_compared() -> None:
    one = "\n".join(f"a{n}" for n in range(3_000)).encode()
    assert difference(one, one.replace(b"a", b"b")) is None


def test_a_change_deep_in_a_large_body_is_found_fast() -> None:
    one = json.dumps(["same"] * 100_000 + ["x"] + ["same"] * 100_000).encode()
    lines = difference(one, one.replace(b'"x"', b'"y"'))
    assert lines is not None
    assert [line.text.strip() for line in lines if line.kind == "added"] == ['+  "y",']
