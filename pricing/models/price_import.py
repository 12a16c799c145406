"""What was taken from a published catalogue, so that it can be undone, and what each
catalogue said when it was last read.

Written by `pricing/catalogues/`.
"""

from __future__ import annotations

from django.db import models


class PriceImport(models.Model):
    """One `apply` of a catalogue. The audit log tells who did it."""

    source = models.CharField(max_length=64)
    origin = models.CharField(max_length=255, help_text="An address, or a file's name.")
    applied_at = models.DateTimeField(auto_now_add=True)
    created = models.PositiveIntegerField(help_text="Prices made.")
    changed = models.PositiveIntegerField(help_text="Prices changed.")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "price import"

    def __str__(self) -> str:
        return f"{self.source}: {self.created} new, {self.changed} changed"


class PriceImportRow(models.Model):
    """One price of it."""

    batch = models.ForeignKey(
        PriceImport, on_delete=models.CASCADE, related_name="rows"
    )
    price = models.BigIntegerField(help_text="Its id; no foreign key: it may go.")
    before = models.JSONField(null=True, help_text="Null: it was made.")
    after = models.JSONField()

    def __str__(self) -> str:
        return f"price {self.price}"


class PriceOffer(models.Model):
    """What a catalogue asks for a model, whether or not it is used."""

    source = models.CharField(max_length=64)
    key = models.CharField(max_length=320)
    provider = models.CharField(max_length=64)
    model = models.CharField(max_length=255)
    service_tier = models.CharField(max_length=32, blank=True)
    rates = models.JSONField(help_text="Bucket → USD per 1M tokens, as text.")
    tiers = models.JSONField(
        default=list, help_text="[from, below or null, rates] of larger requests."
    )
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="offer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
