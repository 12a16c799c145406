"""Tokens times rates, and fees: the cost of one request, as exact Decimals.

`pricing/book.py` gives it the price row and the usage; the `Quote` goes back to the
recorder. Each bucket is billed at its own rate. A cache bucket without one is billed
as the input that it is part of, as `genai-prices` does (docs/pricing.md has the table);
audio, images and video never at the rate of text. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from pricing import fees
from pricing.match import Match
from pricing.quote import Quote, QuoteLine, Status
from pricing.rates import PricedModel, Rates, dollars, plain
from pricing.usage import MODALITIES, Usage

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
    "citation": "citation",
    **{f"input_{kind}": f"{kind} input" for kind in MODALITIES},
    **{f"cache_read_{kind}": f"cached {kind}" for kind in MODALITIES},
    **{f"output_{kind}": f"{kind} output" for kind in MODALITIES},
}
# Where a bucket is billed when its own rate isn't published. A cache is never dearer
# to read than what is in it; no other modality has anything to fall back on.
INSTEAD = {
    "cache_read": ("input",),
    "cache_write_5m": ("input",),
    "cache_write_1h": ("cache_write_5m", "input"),
    "reasoning": ("output",),
    **{f"cache_read_{kind}": (f"input_{kind}",) for kind in MODALITIES},
}
_INSTEAD_WHEN_SPECIAL = {
    # Not each special way to be served has a cheaper cache: its own rate, or none.
    bucket: others
    for bucket, others in INSTEAD.items()
    if not bucket.startswith("cache_read")
}
_PLAIN = frozenset(
    ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
)
"""Buckets that the formula shows without their names."""
_Bucket = tuple[str, int]
"""A kind, and how many tokens of it."""
_dollars = lru_cache(4096)(dollars)
"""Of rates: a provider has a few dozen."""


def why_no_usage(usage: Usage, operation: str) -> str:
    """A sentence when the counts that this operation is billed by are missing."""
    if not usage.is_reported:
        return "The provider reported no token counts."
    if usage.total_input is None:
        return "The provider reported no input tokens."
    if usage.output is None and operation not in INPUT_ONLY:
        return "The provider reported no output tokens."
    return ""


def value(
    usage: Usage,
    row: PricedModel,
    match: Match,
    operation: str = "chat",
    mixed: Sequence[str] = (),
) -> Quote:
    """The quote of a usage at a known price.

    `mixed` names buckets of media (`output_image`) of which the usage has tokens, but
    doesn't tell how many: none may be billed as text that has a rate of its own.
    """
    rates, tier = row.rates_for(usage.total_input or 0)
    instead = _INSTEAD_WHEN_SPECIAL if row.service_tier else INSTEAD
    by_piece = fees.are_all(usage, row)
    if not by_piece and (lacking := why_no_usage(usage, operation)):
        return _refused(row, match, "no_usage", lacking)
    is_flat = rates.is_empty and (row.request_usd is not None or by_piece)
    buckets = [] if is_flat or by_piece else _buckets(usage, rates)
    missing: list[str] = []
    lines: list[QuoteLine] = []
    for bucket in buckets:
        if (line := _line(bucket, rates, instead)) is not None:
            lines.append(line)
        else:
            missing.append(f"{_NAMES[bucket[0]]} rate")
    if rates.is_empty and not is_flat and not missing:
        missing = ["token rate"]
    if fees.has_any(usage, row):
        missing += fees.missing(usage, row)
        lines += fees.lines(usage, row)
    if buckets and (untold := [n for n in mixed if _is_special(n, rates)]):
        of = " and ".join(_NAMES[name] for name in untold)
        why = f"The answer doesn't tell how many of its tokens are {of}."
        return _refused(row, match, "no_usage", why)
    if missing:
        why = f"The price of {row.model} has no {' and no '.join(missing)}."
        return _refused(row, match, "no_price", why + _known_part(lines))
    cost_usd, formula = _summed(lines)
    return Quote(
        status="priced",
        cost_usd=cost_usd,
        provider=row.provider,
        model=match.asked,
        price_id=row.id,
        price_model=match.pattern,
        matched_by=match.kind,
        tier=tier,
        lines=tuple(lines),
        formula=formula,
    )


def together(quotes: Sequence[Quote]) -> Quote:
    """One quote of several passes; unknown as soon as one of them is."""
    if len(quotes) == 1:
        return quotes[0]
    first = quotes[0]
    lines = _merged(line for quote in quotes for line in quote.lines)
    refused = next((quote for quote in quotes if quote.cost_usd is None), None)
    if refused is not None:
        return replace(refused, why=refused.why + _known_part(lines))
    tiers = dict.fromkeys(quote.tier for quote in quotes if quote.tier)
    cost_usd, formula = _summed(lines)
    return replace(
        first,
        tier=", ".join(tiers),
        cost_usd=cost_usd,
        lines=tuple(lines),
        formula=formula,
    )


def _merged(lines: Iterable[QuoteLine]) -> list[QuoteLine]:
    """Lines of one kind at one rate put together."""
    found: dict[tuple[object, ...], QuoteLine] = {}
    for line in lines:
        same = (line.kind, line.model, line.usd_per_million, line.usd_each, line.note)
        if (before := found.get(same)) is None:
            found[same] = line
            continue
        pieces = None if line.pieces is None else line.pieces + (before.pieces or 0)
        found[same] = replace(
            before,
            tokens=before.tokens + line.tokens,
            cost_usd=before.cost_usd + line.cost_usd,
            pieces=pieces,
        )
    return list(found.values())


def of_model(quote: Quote, model: str) -> Quote:
    """The same with the model's name on each line: another one's part of the work."""
    return replace(quote, lines=tuple(replace(x, model=model) for x in quote.lines))


def _is_special(name: str, rates: Rates) -> bool:
    """Media of that bucket cost something else than the text beside them."""
    rate = getattr(rates, name)
    return rate is not None and rate != getattr(rates, name.partition("_")[0])


def _refused(row: PricedModel, match: Match, status: Status, why: str) -> Quote:
    return Quote(
        status=status,
        cost_usd=None,
        provider=row.provider,
        model=match.asked,
        price_id=row.id,
        price_model=match.pattern,
        matched_by=match.kind,
        why=why,
    )


def _summed(lines: Sequence[QuoteLine]) -> tuple[Decimal, str]:
    """The cost, and the formula for people."""
    cost = _stored(sum((line.cost_usd for line in lines), start=Decimal(0)))
    # Without trailing zeros already, so its digits are those to show.
    return cost, f"{' + '.join(map(_term, lines)) or '0 tokens'} = ${cost:,f}"


def _known_part(lines: Sequence[QuoteLine]) -> str:
    """What can be said although a part is missing."""
    return f" Without that: {_summed(lines)[1]}." if lines else ""


def _buckets(usage: Usage, rates: Rates) -> list[_Bucket]:
    """Usage cut where this price cuts it; buckets without tokens are left out."""
    if usage.parts or (usage.reasoning and rates.reasoning is not None):
        return [*_cut_up(usage, rates)]
    told = (
        ("input", usage.input),
        ("cache_read", usage.cache_read),
        ("cache_write_5m", usage.cache_write_5m),
        ("cache_write_1h", usage.cache_write_1h),
        ("output", usage.output),
    )
    return [(kind, tokens) for kind, tokens in told if tokens]


def _cut_up(usage: Usage, rates: Rates) -> Iterator[_Bucket]:
    """With the parts that have rates of their own."""
    yield from _cut("input", usage.input, usage)
    yield from _cut("cache_read", usage.cache_read, usage)
    for kind in ("cache_write_5m", "cache_write_1h"):
        if tokens := getattr(usage, kind):
            yield kind, tokens
    for kind, tokens in _cut("output", usage.output, usage):
        if kind == "output" and rates.reasoning is not None and usage.reasoning:
            thought = min(usage.reasoning, tokens)
            if tokens > thought:
                yield "output", tokens - thought
            yield "reasoning", thought
        else:
            yield kind, tokens
    if usage.citation:
        yield "citation", usage.citation


def _cut(kind: str, tokens: int | None, usage: Usage) -> Iterator[_Bucket]:
    """Text first, then the parts that are audio, images or video."""
    rest, parts = tokens or 0, []
    for modality in MODALITIES:
        name = f"{kind}_{modality}"
        inside = min(getattr(usage, name) or 0, rest)
        rest -= inside
        if inside:
            parts.append((name, inside))
    if rest:
        yield kind, rest
    yield from parts


def _line(
    bucket: _Bucket, rates: Rates, instead: Mapping[str, tuple[str, ...]]
) -> QuoteLine | None:
    """At its own rate, or that of the nearest that contains it; None without one."""
    kind, tokens = bucket
    rate, note = getattr(rates, kind), ""
    if rate is None:
        for used in instead.get(kind, ()):
            if (rate := getattr(rates, used)) is not None:
                own = f"No {_NAMES[kind]} rate is published"
                note = f"{own}: billed at the {_NAMES[used]} rate."
                break
        else:
            return None
    return QuoteLine(
        kind=kind,
        tokens=tokens,
        usd_per_million=rate,
        cost_usd=rate * tokens / MILLION,
        note=note,
    )


def _stored(total: Decimal) -> Decimal:
    exponent = total.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -12:
        total = total.quantize(STORED)
    return plain(total)


def _term(line: QuoteLine) -> str:
    if line.kind == "request":
        return f"{dollars(line.cost_usd)} per request"
    if line.pieces is not None and line.usd_each is not None:
        what = line.kind.replace("_", " ")
        return f"{line.pieces:,} {what} × {dollars(line.usd_each)}"
    name = "" if line.kind in _PLAIN else f" {_NAMES[line.kind]}"
    of = f" of {line.model}" if line.model else ""
    return f"{line.tokens:,}{name}{of} × {_dollars(line.usd_per_million)}/M"
