"""One captured HTTP exchange as lists read it; its page's part is `request_detail.py`.

Written by `runs/store/writer.py` only; read through `runs/models/request_set.py`.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import models

from pricing.usage import Usage
from runs.models.request_indexes import INDEXES
from runs.models.request_set import CapturedRequestQuerySet
from runs.models.token_columns import usage_of
from runs.record import Outcome

MOST_AGAIN = 50
"""Requests that one was sent again with, on its page."""


class OutcomeChoice(models.TextChoices):
    PENDING = Outcome.PENDING, "pending"
    COMPLETED = Outcome.COMPLETED, "completed"
    UPSTREAM_ERROR = Outcome.UPSTREAM_ERROR, "upstream error"
    TIMED_OUT = Outcome.TIMED_OUT, "timed out"
    CLIENT_GONE = Outcome.CLIENT_GONE, "client gone"
    INTERRUPTED = Outcome.INTERRUPTED, "interrupted"


class CapturedRequest(models.Model):
    """What lists, filters and statistics read; never a body or a header."""

    uid = models.UUIDField(unique=True, help_text="Public id, made by the proxy.")
    started_at = models.DateTimeField(help_text="When the request's head had come.")
    outcome = models.CharField(max_length=16, choices=OutcomeChoice)

    method = models.CharField(max_length=16)
    path = models.CharField(max_length=2048, help_text="Raw path, as called.")
    endpoint = models.CharField(
        max_length=255, help_text="The path with ids and models taken out."
    )
    user_agent = models.CharField(max_length=200, blank=True)
    provider = models.CharField(max_length=255, blank=True, help_text="Slug.")
    route = models.CharField(max_length=255, blank=True)
    wire_format = models.CharField(max_length=32, blank=True)
    operation = models.CharField(max_length=32, blank=True)
    model = models.CharField(max_length=255, blank=True, help_text="Asked for.")
    upstream_model = models.CharField(
        max_length=255, blank=True, help_text="Sent upstream, when rewritten."
    )
    response_model = models.CharField(
        max_length=255, blank=True, help_text="As the provider says."
    )

    status = models.PositiveSmallIntegerField(null=True)
    status_class = models.PositiveSmallIntegerField(null=True, help_text="status/100")
    is_stream = models.BooleanField(default=False)
    is_success = models.BooleanField(null=True, help_text="Null while pending.")
    finish_reason = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=500, blank=True)
    error_code = models.CharField(max_length=64, blank=True)

    duration_ms = models.FloatField(
        null=True, help_text="To the terminal event of a stream, else the last byte."
    )
    first_byte_ms = models.FloatField(null=True)
    ttft_ms = models.FloatField(
        null=True, help_text="First generated content; streams only."
    )
    ttfo_ms = models.FloatField(
        null=True, help_text="First generated content that isn't reasoning."
    )
    output_tokens_per_s = models.FloatField(
        null=True, help_text="Of a stream, behind its first token."
    )
    overhead_ms = models.FloatField(null=True, help_text="What Weir itself added.")

    # Disjoint token buckets; null is "not reported".
    input_tokens = models.BigIntegerField(null=True, help_text="Uncached input.")
    cache_read_tokens = models.BigIntegerField(null=True)
    cache_write_5m_tokens = models.BigIntegerField(null=True)
    cache_write_1h_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True, help_text="With reasoning.")
    reasoning_tokens = models.BigIntegerField(null=True, help_text="Of the output.")
    total_tokens = models.BigIntegerField(null=True)

    cost_usd = models.DecimalField(
        max_digits=24, decimal_places=12, null=True, help_text="Null: unknown."
    )
    reported_cost_usd = models.DecimalField(
        max_digits=24, decimal_places=12, null=True, help_text="The provider's own."
    )

    tool_call_count = models.PositiveIntegerField(default=0, help_text="Calls made.")
    image_count = models.PositiveIntegerField(default=0)
    request_bytes = models.BigIntegerField(default=0)
    response_bytes = models.BigIntegerField(default=0)
    # Decided once when stored (runs/store/signals.py), so that each is a small index.
    has_tool_calls = models.BooleanField(default=False)
    has_images = models.BooleanField(default=False)
    is_slow = models.BooleanField(default=False)
    is_large = models.BooleanField(default=False)
    is_unpriced = models.BooleanField(
        default=False, help_text="Billed, and the cost is not known."
    )
    has_secrets = models.BooleanField(
        null=True, help_text="Keys stand in a body. Null: nobody looked."
    )
    # Null where it isn't known: to add a NOT NULL column copies the whole table.
    client_ip = models.CharField(max_length=45, null=True)
    temperature = models.FloatField(null=True, help_text="Asked for.")
    max_tokens = models.BigIntegerField(
        null=True, help_text="How long the answer may be, as asked for."
    )
    is_other_model = models.BooleanField(
        null=True, help_text="Another model answered than asked. Null: not told."
    )
    is_other_tier = models.BooleanField(
        null=True, help_text="Another tier or speed than asked. Null: not told."
    )
    is_failover = models.BooleanField(
        null=True, help_text="Failed and tried elsewhere, or that other attempt."
    )
    is_cut = models.BooleanField(default=False, help_text="A captured body is cut.")
    preview = models.CharField(max_length=160, blank=True, help_text="Last user text.")
    news = models.CharField(
        max_length=160, null=True, blank=True, help_text="What tools gave since."
    )
    purpose = models.CharField(
        max_length=16,
        null=True,
        blank=True,
        help_text="main, sub-agent, title, compaction…; null: not told then.",
    )
    imported_from = models.CharField(
        max_length=32,
        null=True,
        blank=True,
        help_text="The format it was imported from; null: captured.",
    )
    agent = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        help_text="The sub-agent that called, as its harness names it.",
    )
    resend_of = models.UUIDField(
        null=True, help_text="Public id of the request that Weir sent again with it."
    )
    conversation = models.ForeignKey(
        "runs.Conversation",
        null=True,
        on_delete=models.SET_NULL,
        related_name="requests",
        db_index=False,
    )
    run = models.ForeignKey(
        "runs.Run",
        null=True,
        on_delete=models.SET_NULL,
        related_name="requests",
        db_index=False,
    )
    turn = models.ForeignKey(
        "runs.Turn",
        null=True,
        on_delete=models.SET_NULL,
        related_name="requests",
        db_index=False,
    )

    objects = CapturedRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "captured request"
        indexes = list(INDEXES)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status or self.outcome}"

    def get_absolute_url(self) -> str:
        return f"/requests/{self.uid}"

    def resent_as(self) -> list[UUID]:
        """The requests that it was sent again with, the newest first."""
        again = CapturedRequest.objects.filter(resend_of=self.uid).order_by("-pk")
        return list(again.values_list("uid", flat=True)[:MOST_AGAIN])

    @property
    def usage(self) -> Usage:
        return usage_of(self)

    @property
    def cost_difference_usd(self) -> Decimal | None:
        """The provider's own figure less Weir's; None where one of them isn't known."""
        if self.cost_usd is None or self.reported_cost_usd is None:
            return None
        return self.reported_cost_usd - self.cost_usd
