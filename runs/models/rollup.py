"""Figures over time, a row for a minute, an hour or more and what happened in it.

Written by `runs/rollups/` in the transaction that changes requests; read by
`runs/measure/over_time.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import F, Sum

DOLLAR = 10**12
"""A cost is kept in parts of it."""
COST_SUMS: dict[str, Any] = {
    "cost_whole": Sum(F("cost") / DOLLAR),
    "cost_rest": Sum(F("cost") % DOLLAR),
}
"""What `cost_of` puts together: two large sums are more than SQLite adds up in one."""
COST_SQL = f"sum(cost / {DOLLAR}) + sum(cost % {DOLLAR}) / 1e12"
"""The same for the views of `views.py`, in USD."""


def cost_of(told: Mapping[str, Any]) -> int:
    """In 1e-12 USD."""
    return int(told["cost_whole"] or 0) * DOLLAR + int(told["cost_rest"] or 0)


class Rollup(models.Model):
    """Requests of one provider, model, operation, outcome and run, together."""

    id = models.UUIDField(primary_key=True, help_text="Digest of all that names it.")
    step_s = models.PositiveIntegerField(help_text="60 to 86400; 0: for counters.")
    start = models.DateTimeField(help_text="UTC, the beginning of the step.")
    provider = models.CharField(max_length=255, blank=True)
    model = models.CharField(max_length=255, blank=True)
    operation = models.CharField(max_length=32, blank=True)
    outcome = models.CharField(
        max_length=16, help_text="success, error, or how it ended otherwise."
    )
    run = models.BigIntegerField(help_text="0: none. No foreign key: figures stay.")

    requests = models.BigIntegerField()
    input = models.BigIntegerField(help_text="Tokens, uncached.")
    cache_read = models.BigIntegerField()
    cache_write_5m = models.BigIntegerField()
    cache_write_1h = models.BigIntegerField()
    output = models.BigIntegerField()
    reasoning = models.BigIntegerField(help_text="Of the output.")
    cost = models.BigIntegerField(help_text="In 1e-12 USD, of what is priced.")
    priced = models.BigIntegerField(help_text="Requests whose cost is known.")
    unpriced = models.BigIntegerField(help_text="Billed, and the cost is not known.")
    duration_us = models.BigIntegerField()
    ttft_us = models.BigIntegerField()
    durations = models.BinaryField(help_text="See runs/rollups/histogram.py.")
    ttfts = models.BinaryField()
    overhead_us = models.BigIntegerField(
        db_default=0, help_text="What Weir itself added."
    )
    overheads = models.BinaryField(db_default=b"")

    class Meta:
        indexes = [
            models.Index(fields=["step_s", "start"], name="rollup_by_time"),
            models.Index(
                fields=["run", "step_s", "start"],
                condition=models.Q(run__gt=0),
                name="rollup_by_run",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} {self.provider} {self.model}"


class RollupBound(models.Model):
    """How far back the requests themselves can tell the figures; one row at most."""

    pruned_before = models.DateTimeField(
        help_text="Retention has removed requests that started before."
    )

    def __str__(self) -> str:
        return f"whole since {self.pruned_before:%Y-%m-%d %H:%M}"
