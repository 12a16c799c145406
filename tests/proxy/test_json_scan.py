"""Top-level members are found by position, however the body is cut."""

from __future__ import annotations

import json
import random
import time

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


ODD = {
    "brackets": b'{"model":"m","a":' + b"[" * 2_000_000,
    "pairs": b'{"model":"m","a":[' + b"[]," * 1_000_000 + b"1]}",
    "objects": b'{"model":"m","a":[' + b'{"b":"c"},' * 300_000 + b"1]}",
    "members": b'{"model":"m",' + b'"a":1,' * 500_000 + b'"b":2}',
    "ends": b'{"model":"m",' + (b'"a":[' + b"[[]]" * 1_250 + b"],") * 400 + b'"b":2}',
    "texts": b'{"model":"m","a":[' + b'"\\"[",' * 500_000 + b"1]}",
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("size", [65_536, 4_000_000])
def test_odd_bodies_cost_no_step_a_bracket(name: str, size: int) -> None:
    body = ODD[name]
    scanner = TopLevelScanner()
    longest = 0.0
    start = time.thread_time()
    for at in range(0, len(body), size):
        before = time.thread_time()
        scanner.feed(body[at : at + size])
        longest = max(longest, time.thread_time() - before)
    assert time.thread_time() - start < 1.0
    assert size > 65_536 or longest < 0.05
    assert scanner.is_complete is (name not in ("brackets", "members"))


def test_stretches_of_brackets_are_passed_wherever_they_are_cut() -> None:
    source = random.Random(5)
    for _ in range(200):
        nested = [_value(source, 5) for _ in range(40)]
        raw = json.dumps({"a": nested, "model": "m", "b": nested}).encode()
        scanner, at = TopLevelScanner(), 0
        while at < len(raw):
            step = source.choice((1, 7, 300, 5000))
            scanner.feed(raw[at : at + step])
            at += step
        found = {k: json.loads(raw[s.start : s.end]) for k, s in scanner.spans.items()}
        assert found == {"a": nested, "model": "m", "b": nested}


def _value(source: random.Random, depth: int) -> object:
    if depth == 0 or source.random() < 0.3:
        return source.choice(["a]", 'b"{', "c\\", "", 7, None])
    inner = [_value(source, depth - 1) for _ in range(source.randrange(4))]
    if source.random() < 0.5:
        return inner
    return {f"k{n}]": each for n, each in enumerate(inner)}


def some_value(rng: random.Random, depth: int) -> object:
    kind = rng.random()
    if depth < 4 and kind < 0.5:
        made = [some_value(rng, depth + 1) for _ in range(rng.randint(0, 12))]
        return made if kind < 0.25 else {f'k"\\{i}': v for i, v in enumerate(made)}
    text = rng.choices(['"', "\\", '\\"', "{", "]", "x", "\n", "é", '"\\'], k=20)
    return "".join(text) * rng.choice([0, 1, 1, 40])


@pytest.mark.parametrize("seed", range(8))
def test_escapes_and_brackets_in_pieces_of_any_size(seed: int) -> None:
    rng = random.Random(seed)
    body = {f"m{i}": some_value(rng, 0) for i in range(8)}
    raw = json.dumps(body, ensure_ascii=rng.random() < 0.5).encode()
    for size in (1 if len(raw) < 9000 else 17, rng.randint(2, 5000), len(raw)):
        scanner = TopLevelScanner()
        for at in range(0, len(raw), size):
            scanner.feed(raw[at : at + size])
        assert scanner.is_complete
        spans = scanner.spans.items()
        assert {n: json.loads(raw[s.start : s.end]) for n, s in spans} == body


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_an_escaped_name_is_the_name_that_it_means(size: int) -> None:
    raw = b'{"m\\u006fde\\u006C":"a","we\\"ird":1,"\\u00":2,"\\ud83d":3}'
    scanner = TopLevelScanner()
    for at in range(0, len(raw), size):
        scanner.feed(raw[at : at + size])
    span = scanner.spans["model"]
    assert raw[span.start : span.end] == b'"a"'
    assert scanner.spans.keys() >= {'we"ird', "\\u00"}
