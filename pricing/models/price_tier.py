"""Other rates for larger (or smaller) requests of a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from pricing.invariants import PriceSheet, broken
from pricing.models.model_price import ModelPrice
from pricing.models.rate_fields import RateFields
from pricing.rates import NO_RATES, Rates


class PriceTier(RateFields):
    """Rates for every token of a request whose whole input lies in `[min, max)`."""

    price = models.ForeignKey(
        ModelPrice, on_delete=models.CASCADE, related_name="tiers"
    )
    min_input_tokens = models.PositiveBigIntegerField(
        default=0,
        help_text="From this many input tokens on, cached ones included.",
    )
    max_input_tokens = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="Below this many input tokens. Empty: no upper end.",
    )
    label = models.CharField(
        max_length=64, blank=True, help_text="Shown with the quote, e.g. `over 200K`."
    )

    is_checked_with_others = False
    """Set by a form that holds all tiers of the price and compares them itself."""

    class Meta:
        verbose_name = "tier"
        ordering = ["price_id", "min_input_tokens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_input_tokens__isnull=True)
                | Q(max_input_tokens__gt=F("min_input_tokens")),
                name="tier_max_above_min",
            ),
            # Overlaps are refused by clean(); two tiers with one start always overlap.
            models.UniqueConstraint(
                fields=["price", "min_input_tokens"], name="tier_start_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.range

    @property
    def range(self) -> str:
        """`200,001 input tokens and more`, `0 to 199,999 input tokens`."""
        if self.max_input_tokens is None:
            return f"{self.min_input_tokens:,} input tokens and more"
        return (
            f"{self.min_input_tokens:,} to {self.max_input_tokens - 1:,} input tokens"
        )

    def clean(self) -> None:
        self.refuse_negative_rates()
        if (
            self.max_input_tokens is not None
            and self.max_input_tokens <= self.min_input_tokens
        ):
            raise ValidationError(
                {
                    "max_input_tokens": (
                        f"The tier must end above its start of "
                        f"{self.min_input_tokens:,} tokens."
                    )
                }
            )
        if self.price_id and not self.is_checked_with_others:
            others = PriceTier.objects.filter(price_id=self.price_id)
            refuse_overlap([self, *others.exclude(pk=self.pk)])


def refuse_bad_tiers(price: ModelPrice, tiers: Sequence[PriceTier]) -> None:
    """Raise ValidationError with a sentence where a price with these tiers overlaps
    itself, leaves sizes out, has no rate at all, or breaks a rule of price lists."""
    refuse_overlap(tiers)
    has_own_rates = price.has_rates
    refuse_holes(tiers, has_own_rates=has_own_rates)
    charges = has_own_rates or price.request_usd is not None
    if not charges and not any(tier.has_rates for tier in tiers):
        raise ValidationError(
            "Give at least one rate, of the price or of a tier: 0 for what is free."
            " Without any, no request would get a cost."
        )
    if said := broken(sheet_of(price, tiers)):
        raise ValidationError(said)


def sheet_of(
    price: ModelPrice, tiers: Iterable[PriceTier], standard: Rates | None = None
) -> PriceSheet:
    """As the rules look at it; `standard` is found where it isn't given."""
    rates = price.rates()
    return PriceSheet(
        provider=price.provider,
        model=price.model,
        rates=rates,
        tiers=[(str(tier), tier.rates().over(rates)) for tier in tiers],
        service_tier=price.service_tier,
        standard=_usual(price) if standard is None else standard,
    )


def _usual(price: ModelPrice) -> Rates:
    """The rates of the same model, served as usual."""
    if not price.service_tier:
        return NO_RATES
    rows = ModelPrice.objects.filter(
        provider=price.provider, model__iexact=price.model, service_tier="", active=True
    )
    row = rows.order_by("valid_from", "pk").last()
    return row.rates() if row else NO_RATES


def refuse_holes(tiers: Iterable[PriceTier], *, has_own_rates: bool) -> None:
    """Raise ValidationError with a sentence when tiers leave sizes out in between; for
    a price without rates of its own, below and above them as well."""
    ordered = sorted(tiers, key=lambda tier: tier.min_input_tokens)
    for lower, upper in pairwise(ordered):
        if (end := lower.max_input_tokens) is not None and end < upper.min_input_tokens:
            _refuse(f"{end:,} to {upper.min_input_tokens - 1:,}")
    if has_own_rates or not ordered:
        return
    if start := ordered[0].min_input_tokens:
        _refuse(f"0 to {start - 1:,}")
    if (end := ordered[-1].max_input_tokens) is not None:
        _refuse(f"{end:,} and more")


def _refuse(sizes: str) -> None:
    raise ValidationError(
        f"No tier holds requests of {sizes} input tokens. Each must begin where the one"
        " before it ends."
    )


def refuse_overlap(tiers: Iterable[PriceTier]) -> None:
    """Raise ValidationError with a sentence when two tiers hold the same number."""
    ordered = sorted(tiers, key=lambda tier: tier.min_input_tokens)
    for lower, upper in pairwise(ordered):
        end = lower.max_input_tokens
        if end is None or end > upper.min_input_tokens:
            raise ValidationError(
                f"Two tiers overlap: “{lower.range}” and “{upper.range}”. "
                "Each must end where the next begins."
            )
