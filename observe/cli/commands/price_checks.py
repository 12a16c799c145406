"""`weir prices check`: rules that prices break, where catalogues differ, and recorded
answers priced by each.

Called by `observe/cli/commands/prices.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from observe.cli.terminal import Terminal
from observe.problem import Problem
from observe.remote.tables import plain_table
from pricing.book import PriceBook
from pricing.catalogues import offered
from pricing.catalogues.auditing import broken_prices
from pricing.catalogues.disagreements import Disagreement, disagreements
from pricing.rates import digits, dollars
from proxy.recording.corpus import CheckedAnswer, check


def act(options: dict[str, Any], terminal: Terminal) -> None:
    book, provider = PriceBook.current(), options["provider"]
    broken = [(str(row), said) for row, said in broken_prices(provider)]
    apart = disagreements(book, timezone.now(), provider)
    answers = _answers(options["corpus"], book) if options["corpus"] else []
    if options["json"]:
        terminal.show_json(
            {
                "broken": [{"price": name, "why": said} for name, said in broken],
                "disagreements": list(map(_as_json, apart)),
                "answers": list(map(_answer_as_json, answers)),
            }
        )
        return
    for name, said in broken:
        terminal.write(f"{name}: {' '.join(said)}")
    _show_disagreements(apart, options["limit"], terminal)
    _show_answers(answers, options["limit"], terminal)
    read = ", ".join(offered.sources()) or "none yet; `weir prices preview` reads one"
    rule = "price breaks a rule" if len(broken) == 1 else "prices break a rule"
    terminal.write(
        f"{len(broken):,} {rule}, {len(apart):,} rates are disputed"
        f" (catalogues read: {read})."
    )


def _answers(name: str, book: PriceBook) -> list[CheckedAnswer]:
    catalogues = {source: offered.book_of(source) for source in offered.sources()}
    try:
        lines = Path(name).read_text("utf-8").splitlines()
        return list(check(lines, book, catalogues))
    except ValueError as error:
        raise Problem(f"{name}: {error}") from None


def _show_disagreements(
    apart: Sequence[Disagreement], limit: int, terminal: Terminal
) -> None:
    if not apart:
        return
    table = plain_table("price", "rate", "USD per 1M", "apart")
    for each in apart[:limit]:
        served = f" ({each.service_tier})" if each.service_tier else ""
        rates = each.usd_per_million.items()
        told = ", ".join(f"{source} {dollars(usd)}" for source, usd in rates)
        percent = "–" if each.percent is None else f"{each.percent:,} %"
        name = f"{each.provider}/{each.model}{served}"
        table.add_row(name, each.bucket.replace("_", " "), told, percent)
    terminal.show(table)


def _show_answers(
    answers: Sequence[CheckedAnswer], limit: int, terminal: Terminal
) -> None:
    if not answers:
        return
    differing = [answer for answer in answers if answer.differing]
    table = plain_table("answer", "Weir", "others")
    for answer in differing[:limit]:
        told = (f"{name} {dollars(usd)}" for name, usd in answer.differing.items())
        table.add_row(answer.id, _usd(answer.cost_usd), ", ".join(told))
    if differing:
        terminal.show(table)
    names = dict.fromkeys(name for answer in answers for name in answer.others)
    for name in names:
        known = [a for a in answers if a.others.get(name) is not None]
        apart = sum(name in answer.differing for answer in known)
        terminal.write(
            f"{name}: {len(known) - apart:,} of {len(known):,} answers cost the same."
        )


def _usd(amount: Decimal | None) -> str:
    return "–" if amount is None else dollars(amount)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else digits(amount)


def _as_json(each: Disagreement) -> dict[str, Any]:
    return {
        "provider": each.provider,
        "model": each.model,
        "service_tier": each.service_tier,
        "bucket": each.bucket,
        "usd_per_million": {s: digits(r) for s, r in each.usd_per_million.items()},
        "percent": _text(each.percent),
    }


def _answer_as_json(answer: CheckedAnswer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "cost_usd": _text(answer.cost_usd),
        "why": answer.why,
        "others": {name: _text(usd) for name, usd in answer.others.items()},
        "differing": sorted(answer.differing),
    }
