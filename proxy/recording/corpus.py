"""Recorded answers priced by Weir, by hand, by the provider and by each catalogue.

`weir prices check --corpus` shows what differs. A line of the file is a case:
`tests/pricing/cases/cost.jsonl` has those of the tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pricing.book import PriceBook
from proxy.recording.playing import play

SAME = Decimal("1e-9")
"""USD: what binary amounts of a provider may be off."""
_NO_CASE = (
    *(AttributeError, KeyError, TypeError, ValueError),
    *(ArithmeticError, RecursionError),
)
"""What a line that is none ends in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedAnswer:
    """One answer and what it costs by each; `None` is "not known"."""

    id: str
    cost_usd: Decimal | None
    why: str
    """Why Weir knows no cost."""
    others: Mapping[str, Decimal | None]
    """`by hand`, `reported` and the catalogues' names; left out where not told."""

    @property
    def differing(self) -> dict[str, Decimal]:
        """Costs that are another one. Who knows none doesn't differ."""
        return {
            name: usd
            for name, usd in self.others.items()
            if usd is not None
            and (self.cost_usd is None or abs(usd - self.cost_usd) > SAME)
        }


def check(
    lines: Iterable[str], book: PriceBook, catalogues: Mapping[str, PriceBook]
) -> Iterator[CheckedAnswer]:
    """One for each line; raises ValueError for what is no case."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _checked(json.loads(line), book, catalogues)
        except _NO_CASE as error:
            kind = type(error).__name__
            raise ValueError(f"Line {number} is no case ({kind}).") from None


def _checked(
    case: Mapping[str, Any], book: PriceBook, catalogues: Mapping[str, PriceBook]
) -> CheckedAnswer:
    record = play(case, book)
    others: dict[str, Decimal | None] = {}
    if case.get("cost") is not None:
        others["by hand"] = Decimal(case["cost"])
    if record.reported_cost_usd is not None:
        others["reported"] = record.reported_cost_usd
    for name, other in catalogues.items():
        quote = play(case, other).quote
        # What is reported is the cost where no price is known: that is not its own.
        is_own = quote is not None and quote.status == "priced"
        others[name] = quote.cost_usd if quote and is_own else None
    quote = record.quote
    return CheckedAnswer(
        id=str(case["id"]),
        cost_usd=quote.cost_usd if quote else Decimal(0),
        why=quote.why if quote else "",
        others=others,
    )
