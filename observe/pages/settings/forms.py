"""The fields of what can be edited, in the order and the groups that are shown.

`drawer.py` draws and saves them. They are checked by the models themselves, so that
page, admin and API refuse with the same sentences.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.forms.models import inlineformset_factory

from observe.alerts import conditions, signing
from observe.alerts.shapes import FIELDS as ALERT_FIELDS
from pricing.admin import PriceForm as AdminPriceForm, TierFormSet
from pricing.edit_schemas import LIST_FIELDS, PRICE_FIELDS
from pricing.models import ModelPrice, PriceProvider, PriceTier
from pricing.models.rate_fields import RATE_COLUMNS
from pricing.rates import digits
from proxy.api.shapes import DEFAULTS_FIELDS, PROVIDER_FIELDS, ROUTE_FIELDS
from proxy.models import Provider, Route, RoutingDefaults
from runs.models import Alert

if TYPE_CHECKING:  # Django's forms take no types when they run
    from django.db.models import Model

    RowFormBase = forms.ModelForm[Model]
else:
    RowFormBase = forms.ModelForm

Groups = tuple[tuple[str, tuple[str, ...]], ...]
PLAIN_RATES = (
    *("input_usd_per_million", "cache_read_usd_per_million"),
    *("cache_write_5m_usd_per_million", "cache_write_1h_usd_per_million"),
    *("output_usd_per_million", "reasoning_usd_per_million"),
)
_OF_ROUTERS = ("host_prefix", "takes_prefix")
RARE_RATES = tuple(name for name in RATE_COLUMNS if name not in PLAIN_RATES)


class PlainForm(RowFormBase):
    """Compared with what was shown, and without zeros at the end of amounts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # Else a field with a default is thought to have changed.
            field.show_hidden_initial = False
            if isinstance(value := self.initial.get(name), Decimal):
                self.initial[name] = Decimal(digits(value))
            _say_what_empty_means(field)


def _say_what_empty_means(field: forms.Field) -> None:
    """Of a choice that is left open: Django's words for it tell nothing."""
    widget = field.widget
    if isinstance(widget, forms.NullBooleanSelect):
        (value, _), *others = widget.choices
        widget.choices = [(value, "default"), *others]
        field.help_text = str(field.help_text).replace("Unknown:", "Default:")
    elif isinstance(field, forms.ModelChoiceField):
        field.empty_label = "none"
    elif isinstance(widget, forms.Select):
        widget.choices = [
            (value, label if value else "default") for value, label in widget.choices
        ]
        field.help_text = str(field.help_text).replace("Empty:", "Default:")


class RowForm(PlainForm):
    """A row's form; `groups` are the parts of the drawer."""

    groups: ClassVar[Groups]
    folded: ClassVar[frozenset[str]] = frozenset()
    """Groups that are closed until one of their fields has a value or an error."""
    made_own: ClassVar[dict[str, Any]] = {}
    """What an edit sets besides: the row is an operator's then."""

    def keep_more(self, row: Any) -> None:
        """What isn't in the row itself, once that is saved."""


class SentenceInput(forms.TextInput):
    """A text that is read as a whole: it takes both columns of the drawer."""


class FilterInput(SentenceInput):
    """A filter of requests, completed as the query bar is."""


class ProviderForm(RowForm):
    groups = (
        ("", ("slug", "name", "base_url", "active")),
        ("Key", ("api_key_env", "auth_style", "key_use")),
        ("Dialects", ("wire_formats", "base_urls")),
        ("Capture", ("capture", "ask_usage", "drain_on_disconnect")),
        ("Connection", ("connect_timeout_s", "read_timeout_s", "proxy_url")),
        ("Answers and notes", ("fixes", "notes")),
    )
    folded = frozenset({"Connection", "Answers and notes"})

    class Meta:
        model = Provider
        fields = PROVIDER_FIELDS


