"""One captured HTTP exchange: a narrow row for lists, a wide one for its page.

Written by `runs/store.py` only; read through `runs/querysets.py`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from runs.record import Outcome


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
    is_stream = models.BooleanField(default=False)
    is_success = models.BooleanField(null=True, help_text="Null while pending.")
    finish_reason = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=500, blank=True)
    error_code = models.CharField(max_length=64, blank=True)

    duration_ms = models.FloatField(null=True)
    first_byte_ms = models.FloatField(null=True)
    ttft_ms = models.FloatField(null=True, help_text="First generated content.")
    output_tokens_per_s = models.FloatField(null=True)

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
    is_cut = models.BooleanField(default=False, help_text="A captured body is cut.")
    preview = models.CharField(max_length=160, blank=True, help_text="Last user text.")
    conversation = models.ForeignKey(
        "runs.Conversation",
        null=True,
        on_delete=models.SET_NULL,
        related_name="requests",
        db_index=False,
    )

    class Meta:
        verbose_name = "captured request"
        # Lists go newest first by id (recording order), so that one index per filter
        # gives both the rows and their order.
        indexes = [
            models.Index(fields=["started_at"], name="request_by_time"),
            models.Index(fields=["provider", "-id"], name="request_by_provider"),
            models.Index(fields=["model", "-id"], name="request_by_model"),
            models.Index(fields=["route", "-id"], name="request_by_route"),
            models.Index(fields=["status", "-id"], name="request_by_status"),
            models.Index(fields=["outcome", "-id"], name="request_by_outcome"),
            models.Index(fields=["operation", "-id"], name="request_by_operation"),
            models.Index(
                fields=["conversation", "-id"], name="request_by_conversation"
            ),
            models.Index(
                fields=["-id"], condition=Q(is_success=False), name="request_errors"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status or self.outcome}"

    def get_absolute_url(self) -> str:
        return f"/requests/{self.uid}"


class RequestDetail(models.Model):
    """What only the request's own page and API answer read."""

    request = models.OneToOneField(
        CapturedRequest,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="detail",
    )
    query = models.TextField(blank=True, help_text="Credentials masked.")
    client = models.CharField(max_length=64, blank=True)
    upstream_url = models.TextField(blank=True)
    reason = models.TextField(blank=True, help_text="Why it went there.")
    request_headers = models.JSONField(default=list, help_text="Pairs, masked.")
    sent_headers = models.JSONField(default=list)
    response_headers = models.JSONField(default=list)
    response_id = models.CharField(max_length=255, blank=True)
    service_tier = models.CharField(max_length=64, blank=True)
    upstream_ms = models.FloatField(null=True)
    chunk_count = models.PositiveIntegerField(null=True)
    gap_median_ms = models.FloatField(null=True)
    gap_max_ms = models.FloatField(null=True)
    chunk_times = models.BinaryField(blank=True, help_text="See ExchangeRecord.")
    audio_tokens = models.JSONField(null=True, help_text="input, cache_read, output")
    quote = models.JSONField(null=True, help_text="pricing.Quote as stored.")
    tool_calls = models.JSONField(default=list, help_text="Names, in order.")
    tools_offered = models.PositiveIntegerField(default=0)
    answer_preview = models.CharField(max_length=400, blank=True)
    notes = models.JSONField(default=list)
    session_rule = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"detail of {self.pk}"
