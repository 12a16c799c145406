"""What the chunk times of an answer tell, by AIPerf's definitions."""

from __future__ import annotations

import gzip
import lzma
import random
import struct
import zlib
from itertools import accumulate, pairwise
from statistics import median
from typing import Any

import brotli
import pytest
import zstandard

from pricing.usage import Usage
from proxy.recording.timing import Timing, output_rate, timing_of
from proxy.wire.base import Message, Part, ResponseFacts
from runs.record import Side
from tests import make


def packed(*pairs: tuple[int, int]) -> bytes:
    return b"".join(struct.pack("<II", *pair) for pair in pairs)


# A role, reasoning, two words, the end.
TIMES = packed((50_000, 10), (100_000, 10), (110_000, 10), (150_000, 10), (155_000, 10))
STREAM = ResponseFacts(
    is_stream=True, content_offsets=(20, 30, 40), output_offset=30, end_offset=50
)


def test_a_role_is_no_token_and_reasoning_is_no_output() -> None:
    assert timing_of(TIMES, STREAM, None) == Timing(
        ttft_ms=100, ttfo_ms=110, end_ms=155, gap_median_ms=25, gap_max_ms=40
    )


def test_content_came_with_the_chunk_that_holds_its_end() -> None:
    facts = ResponseFacts(is_stream=True, content_offsets=(11, 12, 13, 35))
    timing = timing_of(TIMES, facts, None)
    assert (timing.ttft_ms, timing.gap_max_ms) == (100, 50)
    assert timing.end_ms is None, "no terminal event came"


def test_what_came_behind_the_times_that_were_kept_is_not_known() -> None:
    facts = ResponseFacts(is_stream=True, content_offsets=(40, 51), end_offset=60)
    timing = timing_of(TIMES, facts, None)
    assert (timing.ttft_ms, timing.end_ms, timing.gap_max_ms) == (150, None, None)


def test_a_stream_without_content_and_an_answer_that_is_none_have_no_times() -> None:
    assert timing_of(TIMES, ResponseFacts(is_stream=True), None) == Timing()
    assert timing_of(TIMES, ResponseFacts(content_offsets=(20,)), None) == Timing()
    assert timing_of(b"", STREAM, None) == Timing()


def test_gaps_of_many_pieces_and_chunks_are_those_of_each_by_itself() -> None:
    source = random.Random(4)
    for _ in range(3000):
        sizes = [source.choice((0, source.randrange(50))) for _ in range(9)]
        times = sorted(source.randrange(500_000) for _ in sizes)
        offsets = [source.randrange(200) for _ in range(source.choice((3, 9, 90)))]
        if source.random() < 0.9:
            offsets.sort()
        held = dict[int, int]()
        for offset in offsets:
            ends = enumerate(accumulate(sizes))
            held |= dict([(n, times[n]) for n, end in ends if end >= offset][:1])
        gaps = [(b - a) / 1000 for a, b in pairwise(held.values())]
        facts = ResponseFacts(is_stream=True, content_offsets=tuple(offsets))
        timing = timing_of(packed(*zip(times, sizes, strict=True)), facts, None)
        assert timing.gap_median_ms == (median(gaps) if gaps else None)
        assert timing.gap_max_ms == max(gaps, default=None)


def flushing(encoding: str) -> Any:
    """A compressor that lets out what it was given."""
    if encoding == "br":
        brotlier = brotli.Compressor()
        return lambda data: brotlier.process(data) + brotlier.flush()
    if encoding == "zstd":
        zstd = zstandard.ZstdCompressor().compressobj()
        block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        return lambda data: zstd.compress(data) + zstd.flush(block)
    bits = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}[encoding]
    zipper = zlib.compressobj(wbits=bits)
    return lambda data: zipper.compress(data) + zipper.flush(zlib.Z_SYNC_FLUSH)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_compressed_stream_is_timed_by_its_decoded_bytes(encoding: str) -> None:
    compress = flushing(encoding)
    pieces = [compress(b"x" * 10) for _ in range(5)]
    at = (50_000, 100_000, 110_000, 150_000, 155_000)
    times = packed(*((us, len(p)) for us, p in zip(at, pieces, strict=True)))
    body = make.body(b"".join(pieces), Side.RESPONSE, content_encoding=encoding)
    assert timing_of(times, STREAM, body) == timing_of(TIMES, STREAM, None)


def test_a_stream_that_is_compressed_twice_is_decoded_twice() -> None:
    outer, inner = flushing("gzip"), flushing("br")
    pieces = [outer(inner(b"x" * 10)) for _ in range(5)]
    times = packed(*((1000 * n, len(p)) for n, p in enumerate(pieces, 1)))
    body = make.body(b"".join(pieces), Side.RESPONSE, content_encoding="br, gzip")
    assert timing_of(times, STREAM, body).ttft_ms == 2


def test_a_compressed_stream_that_cannot_be_decoded_has_no_times() -> None:
    whole = gzip.compress(b"x" * 50)
    for body in (b"\0" * 50, whole[:9] + b"\xff" * 41):
        told = make.body(body, Side.RESPONSE, content_encoding="gzip")
        assert timing_of(packed((1000, 50)), STREAM, told).ttft_ms is None
    packed_otherwise = lzma.compress(b"x" * 50)
    unknown = make.body(packed_otherwise, Side.RESPONSE, content_encoding="lzma")
    assert timing_of(packed((1000, 50)), STREAM, unknown) == Timing()


def facts(output: int | None, *, reasoning: int = 0, thought: bool = False) -> Any:
    kinds: list[Any] = ["reasoning", "text"] if thought else ["text"]
    parts = tuple(Part(kind=kind, text="x") for kind in kinds)
    return ResponseFacts(
        is_stream=True,
        usage=Usage(output=output, reasoning=reasoning),
        message=Message(role="assistant", parts=parts),
    )


def test_the_rate_is_of_the_tokens_behind_the_first() -> None:
    assert output_rate(facts(101), 1000, 2000) == 100
    assert output_rate(facts(3), 1000, 2000) == 2, "however few there are"


def test_hidden_reasoning_is_over_when_the_first_token_comes() -> None:
    assert output_rate(facts(601, reasoning=500), 1000, 2000) == 100
    assert output_rate(facts(601, reasoning=500, thought=True), 1000, 2000) == 600


@pytest.mark.parametrize(
    ("output", "ttft", "end"),
    [(None, 1000, 2000), (0, 1000, 2000), (1, 1000, 2000), (9, None, 2000), (9, 5, 5)],
)
def test_no_other_formula_steps_in(
    output: int | None, ttft: float | None, end: float
) -> None:
    assert output_rate(facts(output), ttft, end) is None
