"""The disjoint token columns of a request, or of many summed, as a `Usage`. Pure."""

from __future__ import annotations

from typing import Protocol

from pricing.usage import Usage

WRITE_COLUMNS = ("cache_write_5m_tokens", "cache_write_1h_tokens")
INPUT_COLUMNS = ("input_tokens", "cache_read_tokens", *WRITE_COLUMNS)
"""What `Usage.total_input` adds up, where sums are made column by column."""
TOKEN_COLUMNS = (*INPUT_COLUMNS, "output_tokens", "reasoning_tokens")


class TokenColumns(Protocol):
    """A `CapturedRequest`, or a group of them as `runs/measure/queries.py` sums it."""

    @property
    def input_tokens(self) -> int | None: ...
    @property
    def cache_read_tokens(self) -> int | None: ...
    @property
    def cache_write_5m_tokens(self) -> int | None: ...
    @property
    def cache_write_1h_tokens(self) -> int | None: ...
    @property
    def output_tokens(self) -> int | None: ...
    @property
    def reasoning_tokens(self) -> int | None: ...


def usage_of(row: TokenColumns) -> Usage:
    """What `Usage` can sum: all input, all that was written to a cache."""
    return Usage(
        input=row.input_tokens,
        cache_read=row.cache_read_tokens,
        cache_write_5m=row.cache_write_5m_tokens,
        cache_write_1h=row.cache_write_1h_tokens,
        output=row.output_tokens,
        reasoning=row.reasoning_tokens,
    )
