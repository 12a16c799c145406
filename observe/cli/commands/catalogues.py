"""`weir prices preview | apply | undo`: a published catalogue beside the prices in use.

Called by `observe/cli/commands/prices.py`; `pricing/catalogues/` does the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import DatabaseError

from observe.cli.terminal import Terminal
from observe.problem import Problem
from observe.remote.tables import plain_table
from pricing.catalogues import applying, offered, reading
from pricing.catalogues.choosing import by_status, chosen, counts, not_taken
from pricing.catalogues.comparing import Offer, RateChange, Status
from pricing.models import PriceImport
from pricing.rates import digits, dollars
from proxy.setup.keys import key_of

NAMED = 20
"""Reasons and failures that are told one by one."""


def preview(options: dict[str, Any], terminal: Terminal) -> None:
    found, offers = _compared(options)
    told = counts(offers)
    if options["json"]:
        terminal.show_json(
            {
                "source": found.source.name,
                "origin": found.origin,
                "counts": told,
                "items": list(map(_as_json, by_status(offers)[: options["limit"]])),
                "failures": found.failures,
                "left_out": found.catalogue.left_out,
            }
        )
        return
    shown = [o for o in by_status(offers) if o.status is not Status.UNCHANGED]
    if shown:
        table = plain_table("price", "status", "change", "told")
        for offer in shown[: options["limit"]]:
            table.add_row(*_cells(offer))
        terminal.show(table)
    if (more := len(shown) - options["limit"]) > 0:
        terminal.say(f"… and {more:,} more: --limit and --only choose.")
    terminal.write(_summary(found, told))
    _tell(terminal, [*found.failures, *found.catalogue.left_out])


def apply(options: dict[str, Any], terminal: Terminal) -> None:
    found, offers = _compared(options)
    confirmed = options["yes"]
    taken = [offer for offer in offers if confirmed or not offer.doubts]
    try:
        batch = applying.take(
            found.source.name, found.origin, taken, options["valid_from"]
        )
    except DatabaseError as error:
        raise Problem(f"The prices can't be written now: {error}") from None
    left = not_taken(offers, confirm=confirmed)
    if options["json"]:
        terminal.show_json({"batch": _batch(batch), "not_taken": left})
        return
    if batch is None:
        terminal.write("Nothing was to be taken.")
    else:
        terminal.write(
            f"{batch.created:,} prices made, {batch.changed:,} changed."
            f" `weir prices undo {found.source.name}` takes them back."
        )
    _tell(terminal, [f"{each['key']}: {' '.join(each['why'])}" for each in left])
    _tell(terminal, found.failures)
    if any(offer.doubts and not offer.refused for offer in offers) and not confirmed:
        terminal.say("Those with doubts are taken with --yes.")


def undo(options: dict[str, Any], terminal: Terminal) -> None:
    batch = applying.last(options["source"])
    if batch is None:
        raise Problem(f"Nothing of {options['source']} is left to be undone.")
    done = applying.undo(batch)
    if options["json"]:
        terminal.show_json(
            {
                "batch": _batch(batch),
                "restored": done.restored,
                "removed": done.removed,
                "kept": done.kept,
            }
        )
        return
    terminal.write(
        f"{done.restored:,} prices are as before, {done.removed:,} are switched off."
    )
    _tell(terminal, [f"{each}: it was changed since, and stays." for each in done.kept])


def _compared(options: dict[str, Any]) -> tuple[reading.Reading, list[Offer]]:
    try:
        source = reading.named(options["source"])
        if options["file"]:
            data = Path(options["file"]).read_bytes()
            found = reading.from_file(source, options["file"], data)
        else:
            found = reading.from_network(
                source, key_of(source.provider), options["only"], hosts=options["hosts"]
            )
    except reading.UnreadableCatalogueError as error:
        raise Problem(str(error), hint="`--file` reads a saved one.") from None
    offered.remember(found)
    return found, chosen(found, options["only"])


def _summary(found: reading.Reading, told: dict[str, int]) -> str:
    words = ", ".join(f"{told[status.value]:,} {status.value}" for status in Status)
    return (
        f"{found.origin}: {words}. {told['refused']:,} break a rule and can't be taken,"
        f" {told['doubted']:,} want --yes."
    )


def _cells(offer: Offer) -> tuple[str, str, str, str]:
    name = f"{offer.price.provider}/{offer.price.model}"
    if offer.price.service_tier:
        name += f" ({offer.price.service_tier})"
    changes = ", ".join(map(_change, offer.changes))
    return name, offer.status.value, changes, " ".join(offer.refused + offer.doubts)


def _change(change: RateChange) -> str:
    """`input $2.50 → $3.00 (+20.0 %)`"""
    what = change.what.replace("_", " ")
    percent = f" ({change.percent:+} %)" if change.percent is not None else ""
    if change.before is None:
        return f"{what} {_usd(change.after)}"
    return f"{what} {_usd(change.before)} → {_usd(change.after)}{percent}"


def _usd(rate: Decimal | None) -> str:
    return "–" if rate is None else dollars(rate)


def _as_json(offer: Offer) -> dict[str, Any]:
    return {
        "key": offer.price.key,
        "provider": offer.price.provider,
        "model": offer.price.model,
        "service_tier": offer.price.service_tier,
        "status": offer.status.value,
        "changes": [
            {"what": c.what, "before": _text(c.before), "after": _text(c.after)}
            for c in offer.changes
        ],
        "refused": offer.refused,
        "doubts": offer.doubts,
    }


def _text(rate: Decimal | None) -> str | None:
    return None if rate is None else digits(rate)


def _batch(batch: PriceImport | None) -> dict[str, Any] | None:
    if batch is None:
        return None
    return {"id": batch.pk, "created": batch.created, "changed": batch.changed}


def _tell(terminal: Terminal, lines: Sequence[str]) -> None:
    for line in lines[:NAMED]:
        terminal.say(line)
    if len(lines) > NAMED:
        terminal.say(f"… and {len(lines) - NAMED:,} more.")
