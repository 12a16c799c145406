"""Members found without a scan: the same as by one, and no byte elsewhere."""

from __future__ import annotations

import json
import random

import pytest

from proxy.exchange import NOTHING_ASKED, Asked
from proxy.forward.body_members import LONGEST, NAMES, Outline, asked_in, outline, read
from proxy.json_scan import Span, scan

VALUES = (
    '"m"',
    "null",
    "true",
    "0",
    "1",
    '{"model": "m"}',
    '["provider", {}]',
    '"\\""',
)


def some_object(rng: random.Random, depth: int = 0) -> str:
    """Names that are looked for at every depth, twice in one object too."""
    space = rng.choice(["", " ", "\n\t"])
    members = []
    for _ in range(rng.randint(0, 6)):
        name = rng.choice([*NAMES, "messages", '\\"model\\"', "model "])
        nested = depth < 3 and rng.random() < 0.4
        value = some_object(rng, depth + 1) if nested else rng.choice(VALUES)
        members.append(f'"{name}"{space}:{space}{value}{space}')
    return f"{{{space}{','.join(members)}}}"


def test_places_are_those_that_a_scan_finds() -> None:
    rng = random.Random(8)
    told = 0
    for _ in range(2000):
        body = some_object(rng).encode()
        found, scanned = read(body), Outline.scanned(scan([body]))
        assert found is not None
        assert scanned is not None
        assert found.keys() == scanned.spans.keys() & set(NAMES)
        outlined = outline(body, found, NAMES)
        if outlined is None:
            continue  # among many of the same name: the scan is asked
        told += 1
        assert outlined.open_at == scanned.open_at
        assert outlined.is_empty == scanned.is_empty
        for name, span in outlined.spans.items():
            assert stripped(body, scanned.spans[name]) == span
            assert body[span.start : span.end] == found[name]
    assert told > 1500


def stripped(body: bytes, span: Span) -> Span:
    """A scan counts the blanks around a value as its own."""
    raw = body[span.start : span.end]
    start = span.start + len(raw) - len(raw.lstrip())
    return Span(start, start + len(raw.strip()))


def test_what_it_asks_for_is_read_as_it_is_spelled() -> None:
    options = {"include_usage": True, "more": [1]}
    body = {"stream": False, "model": "é", "stream_options": options, "n": [{}] * 9}
    for text in (json.dumps(body), json.dumps(body, ensure_ascii=False, indent=1)):
        found = read(text.encode())
        assert found is not None
        assert found.keys() == {"stream", "model", "stream_options"}
        asked = Asked(model="é", stream=False, include_usage=True)
        assert asked_in(found) == asked


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"a":NaN}', b"--form"])
def test_what_is_no_strict_object_is_left_to_the_scan(body: bytes) -> None:
    assert read(body) is None


def test_a_member_of_another_kind_or_without_measure_asks_for_nothing() -> None:
    long = b'"%s"' % (b"m" * LONGEST)
    assert asked_in({"model": long, "stream": b"1", "stream_options": b"[]"}) == Asked()
    assert asked_in({}) is NOTHING_ASKED


def test_a_name_that_stands_in_many_places_is_left_to_the_scan() -> None:
    inner = b'{"model":"m"},' * 20
    body = b'{"messages":[%s{}],"model":"m"}' % inner
    found = read(body)
    assert found == {"model": b'"m"'}
    assert outline(body, found, ["model"]) is None
    assert outline(body, found, []) is not None
