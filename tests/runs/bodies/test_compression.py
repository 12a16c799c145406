"""`compression.py`, `bases.py`: what a base saves, how chains are bounded."""

from __future__ import annotations

import random

import pytest

from runs.bodies import bases, compression
from runs.bodies.bases import DeltaBase, RecentBases
from runs.record import Side

NOISE = random.Random(1)


@pytest.mark.parametrize("size", [0, 1, 700, 100_000, 3_000_000])
def test_a_text_comes_back_with_its_base(size: int) -> None:
    base = NOISE.randbytes(size) or b"-"
    text = base[: size // 2] + b"changed" + base[size // 2 :]
    packed = compression.compress_against(text, base)
    assert compression.decompress_against(packed, base) == text
    assert len(packed) < 200 + size * 0.02


def test_plain_compression_comes_back() -> None:
    assert compression.decompress(compression.compress(b"a" * 999)) == b"a" * 999


def test_chains_are_bounded_however_long_a_conversation_is() -> None:
    last = DeltaBase(pk=0, raw=b"", depth=0, links=0, key=None)
    depths, whole = [], 0
    for pk in range(1, 500):
        base = last.for_next()
        if base is None:
            last, whole = DeltaBase(pk, b"", depth=0, links=0, key=None), whole + 1
        elif base is last:
            last = bases.after(base, pk, b"")
        else:
            last = bases.as_key(base, pk, b"")
        depths.append(last.depth)
    assert max(depths) == bases.MAX_DEPTH
    assert whole == 499 // ((bases.RUN + 1) * (bases.KEYS + 1))


def test_memory_of_bases_keeps_to_its_budget() -> None:
    recent = RecentBases(budget=1000)
    for pk in range(20):
        base = DeltaBase(pk, bytes(300), depth=0, links=0, key=None)
        recent.add(pk, Side.REQUEST, base, instead_of=None)
    kept = [pk for pk in range(20) if recent.get(pk, Side.REQUEST)]
    assert kept == [17, 18, 19]


def test_the_base_that_was_gone_on_from_is_the_first_to_go() -> None:
    recent = RecentBases(budget=900)
    for pk, previous in ((1, None), (2, None), (3, 2), (4, None)):
        base = DeltaBase(pk, bytes(300), depth=0, links=0, key=None)
        recent.add(pk, Side.REQUEST, base, instead_of=previous)
    assert [pk for pk in range(1, 5) if recent.get(pk, Side.REQUEST)] == [1, 3, 4]
