"""The changes tab: what is other than in the call before, and what that did to caches.

Called by `observe/pages/request/view.py`. The call before is the newest earlier one of
the same conversation and the same agent that was asked for the same purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from observe.pages.conversation.calls import told_apart
from observe.pages.conversation.many import captured as read_together
from observe.pages.request.captured import Captured
from observe.pages.rows import Row
from observe.rendering.changed import Changes, changes
from observe.rendering.template_context import TemplateContext
from pricing.quote import Quote
from runs.models import CapturedRequest
from runs.record import Purpose

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPanel(TemplateContext):
    template: ClassVar[str] = "request/_changes.html"

    before: Row | None = None
    """None: nothing came before."""
    changes: Changes | None = None
    missed_tokens: int = 0
    """Of the prompt before that a cache could have had, and had not."""
    missed_usd: Decimal | None = None
    """What they cost more than from the cache; None where a rate is unknown."""
    problem: str = ""


def read(request: HttpRequest, captured: Captured) -> ChangesPanel:
    before = _before(captured.request)
    if before is None:
        return ChangesPanel()
    try:
        earlier, later = read_together([before, captured.request])
        found = changes(earlier.asked, later.asked)
    except Exception as error:  # captured text may be anything
        why = f"These two requests can't be compared: {error}"
        return ChangesPanel(before=Row(before), problem=why)
    missed = [*told_apart([before, captured.request])][-1].missed_tokens
    return ChangesPanel(
        before=Row(before),
        changes=found,
        missed_tokens=missed,
        missed_usd=_cost_of_missing(missed, captured.detail.quote),
    )


def _before(row: CapturedRequest) -> CapturedRequest | None:
    if row.conversation_id is None:
        return None
    return earlier(row, row.conversation_id).first()


def earlier(row: CapturedRequest, conversation: int) -> QuerySet[CapturedRequest]:
    """Those that it may follow on, newest first. Looked for in its conversation: by the
    indexes of purposes and agents, SQLite would go through all that were ever asked."""
    told = CapturedRequest.objects.alias(
        of_purpose=Coalesce("purpose", Value("")), of_agent=Coalesce("agent", Value(""))
    )
    found = told.filter(
        conversation_id=conversation,
        of_purpose=row.purpose or "",
        of_agent=row.agent or "",
        started_at__lt=row.started_at,
    ).order_by("-started_at", "-pk")
    if row.purpose == Purpose.SUB_AGENT and not row.agent:
        return found.filter(preview=row.preview)  # its task tells it apart
    return found


def _cost_of_missing(tokens: int, quote: Quote | None) -> Decimal | None:
    """By this request's own rates: of a miss that read nothing from the cache, the
    rate of reading is in no line."""
    rates = {each.kind: each.usd_per_million for each in quote.lines} if quote else {}
    full, cached = rates.get("input"), rates.get("cache_read")
    if full is None or cached is None:
        return None
    return tokens * (full - cached) / MILLION
