"""Plain events read quickly say what the careful reading of them says."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from proxy.wire import faults, format_for, plain, reported_cost, vendor_faults
from proxy.wire.base import ResponseFacts
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record
from proxy.wire.reading import Reader
from proxy.wire.take import PlainTake, Take
from tests.corpus.exchanges import Exchange, all_exchanges

ROUNDS = 8
SHAPES = [
    shape
    for shape in vars(plain).values()
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct)
]
NAMES = sorted({name for shape in SHAPES for name in shape.__struct_fields__})
NAMES += ["stop_reason", "message", "role", "native_finish_reason", "event_type"]
SAID: tuple[Any, ...] = ("error", "x", "null", "false", "", 0, 1, True, False, None)
ODD: tuple[Any, ...] = (
    *SAID,
    *([], [{}], {}, "a\ud83d", 1.5, -1, 10**30, {"text": "t"}, {"message": "m"}),
    *({"code": 4, "status_code": 4, "Error": {"Code": "c"}}, {"cost": 0.5}),
    *([{"index": 0, "function": {"arguments": "{", "name": "f"}}], {"total_cost": "1"}),
)
STREAMS = [
    each
    for each in all_exchanges()
    if b"\n" in each.answer.strip() or "eventstream" in each.content_type
]
TAKES = (
    *("Chat", "Completion", "Message", "Responses", "Gemini", "Ollama", "Cohere"),
    *("Converse", "Family", "LMStudio"),
)


class Counted:
    """A format's take, and how often its quick way served."""

    def __init__(self, take: Take, served: Counter[str], *, is_quick: bool) -> None:
        self.take, self.served, self.is_quick = take, served, is_quick
        self.arrays_stream = take.arrays_stream

    def whole(self, body: Record, draft: Draft) -> None:
        self.take.whole(body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.take.event(name, body, draft)

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        if not self.is_quick or not isinstance(self.take, PlainTake):
            return False
        was_read = self.take.plain(name, data, draft)
        self.served[type(self.take).__name__] += was_read
        return was_read

    def end(self, draft: Draft) -> None:
        self.take.end(draft)


def read(
    exchange: Exchange, answer: bytes, served: Counter[str] | None = None
) -> ResponseFacts:
    form = format_for(exchange.method, exchange.path.partition("?")[0])
    reader = form.reader(exchange.status, exchange.content_type)
    if isinstance(reader, Reader):  # files of batches have one of their own
        counter = Counter[str]() if served is None else served
        is_quick = served is not None
        reader._take = Counted(reader._take, counter, is_quick=is_quick)
    reader.feed(answer)
    return reader.finish()


def test_every_stream_reads_the_same_both_ways() -> None:
    served = Counter[str]()
    for exchange in STREAMS:
        quick = read(exchange, exchange.answer, served)
        assert quick == read(exchange, exchange.answer), exchange.name
    assert all(served[f"{name}Take"] for name in TAKES), served


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_streams_with_odd_members_read_the_same_both_ways(seed: int) -> None:
    source, served = random.Random(seed), Counter[str]()
    for exchange in STREAMS:
        answer = b"\n".join(_odd(line, source) for line in exchange.answer.splitlines())
        quick = read(exchange, answer + b"\n\n", served)
        assert quick == read(exchange, answer + b"\n\n"), (exchange.name, answer)
    assert served.total() > 200


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_counts_that_grow_are_counted_as_each_by_itself(seed: int) -> None:
    source, served = random.Random(seed), Counter[str]()
    exchange = next(each for each in STREAMS if ":streamGenerate" in each.path)
    for _ in range(60):
        answer = b"".join(_growing(source)).replace(
            b"\n", b"\r\n" if seed % 2 else b"\n"
        )
        quick = read(exchange, answer, served)
        assert quick == read(exchange, answer), answer
    assert served["GeminiTake"] > 500


def _growing(source: random.Random) -> Iterator[bytes]:
    """Events of Gemini: usage that grows, and now and then another."""
    usage: dict[str, Any] = {"promptTokenCount": 12, "candidatesTokenCount": 1}
    usage["totalTokenCount"] = 13
    details = [{"modality": "AUDIO", "tokenCount": 3}]
    others = ("cachedContentTokenCount", "thoughtsTokenCount", "serviceTier")
    for _ in range(source.randrange(4, 30)):
        usage["candidatesTokenCount"] += source.randrange(9)
        usage["totalTokenCount"] += source.randrange(9)
        if source.random() < 0.2:
            name = source.choice((*usage, *others, "promptTokensDetails"))
            odd: tuple[Any, ...] = (
                0,
                None,
                7,
                20,
                1e3,
                "9",
                True,
                10**30,
                -1,
                {},
                details,
                "flex",
            )
            told = {**usage, name: source.choice(odd)}
            usage = told if source.random() < 0.3 else usage
            usage = {**usage, "candidatesTokenCount": 5, "totalTokenCount": 17}
        else:
            told = usage if source.random() < 0.9 else {}
        part = {"text": source.choice("abc"), "thought": source.random() < 0.2}
        event: dict[str, Any] = {"candidates": [{"content": {"parts": [part]}}]}
        if source.random() < 0.1:
            event["candidates"][0]["finishReason"] = "STOP"
        if source.random() < 0.1:
            ground = {"webSearchQueries": ["q"]}
            event["candidates"][0]["groundingMetadata"] = ground
        yield b"data: " + json.dumps(event | {"usageMetadata": told}).encode() + b"\n\n"


def test_a_plain_event_has_no_sign_of_a_failure_or_a_cost() -> None:
    signs = {*vendor_faults._SIGNS, "error", "object", "type"}
    events = [shape for shape in SHAPES if issubclass(shape, plain.NoFault)]
    told = [shape for shape in events if shape not in (plain.NoFault, plain.NoCost)]
    assert len(told) > 7
    for shape in told:
        if shape is not plain._Chunk:
            assert signs <= {*shape.__struct_fields__}, shape
    assert {*plain.NoCost.__struct_fields__} >= reported_cost._BESIDE
    assert faults.fault_in({"object": "error"}, 200)


def _odd(line: bytes, source: random.Random) -> bytes:
    """The line, and now and then with another member or value in its JSON."""
    start = line.find(b"{")
    if start < 0 or source.random() < 0.6:
        return line
    try:
        value = json.loads(line[start:])
    except ValueError:
        return line
    inner = [value]
    for each in inner:
        found = each.values() if isinstance(each, dict) else each
        inner += [one for one in found if isinstance(one, dict | list)]
    chosen = source.choice([each for each in inner if isinstance(each, dict)])
    names = source.choice([NAMES, list(chosen) or NAMES])
    chosen[source.choice(names)] = source.choice(ODD)
    return line[:start] + json.dumps(value).encode()
