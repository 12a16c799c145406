"""The newest rate limits of each provider, model and key, from the stored headers.

Nothing is kept apart: figures over time say which models were asked in the last day,
and their newest answers' headers are read. Asked by the overview and by `api.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Max

from observe.rate_limits import windows
from observe.rate_limits.windows import LimitWindow
from proxy.journal.masking import FINGERPRINT
from runs.detail import Detail, unpack
from runs.models import CapturedRequest, Rollup
from runs.rollups.steps import HOUR_S

LAST = timedelta(days=1)
MOST_MODELS = 16
MOST_ANSWERS = 4
"""Of one model: so many may lack the headers, or have other keys."""
OLD = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """What one answer said, the newest of its kind."""

    provider: str
    model: str
    key: str
    """The key's fingerprint, as it is kept; "": none was sent."""
    told_at: datetime
    request: UUID
    windows: list[LimitWindow]
    is_old: bool
    """Nothing newer was told for a while."""


def gauges(at: datetime | None = None) -> list[Gauge]:
    """The scarcest first."""
    now = at or datetime.now(UTC)
    found = [gauge for pair in _pairs(now) for gauge in _of(*pair, now)]
    return sorted(found, key=lambda each: (each.is_old, _least(each), each.provider))


def _pairs(now: datetime) -> list[tuple[str, str]]:
    """The models asked last."""
    hours = Rollup.objects.filter(step_s=HOUR_S, start__gte=now - LAST)
    asked = hours.exclude(provider="").order_by().values_list("provider", "model")
    last = asked.annotate(last=Max("start")).order_by("-last", "provider", "model")
    return [(provider, model) for provider, model, _ in last[:MOST_MODELS]]


def _of(provider: str, model: str, now: datetime) -> Iterator[Gauge]:
    rows = CapturedRequest.objects.filter(
        model=model, provider=provider, status__isnull=False, imported_from=None
    )
    columns = ("uid", "started_at", "first_byte_ms", "detail__data")
    seen = set[str]()
    for uid, began, first_ms, data in rows.order_by("-pk").values_list(*columns)[
        :MOST_ANSWERS
    ]:
        detail = unpack(bytes(data)) if data else Detail()
        told_at = began + timedelta(milliseconds=first_ms or 0)
        told, key = windows.read(detail.response_headers, told_at), _key(detail)
        if told and key not in seen:
            seen.add(key)
            yield Gauge(
                provider=provider,
                model=model,
                key=key,
                told_at=told_at,
                request=uid,
                windows=told,
                is_old=now - told_at > OLD,
            )


def _key(detail: Detail) -> str:
    """What is kept of it has no way back."""
    marks = (FINGERPRINT.search(value) for _, value in detail.sent_headers)
    return next((mark[0] for mark in marks if mark), "")


def _least(gauge: Gauge) -> float:
    return min(1.0 if each.left is None else each.left for each in gauge.windows)
