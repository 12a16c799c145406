"""Times in buckets that grow by 4 %: small, mergeable, percentiles within 2 %.

The buckets of DDSketch (Masson, Rim, Lee: "DDSketch", VLDB 2019): bucket i holds what
is above g^(i-1) and not above g^i; its answer is 2 g^i / (g + 1), never further off
than (g - 1) / (g + 1). Counts may be taken back, so a bucket is exact as a row is.
Used by `figures.py` and `runs/schemas/figures.py`. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

GROWTH = 1.04
ERROR = (GROWTH - 1) / (GROWTH + 1)
"""How far a percentile may be off, as a part of itself: 1.96 %."""
_LOG = math.log(GROWTH)
SMALLEST_MS = 0.001
"""All below is in one bucket, whose answer is 0."""
_LOWEST = math.ceil(math.log(SMALLEST_MS) / _LOG)

Counts = dict[int, int]


def bucket(value_ms: float) -> int:
    """The bucket of a time in milliseconds."""
    if not value_ms > SMALLEST_MS:
        return _LOWEST
    # A value on an edge belongs below it, whatever the logarithm's last digit.
    return math.ceil(math.log(value_ms) / _LOG - 1e-9)


def middle(index: int) -> float:
    """What a bucket stands for, in milliseconds."""
    return 0.0 if index <= _LOWEST else 2 * GROWTH**index / (GROWTH + 1)


def add(counts: Counts, others: Mapping[int, int], sign: int = 1) -> None:
    """Adds `others`, or takes them back; empty buckets go."""
    for index, count in others.items():
        left = counts.get(index, 0) + sign * count
        if left:
            counts[index] = left
        else:
            counts.pop(index, None)


def count(counts: Counts, value_ms: float, sign: int = 1) -> None:
    """Adds a time in milliseconds, or takes it back."""
    index = bucket(value_ms)
    if left := counts.get(index, 0) + sign:
        counts[index] = left
    else:
        counts.pop(index, None)


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """By nearest rank: the smallest bucket that `share` of all values reach."""
    total = sum(counts.values())
    if total <= 0:
        return None
    rank, seen = max(1, math.ceil(share * total)), 0
    for index in sorted(counts):
        seen += counts[index]
        if seen >= rank:
            return middle(index)
    return None


def pack(counts: Counts) -> bytes:
    return msgspec.msgpack.encode(counts) if counts else b""


def unpack(data: bytes | memoryview) -> Counts:
    return _DECODER.decode(data) if data else {}


def merged(packed: Iterable[bytes | memoryview]) -> Counts:
    """What `add` makes of many."""
    return joined(_decode(each) for each in packed if each)


def joined(many: Iterable[Mapping[int, int]]) -> Counts:
    """The same of what was unpacked."""
    counts: Counts = {}
    known = counts.get
    for each in many:
        if not counts:
            counts.update(each)
            continue
        for index, count in each.items():
            counts[index] = known(index, 0) + count
    if 0 in counts.values():
        return {index: count for index, count in counts.items() if count}
    return counts


_DECODER = msgspec.msgpack.Decoder(Counts)
_decode = _DECODER.decode
