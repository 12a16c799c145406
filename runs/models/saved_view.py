"""A view of the request list with a name: its filter, columns and order.

Saved by `runs/keeping/saved_views.py`.
"""

from __future__ import annotations

from typing import Self

from django.db import models

LONGEST_NAME = 100


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """`SavedView.objects`."""

    def in_order(self) -> Self:
        return self.order_by("name")


class SavedView(models.Model):
    name = models.CharField(max_length=LONGEST_NAME, unique=True)
    where = models.TextField(blank=True, help_text="In the filter language.")
    hidden = models.JSONField(
        default=list, blank=True, help_text="Columns that are not shown."
    )

    order = models.CharField(
        max_length=32, default="", blank=True, help_text="Empty: the newest first."
    )

    objects = SavedViewQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def as_query(self) -> dict[str, str]:
        """As it stands in an address of the list."""
        told = {
            "where": self.where,
            "hide": ",".join(self.hidden),
            "order": self.order,
        }
        return {name: value for name, value in told.items() if value}
