"""The indexes of captured requests: what each is for.

Lists go newest first by id (recording order): one index per filter gives the rows and
their order at once. The partial ones hold only rows that have the signal, so they cost
nothing for the others. Used by `captured_request.py`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

INDEXES = (
    # Time window of a list, newest first by start.
    models.Index(fields=["started_at", "id"], name="request_by_time"),
    # Filters of the list with a value each; conversation also serves its page.
    models.Index(fields=["provider", "id"], name="request_by_provider"),
    models.Index(fields=["model", "id"], name="request_by_model"),
    models.Index(fields=["endpoint", "id"], name="request_by_endpoint"),
    models.Index(fields=["status", "id"], name="request_by_status"),
    models.Index(fields=["status_class", "id"], name="request_by_class"),
    models.Index(fields=["outcome", "id"], name="request_by_outcome"),
    models.Index(fields=["route", "id"], name="request_by_route"),
    models.Index(
        fields=["conversation", "id"],
        condition=Q(conversation__isnull=False),
        name="request_by_conversation",
    ),
    # A run's and a turn's requests, and their statistics.
    models.Index(
        fields=["run", "id"],
        condition=Q(run__isnull=False),
        name="request_by_run",
    ),
    models.Index(
        fields=["turn", "id"],
        condition=Q(turn__isnull=False),
        name="request_by_turn",
    ),
    # Filters of the list that are yes or no.
    models.Index(fields=["id"], condition=Q(is_success=False), name="request_errors"),
    models.Index(fields=["id"], condition=Q(is_success=True), name="request_successes"),
    models.Index(fields=["id"], condition=Q(is_stream=True), name="request_streams"),
    models.Index(
        fields=["id"], condition=Q(is_stream=False), name="request_unstreamed"
    ),
    models.Index(fields=["id"], condition=Q(has_tool_calls=True), name="request_tools"),
    models.Index(fields=["id"], condition=Q(has_images=True), name="request_images"),
    models.Index(fields=["id"], condition=Q(is_slow=True), name="request_slow"),
    models.Index(fields=["id"], condition=Q(is_large=True), name="request_large"),
    models.Index(fields=["id"], condition=Q(is_unpriced=True), name="request_unpriced"),
    models.Index(fields=["id"], condition=Q(has_secrets=True), name="request_secrets"),
    models.Index(
        fields=["id"],
        condition=Q(is_other_model=True),
        name="request_other_model",
    ),
    models.Index(
        fields=["id"],
        condition=Q(is_other_tier=True),
        name="request_other_tier",
    ),
    models.Index(
        fields=["id"], condition=Q(is_failover=True), name="request_failovers"
    ),
    models.Index(
        fields=["id"],
        condition=Q(imported_from__isnull=False),
        name="request_imported",
    ),
    models.Index(
        fields=["id"], condition=Q(resend_of__isnull=False), name="request_resent"
    ),
    # Filters that compare (`cost>0.01`), and lists in their order.
    models.Index(fields=["cost_usd", "id"], name="request_by_cost"),
    models.Index(fields=["duration_ms", "id"], name="request_by_duration"),
    models.Index(fields=["total_tokens", "id"], name="request_by_tokens"),
    models.Index(
        fields=["ttft_ms", "id"],
        condition=Q(ttft_ms__isnull=False),
        name="request_by_ttft",
    ),
    # The page of a request that was sent again.
    models.Index(
        fields=["resend_of", "id"],
        condition=Q(resend_of__isnull=False),
        name="request_by_resend_of",
    ),
    # Filters with a value that older requests, and many others, don't have.
    models.Index(
        fields=["purpose", "id"],
        condition=Q(purpose__isnull=False),
        name="request_by_purpose",
    ),
    models.Index(
        fields=["agent", "id"],
        condition=Q(agent__isnull=False),
        name="request_by_agent",
    ),
    models.Index(
        fields=["client_ip", "id"],
        condition=Q(client_ip__isnull=False),
        name="request_by_client",
    ),
    models.Index(
        fields=["temperature", "id"],
        condition=Q(temperature__isnull=False),
        name="request_by_temperature",
    ),
    models.Index(
        fields=["max_tokens", "id"],
        condition=Q(max_tokens__isnull=False),
        name="request_by_max_tokens",
    ),
)
