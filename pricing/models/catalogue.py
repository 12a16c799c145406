"""What is known about the catalogues that prices come from, and when prices changed."""

from __future__ import annotations

from django.db import models


class PriceProvider(models.Model):
    """Whose prices are on which shelf, and who resells whose models."""

    slug = models.CharField(
        max_length=64, unique=True, help_text="As prices name it, e.g. `openai`."
    )
    name = models.CharField(max_length=128, blank=True)
    names = models.JSONField(
        default=list, blank=True, help_text="Other slugs of the same provider."
    )
    api_pattern = models.CharField(
        max_length=500,
        blank=True,
        help_text="Regular expression for its URLs; prices `/proxy/{domain}/…` calls.",
    )
    fallbacks = models.JSONField(
        default=list,
        blank=True,
        help_text="Slugs whose prices count where this provider has none of its own.",
    )
    host_prefix = models.CharField(
        max_length=64,
        blank=True,
        help_text=(
            "For routers that take `MODEL:HOST`: the prices of HOST are those of the "
            "slug made of this prefix and HOST."
        ),
    )
    takes_prefix = models.BooleanField(
        default=False,
        help_text="For gateways that take `PROVIDER/MODEL`: that provider's prices.",
    )
    served_as = models.CharField(
        "served as",
        max_length=32,
        blank=True,
        db_default="",
        help_text=(
            "How all is served there, where answers don't tell: Azure's `data-zone`, "
            "`regional-us`. Its prices of that name count."
        ),
    )
    is_edited = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = "price list"

    def __str__(self) -> str:
        return self.name or self.slug


class PriceSource(models.Model):
    """One catalogue, as it was last read."""

    name = models.CharField(max_length=64, unique=True)
    version = models.CharField(
        max_length=128, help_text="Version of the catalogue that is in the database."
    )
    keys = models.JSONField(
        default=list,
        help_text=(
            "Every key it ever seeded. One without a row was deleted by an operator "
            "and isn't made again."
        ),
    )
    seeded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class PriceRevision(models.Model):
    """One row that database triggers change with every change of a price.

    Triggers, so that raw SQL counts too (pricing/triggers.py). A random token, not a
    count, so that a restored backup or an emptied table never looks unchanged.
    """

    token = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.token)