class RouteForm(RowForm):
    groups = (
        ("What it takes", ("kind", "match", "priority", "active", "name")),
        ("Where it goes", ("provider", "upstream_model", "upstream_url")),
        ("Key", ("api_key_env",)),
        ("Capture", ("capture", "raw_files", "ask_usage", "drain")),
        ("Answers", ("fixes", "on_failure")),
    )
    folded = frozenset({"Key", "Answers"})
    made_own = {"managed_by": ""}

    class Meta:
        model = Route
        fields = ROUTE_FIELDS


class FallbackForm(RowForm):
    groups = (("", DEFAULTS_FIELDS),)

    class Meta:
        model = RoutingDefaults
        fields = DEFAULTS_FIELDS


class PriceForm(RowForm, AdminPriceForm):
    groups = (
        ("", ("provider", "model", "match", "aliases", "display_name", "active")),
        ("USD per million tokens", (*PLAIN_RATES, "is_sure")),
        ("Other rates and fees", (*RARE_RATES, "request_usd", "fees")),
        (
            "When",
            (
                *("service_tier", "valid_from", "daily_from", "daily_until"),
                "workdays_only",
            ),
        ),
        ("Where it comes from", ("source_url", "checked_at", "notes")),
    )
    folded = frozenset({"Other rates and fees", "When", "Where it comes from"})
    made_own = {"is_edited": True}

    source_url = forms.URLField(required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = ModelPrice
        fields = PRICE_FIELDS
        widgets: ClassVar[dict[str, Any]] = {
            "valid_from": forms.DateInput(attrs={"type": "date"}),
            "checked_at": forms.DateInput(attrs={"type": "date"}),
        }


class PriceListForm(RowForm):
    groups = (
        ("", ("slug", "name", "names", "api_pattern")),
        ("Whose prices count", ("served_as", "fallbacks", *_OF_ROUTERS)),
    )
    made_own = {"is_edited": True}

    class Meta:
        model = PriceProvider
        fields = LIST_FIELDS


class AlertForm(RowForm):
    groups = (
        ("", ("name", "active", "condition", "where")),
        ("When it fires", ("hold_s", "min_requests")),
        ("Who is told", ("url", "secret", "forget_secret")),
    )

    secret = forms.CharField(
        required=False,
        widget=forms.PasswordInput,
        validators=[signing.check],
        help_text="Signs the webhook. Kept, and never shown; empty: as it was.",
    )
    forget_secret = forms.BooleanField(required=False, label="Forget the secret")

    class Meta:
        model = Alert
        fields = ALERT_FIELDS
        help_texts: ClassVar[dict[str, Any]] = {
            "url": "Where it is told by a POST; empty: only shown. The command of"
            " WEIR_ALERT_COMMAND, which only the environment can set, is run too.",
            "condition": f"Such as {conditions.EXAMPLES}, requests < 1 over 1h.",
        }
        widgets: ClassVar[dict[str, Any]] = {
            "condition": SentenceInput(attrs={"placeholder": "errors > 5% over 10m"}),
            "where": FilterInput(attrs={"placeholder": "model:gpt-5* provider:openai"}),
            "url": forms.URLInput(attrs={"placeholder": "https://"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance._state.adding
        has_one = self.instance.pk in signing.own()
        self.fields["forget_secret"].disabled = not has_one
        if has_one:
            self.fields["secret"].widget.attrs["placeholder"] = "it has one"

    def keep_more(self, row: Any) -> None:
        if self.cleaned_data["forget_secret"]:
            signing.keep(row, "", is_new=False)
        elif secret := self.cleaned_data["secret"]:
            signing.keep(row, secret, is_new=self.is_new)


TIER_FIELDS = ("min_input_tokens", "max_input_tokens", "label", *PLAIN_RATES[:5])
TierForms: Any = inlineformset_factory(
    ModelPrice,
    PriceTier,
    form=PlainForm,
    formset=TierFormSet,
    fields=TIER_FIELDS,
    extra=1,
)
"""All tiers of a price, and room for one more."""
