"""Distinct values of the list's filters, so that a page never scans for them."""

from __future__ import annotations

from django.db import models


class Facet(models.Model):
    """Written by `runs/store/writer.py` when it sees a value for the first time."""

    kind = models.CharField(max_length=16, help_text="`model`, `provider`, `route`…")
    value = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="facet_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"
