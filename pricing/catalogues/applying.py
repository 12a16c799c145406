"""Takes chosen prices of a catalogue in one transaction, and gives them back.

A changed row becomes that catalogue's: a refresh of the one it came from leaves it
alone from then on. What was is kept in `PriceImportRow`. Undoing makes a new row
inactive, since stored quotes point at it, and leaves what was edited since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone

from pricing import editing
from pricing.catalogues import keeping
from pricing.catalogues.comparing import Offer, Status
from pricing.catalogues.keeping import STEP
from pricing.models import ModelPrice, PriceImport, PriceImportRow, PriceTier
from pricing.rates import digits
from pricing.sources.base import CataloguePrice


@dataclass(slots=True)
class Undone:
    """What an import was taken back from."""

    batch: PriceImport
    restored: int = 0
    removed: int = 0
    kept: list[str] = field(default_factory=list)
    """Changed since, so left as they are."""


@transaction.atomic
def take(
    source: str, origin: str, offers: Iterable[Offer], start: date | None = None
) -> PriceImport | None:
    """The offers' prices, from a day on or as if they had always been so; None where
    none is to be taken."""
    chosen = [offer for offer in offers if offer.is_takeable]
    if not chosen:
        return None
    editing.alone()  # two at once would make one price twice
    known = _rows_by_key(source, chosen, start)
    # Edited since, and not in force today: it stays as it is.
    chosen = [each for each in chosen if not _is_held(each, start, known)]
    if not chosen:
        return None
    stored = _stored({each.now.id for each in chosen if each.now})
    rows = [_row(source, offer, start, known, stored) for offer in chosen]
    _give_way(rows, [known.get(_key(offer.price, start)) for offer in chosen])
    before = keeping.told(row for row in rows if not row._state.adding)
    made = sum(row._state.adding for row in rows)
    for row, offer in zip(rows, chosen, strict=True):
        _fill(row, source, offer, start)
    _save(rows, [_tiers(*each) for each in zip(rows, chosen, strict=True)])
    after = keeping.told(rows)
    batch = PriceImport.objects.create(
        source=source,
        origin=origin[:255],
        created=made,
        changed=len(before),
    )
    entries = [
        PriceImportRow(batch=batch, price=pk, before=before.get(pk), after=values)
        for pk, values in after.items()
    ]
    PriceImportRow.objects.bulk_create(entries, batch_size=STEP)
    return batch


def _stored(ids: Collection[int]) -> dict[int, ModelPrice]:
    """These rows, held until the transaction ends."""
    found: dict[int, ModelPrice] = {}
    ordered = sorted(ids)
    for begin in range(0, len(ordered), STEP):
        rows = ModelPrice.objects.select_for_update().order_by("pk")
        found |= rows.in_bulk(ordered[begin : begin + STEP])
    return found


def _rows_by_key(
    source: str, offers: Sequence[Offer], start: date | None
) -> dict[str, ModelPrice]:
    """Rows that this catalogue has made: they are used again, whether they are switched
    off, of a day to come, or somebody else has just taken them, too."""
    rows = ModelPrice.objects.filter(source=source)
    keys = {_key(offer.price, start) for offer in offers}
    return {row.source_key: row for row in rows if row.source_key in keys}


def _is_held(offer: Offer, start: date | None, known: dict[str, ModelPrice]) -> bool:
    row = known.get(_key(offer.price, start))
    return row is not None and row.is_edited


def _row(
    source: str,
    offer: Offer,
    start: date | None,
    known: dict[str, ModelPrice],
    stored: dict[int, ModelPrice],
) -> ModelPrice:
    """The row to change; a new one has no id yet."""
    old = stored.get(offer.now.id) if offer.now and offer.is_own else None
    if old is not None and start in (None, old.valid_from):
        return old
    key = _key(offer.price, start)
    made = known.get(key)
    if old is None or made is not None:
        return made or ModelPrice(source=source, source_key=key)
    # The price of a day on stands beside the one of before.
    row = ModelPrice.objects.prefetch_related("tiers").get(pk=old.pk)
    copied = ModelPrice(source=source, source_key=key)
    for name in (*keeping.COLUMNS, "is_edited"):
        if name not in ("source", "source_key"):
            setattr(copied, name, getattr(row, name))
    return copied


def _give_way(rows: Sequence[ModelPrice], made: Sequence[ModelPrice | None]) -> None:
    """An own row of before that an undoing left inactive keeps no key that another
    catalogue's row is about to have: it stays, since quotes may point at it."""
    for row, own in zip(rows, made, strict=True):
        if own is not None and own.pk != row.pk:
            key = f"{own.source_key[:200]}~{own.pk}"
            ModelPrice.objects.filter(pk=own.pk).update(source_key=key)


