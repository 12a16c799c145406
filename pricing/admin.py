"""Prices and their tiers in Django's admin: where an operator edits them.

Anything saved here is marked as edited, so that no refresh of the catalogue touches it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet, URLField
from django.forms import BooleanField, ModelForm
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from pricing.invariants import jumps
from pricing.models import ModelPrice, PriceProvider, PriceTier
from pricing.models.price_tier import refuse_bad_tiers
from pricing.models.rate_fields import RATE_COLUMNS
from pricing.rates import BUCKETS, Rates, dollars

if TYPE_CHECKING:  # Django's admin and form classes take no types when they run
    TierFormSetBase = BaseInlineFormSet[PriceTier, ModelPrice, ModelForm[PriceTier]]
    TierInlineBase = admin.StackedInline[PriceTier, ModelPrice]
    PriceAdminBase = admin.ModelAdmin[ModelPrice]
    PriceFormBase = ModelForm[ModelPrice]
    ProviderAdminBase = admin.ModelAdmin[PriceProvider]
else:
    TierFormSetBase = BaseInlineFormSet
    PriceFormBase = ModelForm
    TierInlineBase = admin.StackedInline
    PriceAdminBase = ProviderAdminBase = admin.ModelAdmin


class TierFormSet(TierFormSetBase):
    """Compares the tiers as they will be, not as they are in the database."""

    def add_fields(self, form: ModelForm[PriceTier], index: int | None) -> None:
        super().add_fields(form, index)
        form.instance.is_checked_with_others = True

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        tiers = [
            form.instance
            for form in self.forms
            if (form.has_changed() or form.instance.pk)
            and form not in self.deleted_forms
        ]
        refuse_bad_tiers(self.instance, tiers)
        if not self.data.get("is_sure"):
            self._refuse_leaps(tiers)

    def _refuse_leaps(self, tiers: Iterable[PriceTier]) -> None:
        """The rates of a tier are asked for again, too, before they leap."""
        if self.instance.pk is None:
            return
        stored = PriceTier.objects.filter(price=self.instance)
        old = {tier.min_input_tokens: tier.rates() for tier in stored}
        leaps = [
            each
            for tier in tiers
            if tier.min_input_tokens in old
            for each in jumps(old[tier.min_input_tokens], tier.rates())
        ]
        if leaps:
            sure = f"Tick “{PriceForm.base_fields['is_sure'].label}” if that is meant."
            raise ValidationError([*dict.fromkeys(leaps), sure])


class PriceForm(PriceFormBase):
    """Asks again before a rate leaps."""

    is_sure = BooleanField(
        required=False,
        label="A rate may leap",
        help_text="Needed where one becomes more than three times as much, or a third.",
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        old = ModelPrice.objects.filter(pk=self.instance.pk).first()
        if old and cleaned and not cleaned.get("is_sure"):
            names = zip(BUCKETS, RATE_COLUMNS, strict=True)
            after = Rates(**{bucket: cleaned.get(name) for bucket, name in names})
            if leaps := jumps(old.rates(), after):
                self.add_error("is_sure", [*leaps, "Tick this if that is meant."])
        return cleaned


class TierInline(TierInlineBase):
    model = PriceTier
    formset = TierFormSet
    extra = 0
    fields = (
        ("min_input_tokens", "max_input_tokens", "label"),
        ("input_usd_per_million", "output_usd_per_million"),
        ("cache_read_usd_per_million",),
        ("cache_write_5m_usd_per_million", "cache_write_1h_usd_per_million"),
    )
    verbose_name_plural = (
        "tiers: all tokens of a request whose input lies in a tier cost these rates; "
        "an empty rate is the model's own"
    )


class ByTier(admin.SimpleListFilter):
    """Service tiers, with a word for the plain one."""

    title = "service tier"
    parameter_name = "service_tier"
    PLAIN = "-"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        tiers = ModelPrice.objects.order_by("service_tier").distinct()
        found = tiers.values_list("service_tier", flat=True)
        return [(tier or self.PLAIN, tier or "plain") for tier in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(service_tier="" if chosen == self.PLAIN else chosen)


@admin.register(ModelPrice)
class ModelPriceAdmin(PriceAdminBase):
    list_display = (
        *("provider", "model", "match", "input_rate", "cached_rate", "output_rate"),
        *("tier_count", "service_tier", "valid_from", "active", "is_edited"),
    )
    list_display_links = ("model",)
    list_filter = ("active", "is_edited", "source", ByTier, "provider")
    list_per_page = 50
    search_fields = ("model", "display_name", "provider", "aliases")
    ordering = ("provider", "model", "pk")
    readonly_fields = ("source", "is_edited", "created_at", "updated_at")
    form = PriceForm
    inlines = (TierInline,)
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    actions = ("make_active", "make_inactive")
    fieldsets = (
        (None, {"fields": ("provider", "model", "match", "aliases", "display_name")}),
        ("Rates", {"fields": (*RATE_COLUMNS, "request_usd", "fees", "is_sure")}),
        (
            "When",
            {
                "fields": (
                    "active",
                    "service_tier",
                    "valid_from",
                    "daily_from",
                    "daily_until",
                    "workdays_only",
                )
            },
        ),
        (
            "Where it comes from",
            {
                "fields": (
                    *("source_url", "checked_at", "notes"),
                    *("source", "is_edited", "created_at", "updated_at"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelPrice]:
        return super().get_queryset(request).annotate(tier_total=Count("tiers"))

    def save_model(
        self, request: HttpRequest, obj: ModelPrice, form: Any, change: bool
    ) -> None:
        obj.is_edited = True
        super().save_model(request, obj, form, change)

    @admin.display(description="input $/M", ordering="input_usd_per_million")
    def input_rate(self, price: ModelPrice) -> str:
        return _rate(price.input_usd_per_million)

    @admin.display(description="cached $/M", ordering="cache_read_usd_per_million")
    def cached_rate(self, price: ModelPrice) -> str:
        return _rate(price.cache_read_usd_per_million)

    @admin.display(description="output $/M", ordering="output_usd_per_million")
    def output_rate(self, price: ModelPrice) -> str:
        return _rate(price.output_usd_per_million)

    @admin.display(description="tiers")
    def tier_count(self, price: ModelPrice) -> str:
        return str(getattr(price, "tier_total", 0) or "")

    @admin.action(description="Make the selected prices active")
    def make_active(self, request: HttpRequest, queryset: QuerySet[ModelPrice]) -> None:
        self._set_active(request, queryset, active=True)

    @admin.action(description="Make the selected prices inactive")
    def make_inactive(
        self, request: HttpRequest, queryset: QuerySet[ModelPrice]
    ) -> None:
        self._set_active(request, queryset, active=False)

    def _set_active(
        self, request: HttpRequest, prices: QuerySet[ModelPrice], *, active: bool
    ) -> None:
        """One by one, since a price made active may be the twin of another."""
        done = 0
        for price in prices:
            price.active, price.is_edited = active, True
            try:
                price.full_clean()
            except ValidationError as error:
                message = f"{price}: {' '.join(error.messages)}"
                self.message_user(request, message, messages.ERROR)
                continue
            price.save()
            done += 1
        word = "active" if active else "inactive"
        prices_are = "1 price is" if done == 1 else f"{done} prices are"
        self.message_user(request, f"{prices_are} {word} now.")


@admin.register(PriceProvider)
class PriceProviderAdmin(ProviderAdminBase):
    list_display = ("slug", "name", "names", "fallbacks", "is_edited")
    search_fields = ("slug", "name", "names")
    ordering = ("slug",)
    readonly_fields = ("is_edited",)

    def save_model(
        self, request: HttpRequest, obj: PriceProvider, form: Any, change: bool
    ) -> None:
        obj.is_edited = True
        super().save_model(request, obj, form, change)


def _rate(rate: Decimal | None) -> str:
    return "–" if rate is None else dollars(rate)
