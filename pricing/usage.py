"""What a request used: token counts in disjoint buckets.

Filled by `proxy/wire/*` from the provider's answer, valued by `pricing/cost.py`,
stored as columns with its `runs/record.py`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields


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
    cache_read_audio: int | None = None
    """Of `cache_read`: audio tokens."""
    output_audio: int | None = None
    """Of `output`: audio tokens."""

    @property
    def total_input(self) -> int | None:
        """Every input token, cached or not; None when none is reported."""
        return summed((self.input, self.cache_read, self.cache_write))

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
        return any(getattr(self, field.name) is not None for field in fields(self))


NO_USAGE = Usage()


def summed(counts: Iterable[int | None]) -> int | None:
    """None when nothing is reported."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def summed_usage(usages: Sequence[Usage]) -> Usage:
    """What several answers used together, each bucket by itself."""
    names = [field.name for field in fields(Usage)]
    counts = {name: summed(getattr(each, name) for each in usages) for name in names}
    return Usage(**counts)