def _key(price: CataloguePrice, start: date | None) -> str:
    return f"{price.key}#{start}" if start else price.key


def _fill(row: ModelPrice, source: str, offer: Offer, start: date | None) -> None:
    price = offer.price
    is_new = offer.status is Status.NEW
    base = price.rates if is_new else price.rates.over(row.rates())
    row.set_rates(base)
    if price.request_usd is not None:
        row.request_usd = price.request_usd
    if price.fees:
        row.fees = {**row.fees, **{k: digits(usd) for k, usd in price.fees.items()}}
    row.aliases = list(dict.fromkeys([*row.aliases, *price.aliases]))
    if is_new:
        row.provider, row.model = price.provider, price.model
        row.match, row.service_tier = price.match, price.service_tier
        row.display_name, row.notes = price.display_name, price.notes
    row.valid_from = start or price.valid_from or row.valid_from
    row.source, row.source_key = source, _key(price, start)
    row.source_url = price.source_url or row.source_url
    row.checked_at, row.active = timezone.now().date(), True


def _tiers(row: ModelPrice, offer: Offer) -> list[PriceTier] | None:
    """The tiers that replace the row's; None: they stay."""
    told = offer.price.tiers
    if not told and row._state.adding and offer.now and offer.is_own:
        return [_tier_of(row, each) for each in _stored_tiers(offer.now.id)]
    if not told:
        return None
    made = []
    for tier in told:
        end = tier.max_input_tokens
        made.append(
            PriceTier(
                price=row,
                min_input_tokens=tier.min_input_tokens,
                max_input_tokens=end,
                label=tier.label,
            )
        )
        made[-1].set_rates(tier.rates)
    return made


def _stored_tiers(price: int) -> Iterable[PriceTier]:
    return PriceTier.objects.filter(price_id=price)


def _tier_of(row: ModelPrice, old: PriceTier) -> PriceTier:
    copied = PriceTier(
        price=row,
        min_input_tokens=old.min_input_tokens,
        max_input_tokens=old.max_input_tokens,
        label=old.label,
    )
    copied.set_rates(old.rates())
    return copied


def _save(rows: list[ModelPrice], tiers: list[list[PriceTier] | None]) -> None:
    """New rows at once; a changed one by itself, so that the audit log has it."""
    made = [row for row in rows if row._state.adding]
    for row in rows:
        if not row._state.adding:
            row.save()
    ModelPrice.objects.bulk_create(made, batch_size=STEP)
    fresh = []
    for row, own in zip(rows, tiers, strict=True):
        if own is None:
            continue
        PriceTier.objects.filter(price=row).delete()
        for tier in own:
            tier.price = row
        fresh += own
    PriceTier.objects.bulk_create(fresh, batch_size=STEP)


@transaction.atomic
def undo(batch: PriceImport) -> Undone:
    """Prices as they were before it."""
    done = Undone(batch)
    entries = list(batch.rows.order_by("pk"))
    rows = _stored({entry.price for entry in entries})
    now = keeping.told(rows.values())
    made = []
    for entry in entries:
        row = rows.get(entry.price)
        if row is None or now[row.pk] != entry.after:
            done.kept.append(str(row) if row else f"price {entry.price}, deleted")
        elif entry.before is None:
            made.append(row.pk)
        else:
            keeping.restore(row, entry.before)
            done.restored += 1
    for start in range(0, len(made), STEP):
        some = ModelPrice.objects.filter(pk__in=made[start : start + STEP])
        done.removed += some.update(active=False, updated_at=timezone.now())
    batch.undone_at = timezone.now()
    batch.save()
    return done


def last(source: str) -> PriceImport | None:
    """The one that `undo` takes back: the latest that stands."""
    found = PriceImport.objects.filter(source=source, undone_at=None)
    return found.order_by("-pk").first()
