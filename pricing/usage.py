"""What a request used: token counts in disjoint buckets, and pieces of other things.

Filled by `proxy/wire/*` from the provider's answer, valued by `pricing/cost.py`,
stored as columns with its `runs/record.py`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from functools import reduce
from operator import attrgetter
from typing import Any

from pricing.values import dataclass

MODALITIES = ("audio", "image", "video")
"""Kinds of tokens that have rates of their own, as parts of input, cache and output."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Something billed by the piece: searches, seconds of audio, images, characters."""

    kind: str
    """`web_search`, `audio_second`…: the key of a price row's `fees`."""
    count: int | Decimal = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Token counts of one request. `None` is "not reported", 0 is "reported zero".

    The first five are disjoint and sum to the total. Providers that count cached
    tokens inside their input (OpenAI, Gemini) are split when they are read.
    """

    input: int | None = None
    """Uncached input tokens, without cache reads and cache writes."""
    cache_read: int | None = None
    """Input tokens that came from the provider's cache."""
    cache_write_5m: int | None = None
    """Input tokens written to the cache (5 minutes, or a lifetime not told)."""
    cache_write_1h: int | None = None
    """Input tokens written to the cache for one hour (Anthropic)."""
    output: int | None = None
    """All output tokens, reasoning included."""

    reasoning: int | None = None
    """Of `output`: tokens spent on reasoning."""
    input_audio: int | None = None
    """Of `input`: audio tokens."""
    input_image: int | None = None
    input_video: int | None = None
    cache_read_audio: int | None = None
    """Of `cache_read`: audio tokens."""
    cache_read_image: int | None = None
    cache_read_video: int | None = None
    output_audio: int | None = None
    """Of `output`: audio tokens."""
    output_image: int | None = None
    output_video: int | None = None
    citation: int | None = None
    """Beside all others: tokens of cited sources (Perplexity)."""

    units: tuple[Unit, ...] = ()
    """What is billed beside the tokens, by the piece."""

    @property
    def total_input(self) -> int | None:
        """Every input token, cached or not; None when none is reported."""
        told = (self.input, self.cache_read, self.cache_write_5m, self.cache_write_1h)
        return summed(told)

    @property
    def cache_write(self) -> int | None:
        """Input tokens written to the cache, for however long."""
        return summed((self.cache_write_5m, self.cache_write_1h))

    @property
    def total(self) -> int | None:
        """All tokens, in and out; None when nothing is reported."""
        return summed((self.total_input, self.output))

    @property
    def is_reported(self) -> bool:
        """True when the provider reported at least one count."""
        if self.input is not None or self.output is not None:
            return True  # as nearly always
        return any(getattr(self, name) is not None for name in COUNTS)

    @property
    def parts(self) -> dict[str, int]:
        """The counts that have no column of their own: modalities, citations."""
        told = _parts(self)
        if told == _NO_PARTS:
            return {}  # as nearly always
        pairs = zip(PARTS, told, strict=True)
        return {name: count for name, count in pairs if count is not None}

    def with_parts(self, parts: Mapping[str, int | None]) -> Usage:
        """The same with some buckets set, by their names."""
        counts: dict[str, Any] = dict(parts)
        return replace(self, **counts)

    def with_units(self, *units: Unit) -> Usage:
        """The same with more billed by the piece; counts of zero say nothing."""
        if not units:
            return self
        told = tuple(unit for unit in units if unit.count > 0)
        return replace(self, units=self.units + told) if told else self

    def __add__(self, other: Usage) -> Usage:
        """Both together, bucket by bucket."""
        counts = {n: summed((getattr(self, n), getattr(other, n))) for n in COUNTS}
        return self.with_parts(counts).with_units(*other.units)


COUNTS: tuple[str, ...] = tuple(f.name for f in fields(Usage) if f.name != "units")
"""Every bucket, in the order in which they are shown."""
PARTS = COUNTS[COUNTS.index("reasoning") + 1 :]
"""The buckets that are kept beside the columns."""
_parts = attrgetter(*PARTS)
_NO_PARTS = (None,) * len(PARTS)
NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Pass:
    """One of several runs of a model that a single answer took (Anthropic's
    `usage.iterations`): billed and put in a tier by itself."""

    usage: Usage
    model: str = ""
    """Another model than the one that answered, or ""."""


def summed(counts: Iterable[int | None]) -> int | None:
    """None when nothing is reported."""
    total: int | None = None
    for count in counts:
        if count is not None:
            total = count if total is None else total + count
    return total


def summed_usage(usages: Iterable[Usage]) -> Usage:
    """What several answers used together, each bucket by itself."""
    return reduce(Usage.__add__, usages, NO_USAGE)
