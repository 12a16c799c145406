"""What the lines of a quote are made of, in a few words beside the packed detail.

`input:2.5 output:10 request=0.005`: dollars per million of a bucket's tokens, or due
once. Many requests with the same words have lines that are these rates times the sums
of their token columns, so that `runs/measure/kinds.py` unpacks none of them. Written
with the detail (`runs/store/detail_rows.py`). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

from pricing.cost import MILLION
from pricing.used import TOKENS

ALONE = "-"
"""The token columns don't tell all that is billed, or its lines."""
_MARKS = frozenset(" :=")

Tokens = Sequence[int | None]
"""Input, cache read, cache written for 5 minutes and for 1 hour, output, reasoning."""


class Rate(NamedTuple):
    kind: str
    usd: Decimal
    is_once: bool
    """Due for each request, else for a million tokens."""

    def cost_usd(self, requests: int, tokens: int) -> Decimal:
        return self.usd * requests if self.is_once else self.usd * tokens / MILLION


class PaidLine(Protocol):
    """Of a `Quote`, or of what is read of one."""

    @property
    def kind(self) -> str: ...
    @property
    def tokens(self) -> int: ...
    @property
    def usd_per_million(self) -> Decimal: ...
    @property
    def cost_usd(self) -> Decimal: ...


def rates_of(lines: Sequence[PaidLine], tokens: Tokens, *, is_special: bool) -> str:
    """`is_special`: audio, images or pieces are billed as well."""
    if is_special:
        return ALONE
    if not lines:
        return ""
    kinds = {line.kind for line in lines}
    counts = counts_of(tokens, kinds)
    words = [_word(line, counts) for line in lines]
    return " ".join(words) if all(words) and len(kinds) == len(lines) else ALONE


def read(rates: str) -> list[Rate]:
    return list(_read(rates))


def counts_of(tokens: Tokens, kinds: set[str]) -> dict[str, int]:
    """Tokens of each line, of one request or of many: output without the reasoning
    where that has a line of its own, and never more of it than there is output."""
    asked, read, brief, long, output, thought = (count or 0 for count in tokens)
    thought = min(thought, output)
    return {
        "input": asked,
        "cache_read": read,
        "cache_write_5m": brief,
        "cache_write_1h": long,
        "output": output - thought if "reasoning" in kinds else output,
        "reasoning": thought,
    }


def _word(line: PaidLine, counts: dict[str, int]) -> str:
    """ "": it can't be told so."""
    if line.kind not in TOKENS:
        return "" if _MARKS & set(line.kind) else f"{line.kind}={line.cost_usd}"
    is_told = line.tokens == counts[line.kind] and (
        line.cost_usd == line.usd_per_million * line.tokens / MILLION
    )
    return f"{line.kind}:{line.usd_per_million}" if is_told else ""


def _read(rates: str) -> Iterator[Rate]:
    for word in rates.split():
        kind, mark, usd = word.partition("=" if "=" in word else ":")
        yield Rate(kind, Decimal(usd), mark == "=")
