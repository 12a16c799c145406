"""The newest rate limits of each provider, model and key, from the stored headers.

Nothing is kept apart: figures over time say which models answered in the last day, and
in which minutes; the headers of the newest answers there are read. Asked by the
overview and by `api.py`.

Figures count what was imported, too, and that tells no limits of now: where the last
minutes hold nothing else, the hours are looked through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from observe.rate_limits import windows
from observe.rate_limits.windows import LimitWindow
from proxy.journal.masking import FINGERPRINT
from runs.detail import Detail, unpack
from runs.models import CapturedRequest, Rollup
from runs.record import Outcome
from runs.rollups.steps import HOUR_S, MINUTE_S

LAST = timedelta(days=1)
MOST_MODELS = 16
MOST_ANSWERS = 4
"""Of one model: so many may lack the headers, or have other keys."""
MOST_MINUTES = 8
"""Of one model: so many are read one by one."""
MOST_HOURS = 2
"""And of these, where none of the minutes has any, the newest."""
OLD = timedelta(minutes=15)
COLUMNS = ("uid", "started_at", "first_byte_ms", "detail__data")

Pair = tuple[str, str]
"""Provider and model."""
Answer = tuple[Any, ...]


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
    minutes = _minutes(_hours(now))
    found = [gauge for pair in minutes for gauge in _of(*pair, minutes[pair], now)]
    return sorted(found, key=lambda each: (each.is_old, _least(each), each.provider))


def _hours(now: datetime) -> dict[Pair, datetime]:
    """The models that answered last, and in which hour."""
    rows = _answered(Q(step_s=HOUR_S, start__gte=now - LAST)).order_by()
    last = rows.values_list("provider", "model").annotate(last=Max("start"))
    newest = last.order_by("-last", "provider", "model")[:MOST_MODELS]
    return {(provider, model): hour for provider, model, hour in newest}


def _minutes(hours: dict[Pair, datetime]) -> dict[Pair, list[datetime]]:
    """Of these hours the last minutes in which a model answered, the newest first."""
    found: dict[Pair, list[datetime]] = {pair: [] for pair in hours}
    of_any = Q(pk__in=[])
    for hour in {*hours.values()}:
        end = hour + timedelta(seconds=HOUR_S)
        of_any |= Q(step_s=MINUTE_S, start__gte=hour, start__lt=end)
    rows = _answered(of_any).order_by("-start").distinct()
    for *pair, minute in rows.values_list("provider", "model", "start"):
        known = found.get((pair[0], pair[1]), [])
        if len(known) < MOST_MINUTES:
            known.append(minute)
    return found


def _answered(steps: Q) -> QuerySet[Rollup]:
    return Rollup.objects.filter(steps).exclude(
        Q(provider="") | Q(outcome__in=(Outcome.UPSTREAM_ERROR, Outcome.TIMED_OUT))
    )


def _answers(
    provider: str, model: str, minutes: Sequence[datetime]
) -> Iterator[Answer]:
    """The newest: read minute by minute, so that however much was asked of other
    providers since costs nothing."""
    own, left = _of_model(provider, model), MOST_ANSWERS
    for minute in minutes:
        found = _within(own, minute, MINUTE_S, left)
        yield from found
        left -= len(found)
        if not left:
            return
    if left == MOST_ANSWERS:
        yield from _earlier(own, provider, model, minutes)


def _earlier(
    own: QuerySet[CapturedRequest],
    provider: str,
    model: str,
    minutes: Sequence[datetime],
) -> list[Answer]:
    """The newest of the first hour that has some, where none of the minutes has."""
    since = minutes[0] - LAST if minutes else datetime.now(UTC) - LAST
    told = _answered(Q(step_s=HOUR_S, start__gte=since, provider=provider, model=model))
    hours = told.order_by("-start").values_list("start", flat=True).distinct()
    read = (_within(own, hour, HOUR_S, MOST_ANSWERS) for hour in hours[:MOST_HOURS])
    return next(filter(None, read), [])


def _within(
    own: QuerySet[CapturedRequest], begin: datetime, length_s: int, most: int
) -> list[Answer]:
    end = begin + timedelta(seconds=length_s)
    rows = own.filter(started_at__gte=begin, started_at__lt=end)
    return list(rows.values_list(*COLUMNS)[:most])


def _of_model(provider: str, model: str) -> QuerySet[CapturedRequest]:
    """What it answered here, the newest first."""
    # What comes of a function is in no index: SQLite goes by the time's, and not by
    # the model's or the provider's.
    return (
        CapturedRequest.objects.alias(
            of_model=Coalesce("model", Value("")),
            of_provider=Coalesce("provider", Value("")),
        )
        .filter(of_model=model, of_provider=provider, imported_from=None)
        .exclude(status=None)
        .order_by("-started_at", "-pk")
    )


def _of(
    provider: str, model: str, minutes: Sequence[datetime], now: datetime
) -> Iterator[Gauge]:
    seen = set[str]()
    for uid, began, first_ms, data in _answers(provider, model, minutes):
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
