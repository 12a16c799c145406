"""What one provider charges for one model."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from pricing.models.rate_fields import RateFields
from pricing.patterns import KINDS, BadPattern, from_alias
from pricing.serving import served_as


class ModelPrice(RateFields):
    """A price row. Read by `pricing/book.py`; written by `pricing/sync.py` and the
    admin."""

    provider = models.CharField(
        max_length=64,
        help_text="The provider's slug, e.g. `openai`.",
    )
    model = models.CharField(
        max_length=255, help_text="The model's name as the provider writes it."
    )
    match = models.CharField(
        max_length=8,
        choices=list(KINDS.items()),
        default="equals",
        help_text=(
            "How a request's model is compared with the name: "
            "equals wins over begins with, that over contains, then the longest."
        ),
    )
    aliases = models.JSONField(
        default=list,
        blank=True,
        help_text=(
            'More names, as a JSON list: ["gpt-4o-latest", "gpt-4o-2024-*", '
            '"*opus-5*", "/^grok-4-\\\\d{8}$/"].'
        ),
    )
    display_name = models.CharField(
        max_length=255, blank=True, help_text="The name for people."
    )
    request_usd = models.DecimalField(
        max_digits=18,
        decimal_places=12,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        verbose_name="USD per request",
        help_text="Charged for each request, on top of its tokens. Empty: nothing.",
    )
    fees = models.JSONField(
        default=dict,
        blank=True,
        help_text=(
            "USD for each piece of what is billed beside or instead of tokens, as "
            'JSON with texts: {"web_search": "0.01"}. docs/pricing.md has the kinds.'
        ),
    )
    service_tier = models.CharField(
        max_length=32,
        blank=True,
        help_text=(
            "Only for requests that the provider says it served so: `priority`, "
            "`flex`, `batch`, `fast`, a region (`us`), or several: `batch+us`. Empty: "
            "the standard price."
        ),
    )
    valid_from = models.DateField(
        null=True,
        blank=True,
        help_text="First day (UTC) of this price. Of several, the latest counts.",
    )
    daily_from = models.TimeField(
        null=True,
        blank=True,
        help_text="Daily hours (UTC) of this price: it counts from this time …",
    )
    daily_until = models.TimeField(
        null=True, blank=True, help_text="… and before this time (UTC)."
    )
    workdays_only = models.BooleanField(
        default=False,
        db_default=False,
        help_text="The daily hours count from Monday to Friday (UTC) only.",
    )
    active = models.BooleanField(
        default=True, help_text="Only active prices are used for new requests."
    )
    is_edited = models.BooleanField(
        default=False,
        editable=False,
        help_text="Changed or made by an operator: a refresh leaves it alone.",
    )
    source = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="The catalogue this row came from; empty for an operator's own.",
    )
    source_key = models.CharField(
        max_length=320,
        blank=True,
        editable=False,
        help_text="What the catalogue calls this row; a refresh finds it by that.",
    )
    source_url = models.URLField(
        max_length=500, blank=True, help_text="The page that publishes the price."
    )
    checked_at = models.DateField(
        null=True,
        blank=True,
        help_text="When it was last compared with that page.",
    )
    notes = models.TextField(blank=True, help_text="What the rates don't say.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "price"
        constraints = [
            # A refresh may never make a second row of one catalogue entry.
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=~Q(source=""),
                name="price_once_per_source",
            ),
            models.CheckConstraint(
                condition=Q(daily_from__isnull=True, daily_until__isnull=True)
                | Q(daily_from__isnull=False, daily_until__isnull=False),
                name="price_hours_both_or_none",
            ),
        ]
        indexes = [
            # The admin's and the API's order, and clean()'s look for a twin.
            models.Index("provider", Lower("model"), name="price_by_provider_model"),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.display_name or self.model}"

    def clean(self) -> None:
        """Refuse what could never be right, each with a sentence."""
        self.provider = self.provider.strip().lower()
        self.model = self.model.strip()
        self.service_tier = served_as(self.service_tier)
        self.refuse_negative_rates()
        self._refuse_bad_fees()
        self._refuse_bad_aliases()
        self._refuse_half_hours()
        self._refuse_twin()

    def _refuse_bad_aliases(self) -> None:
        names: Any = self.aliases
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            raise ValidationError(
                {"aliases": 'Aliases are a JSON list of texts, like ["gpt-4o-*"].'}
            )
        for name in names:
            try:
                from_alias(name)
            except BadPattern as error:
                raise ValidationError({"aliases": str(error)}) from None

    def _refuse_bad_fees(self) -> None:
        fees: Any = self.fees
        if not isinstance(fees, dict) or not all(map(_is_amount, fees.values())):
            raise ValidationError(
                {"fees": 'Fees are JSON with USD as text: {"web_search": "0.01"}.'}
            )

    def _refuse_half_hours(self) -> None:
        if (self.daily_from is None) != (self.daily_until is None):
            raise ValidationError(
                {"daily_until": "Give both ends of the daily hours, or neither."}
            )
        if self.daily_from is not None and self.daily_from == self.daily_until:
            raise ValidationError(
                {"daily_until": "Daily hours that end when they begin never come."}
            )

    def _refuse_twin(self) -> None:
        if not self.active:
            return
        twin = (
            ModelPrice.objects.filter(
                provider=self.provider,
                match=self.match,
                model__iexact=self.model,
                service_tier=self.service_tier,
                valid_from=self.valid_from,
                daily_from=self.daily_from,
                daily_until=self.daily_until,
                active=True,
            )
            .exclude(pk=self.pk)
            .first()
        )
        if twin is None:
            return
        sentence = (
            f"The active price {twin.pk} of {self.provider} already "
            f"{self.get_match_display()} “{twin.model}”, so one of the two could "
            "never be reached. Edit that one, or make it inactive."
        )
        raise ValidationError({"model": sentence})


def _is_amount(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        usd = Decimal(value)
    except InvalidOperation:
        return False
    return usd.is_finite() and usd >= 0
