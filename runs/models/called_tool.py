"""The tools that an answer called, a row for each name: requests are found by it.

Written by `runs/store/` with the request; how often and with what is in its body.
"""

from __future__ import annotations

from django.db import models


class CalledTool(models.Model):
    pk = models.CompositePrimaryKey("request", "name")
    request = models.ForeignKey(
        "runs.CapturedRequest",
        on_delete=models.CASCADE,
        related_name="called_tools",
        db_index=False,  # the primary key begins with it
    )
    name = models.CharField(max_length=255)

    class Meta:
        indexes = [
            # The filter `tool:`, and what is newest of it.
            models.Index(fields=["name", "request"], name="request_by_tool"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.request_id}"
