"""Tokens times rates: the cost of one request, as exact Decimals.

`pricing/book.py` gives it the price row and the usage; the `Quote` goes back to the
recorder. Each bucket is billed at its own rate; one without a rate is billed as the
bucket that contains it, as `genai-prices` does (docs/pricing.md has the table). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pricing.match import Match
from pricing.quote import Quote, QuoteLine
from pricing.rates import PricedModel, Rates, dollars, plain
from pricing.usage import Usage

MILLION = Decimal(1_000_000)
STORED = Decimal("1e-12")
"""Costs are kept to 12 decimal places, ties to even."""
INPUT_ONLY = frozenset({"embeddings", "rerank", "moderations"})
"""Operations that have no output to bill."""

_NAMES = {
    "input": "input",
    "cache_read": "cache read",
    "cache_write_5m": "cache write",
    "cache_write_1h": "1 h cache write",
    "output": "output",
    "reasoning": "reasoning",
    "input_audio": "audio input",
    "cache_read_audio": "cached audio",
    "output_audio": "audio output",
}
# Where a bucket is billed when its own rate isn't published.
_INSTEAD = {
    "cache_read": ("input",),
    "cache_write_5m": ("input",),
    "cache_write_1h": ("cache_write_5m", "input"),
    "reasoning": ("output",),
    "input_audio": ("input",),
    "cache_read_audio": ("cache_read", "input_audio", "input"),
    "output_audio": ("output",),
}


@dataclass(frozen=True, slots=True)
class _Bucket:
    kind: str
    tokens: int


def why_no_usage(usage: Usage, operation: str) -> str:
    """A sentence when the counts that this operation is billed by are missing."""
    if not usage.is_reported:
        return "The provider reported no token counts."
    if usage.total_input is None:
        return "The provider reported no input tokens."
    if usage.output is None and operation not in INPUT_ONLY:
        return "The provider reported no output tokens."
    return ""


def value(usage: Usage, row: PricedModel, match: Match) -> Quote:
    """The quote of known usage at a known price."""
    rates, tier = row.rates_for(usage.total_input or 0)
    buckets = list(_buckets(usage, rates))
    if rates.is_empty and row.request_usd is not None:
        buckets = []  # billed by the request alone
    missing = next((b.kind for b in buckets if _billed_as(b.kind, rates) is None), "")
    if missing or (rates.is_empty and row.request_usd is None):
        return _quote(
            "no_price",
            row,
            match,
            tier=tier,
            why=f"The price of {row.model} has no {_NAMES.get(missing, 'token')} rate.",
        )
    lines = [_line(bucket, rates) for bucket in buckets]
    lines += _per_request(row)
    total = sum((line.cost_usd for line in lines), start=Decimal(0))
    cost = _stored(total)
    formula = _formula(lines, cost)
    return _quote(
        "priced", row, match, tier=tier, cost=cost, lines=tuple(lines), formula=formula
    )


def _quote(
    status: Literal["priced", "no_price"],
    row: PricedModel,
    match: Match,
    *,
    tier: str,
    cost: Decimal | None = None,
    lines: tuple[QuoteLine, ...] = (),
    formula: str = "",
    why: str = "",
) -> Quote:
    return Quote(
        status=status,
        cost_usd=cost,
        provider=row.provider,
        model=match.asked,
        price_id=row.id,
        price_model=match.pattern,
        matched_by=match.kind,
        tier=tier,
        lines=lines,
        formula=formula,
        why=why,
    )


def _buckets(usage: Usage, rates: Rates) -> Iterator[_Bucket]:
    """Usage cut where this price cuts it; buckets without tokens are left out."""
    yield from _cut("input", usage.input, ("input_audio", usage.input_audio), rates)
    audio = ("cache_read_audio", usage.cache_read_audio)
    yield from _cut("cache_read", usage.cache_read, audio, rates)
    for kind in ("cache_write_5m", "cache_write_1h"):
        if tokens := getattr(usage, kind):
            yield _Bucket(kind, tokens)
    spoken = usage.output_audio if rates.output_audio is not None else None
    rest = max((usage.output or 0) - (spoken or 0), 0)
    yield from _cut("output", rest, ("reasoning", usage.reasoning), rates)
    if spoken:
        yield _Bucket("output_audio", min(spoken, usage.output or 0))


def _cut(
    kind: str, tokens: int | None, part: tuple[str, int | None], rates: Rates
) -> Iterator[_Bucket]:
    part_kind, part_tokens = part
    own = _has_own_rate(part_kind, rates)
    inside = min(part_tokens or 0, tokens or 0) if own else 0
    if tokens and tokens > inside:
        yield _Bucket(kind, tokens - inside)
    if inside:
        yield _Bucket(part_kind, inside)


def _has_own_rate(kind: str, rates: Rates) -> bool:
    if kind == "cache_read_audio" and rates.cache_read is None:
        # Cached audio is audio input where cache reads have no rate at all.
        return rates.cache_read_audio is not None or rates.input_audio is not None
    return getattr(rates, kind) is not None


def _billed_as(kind: str, rates: Rates) -> str | None:
    """The bucket whose rate is used: its own, or the nearest that contains it."""
    for candidate in (kind, *_INSTEAD.get(kind, ())):
        if getattr(rates, candidate) is not None:
            return candidate
    return None


def _line(bucket: _Bucket, rates: Rates) -> QuoteLine:
    billed_as = _billed_as(bucket.kind, rates) or bucket.kind
    rate: Decimal = getattr(rates, billed_as)
    note = ""
    if billed_as != bucket.kind:
        own, used = _NAMES[bucket.kind], _NAMES[billed_as]
        note = f"No {own} rate is published: billed at the {used} rate."
    return QuoteLine(
        kind=bucket.kind,
        tokens=bucket.tokens,
        usd_per_million=rate,
        cost_usd=rate * bucket.tokens / MILLION,
        note=note,
    )


def _per_request(row: PricedModel) -> list[QuoteLine]:
    if row.request_usd is None:
        return []
    return [
        QuoteLine(
            kind="request",
            tokens=0,
            usd_per_million=Decimal(0),
            cost_usd=row.request_usd,
            note="A fixed price for each request.",
        )
    ]


def _stored(total: Decimal) -> Decimal:
    exponent = total.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -12:
        total = total.quantize(STORED)
    return plain(total)


def _formula(lines: list[QuoteLine], cost: Decimal) -> str:
    terms = [
        f"{line.tokens:,} × {dollars(line.usd_per_million)}/M"
        if line.kind != "request"
        else f"{dollars(line.cost_usd)} per request"
        for line in lines
    ]
    return f"{' + '.join(terms) or '0 tokens'} = {dollars(cost, 0)}"
