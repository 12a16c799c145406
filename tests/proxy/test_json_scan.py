"""Top-level members are found by position, however the body is cut."""

from __future__ import annotations

import json

import pytest

from proxy.json_scan import TopLevelScanner

DOCUMENT = {
    "messages": [{"role": "user", "content": 'say "model": {x} \\ [', "a": [{}, [1]]}],
    'we"ird': 1,
    "model": "gpt-4 é",
    "stream": True,
    "empty": {},
    "number": -1.5e3,
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 100_000])
def test_members_are_found_at_every_cut(indent: int | None, size: int) -> None:
    raw = json.dumps(DOCUMENT, indent=indent, ensure_ascii=False).encode()
    scanner = TopLevelScanner()
    for at in range(0, len(raw), size):
        scanner.feed(raw[at : at + size])
    found = {key: json.loads(raw[s.start : s.end]) for key, s in scanner.spans.items()}
    assert scanner.is_complete
    assert found["model"] == "gpt-4 é"
    assert found["messages"] == DOCUMENT["messages"]
    assert found["number"] == -1500
    assert found["empty"] == {}


def test_a_nested_model_is_not_the_model() -> None:
    scanner = TopLevelScanner()
    scanner.feed(b'{"tools":[{"model":"no"}],"x":{"model":"no"}}')
    assert "model" not in scanner.spans


def test_the_last_of_repeated_members_counts() -> None:
    raw = b'{"model":"a","model":"b"}'
    scanner = TopLevelScanner()
    scanner.feed(raw)
    span = scanner.spans["model"]
    assert raw[span.start : span.end] == b'"b"'


@pytest.mark.parametrize(
    "body", [b"", b"[1,2]", b'hello {"model":1}', b'"text"', b"12"]
)
def test_what_is_no_object_has_no_members(body: bytes) -> None:
    scanner = TopLevelScanner()
    scanner.feed(body)
    assert not scanner.is_complete
    assert scanner.spans == {}


def test_a_truncated_object_is_not_complete() -> None:
    scanner = TopLevelScanner()
    scanner.feed(b'{"model":"a","messages":[')
    assert scanner.is_object
    assert not scanner.is_complete
