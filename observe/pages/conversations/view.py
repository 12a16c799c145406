"""The list of conversations: agents' sessions, told apart without any set-up.

Pages go by cursor; what the shown ones came to is summed at each call, over their
requests alone, and not of the longest (`runs/measure/totals.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Exists, Max, OuterRef, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.pages.connect.view import Snippets, read_snippets
from observe.pages.errors import refusal
from observe.pages.seen import Seen, seen
from observe.rendering.template_context import TemplateContext, show
from runs import lifecycle
from runs.api.paging import page_by_id
from runs.filters import BadFilter
from runs.lifecycle.errors import RunError
from runs.measure.figures import Tokens
from runs.measure.totals import RunTotals, of_conversations, short_enough
from runs.models import CapturedRequest, Conversation, Run

PAGE_SIZE = 50
INPUT = ("input", "cache_read", "cache_write_5m", "cache_write_1h")
"""Buckets that the input is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What `templates/conversations/_row.html` draws."""

    conversation: Conversation
    totals: RunTotals | None
    """None where it is too long to be summed for a list: its page does."""
    turns: int
    largest: int | None
    """Tokens of the longest exchange: how far its context has grown."""
    cache_share: float | None
    """Input tokens read from a cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationsPage(TemplateContext):
    template: ClassVar[str] = "conversations/list.html"

    live: bool = True
    rows: list[Talk]
    q: str
    run: Run | None
    """Only conversations with requests of it."""
    seen: Seen
    older: str
    newer: str
    snippets: Snippets | None
    """How to send the first request, while there is none."""


@require_safe
def conversation_list(request: HttpRequest) -> HttpResponse:
    try:
        return show(request, _page(request))
    except (BadFilter, RunError) as error:
        return refusal(request, 400, "BAD_REQUEST", str(error))


def _page(request: HttpRequest) -> ConversationsPage:
    before = seen()
    q = request.GET.get("q", "").replace("\0", "").strip()[:160]
    named = request.GET.get("run", "")
    run = lifecycle.find(named) if named else None
    page = page_by_id(_narrowed(q, run), request.GET.get("cursor", ""), PAGE_SIZE)
    is_empty = not page.rows and not q and run is None
    kept = {"q": q, "run": str(run.uid) if run else ""}
    first, last = (page.rows[0].pk, page.rows[-1].pk) if page.rows else (0, 0)
    return ConversationsPage(
        rows=_talks(page.rows),
        q=q,
        run=run,
        seen=before,
        older=_address(kept, f"older-{last}") if page.has_older else "",
        newer=_address(kept, f"newer-{first}") if page.has_newer and first else "",
        snippets=read_snippets(request) if is_empty else None,
    )


def _narrowed(q: str, run: Run | None) -> QuerySet[Conversation]:
    rows = Conversation.objects.all()
    if q:
        rows = rows.filter(title__icontains=q)
    if run:
        asked = CapturedRequest.objects.in_run(run.pk)
        rows = rows.filter(Exists(asked.filter(conversation=OuterRef("pk"))))
    return rows


def _talks(rows: list[Conversation]) -> list[Talk]:
    keys = short_enough(rows)
    totals, sizes = of_conversations(keys), _sizes(keys)
    return [
        Talk(
            conversation=row,
            totals=totals.get(row.pk, RunTotals()) if row.pk in keys else None,
            turns=row.turn_count,
            largest=sizes.get(row.pk, (None, None))[0],
            cache_share=sizes.get(row.pk, (None, None))[1],
        )
        for row in rows
    ]


def _sizes(keys: list[int]) -> dict[int, tuple[int | None, float | None]]:
    """The longest exchange of each, and the share of its input that a cache gave."""
    rows = CapturedRequest.objects.filter(conversation__in=keys).order_by()
    found: Any = rows.values("conversation").annotate(
        most=Max("total_tokens"),
        **{f"sum_{name}": Sum(f"{name}_tokens") for name in INPUT},
    )
    return {row["conversation"]: (row["most"], _cache_share(row)) for row in found}


def _cache_share(row: Mapping[str, Any]) -> float | None:
    return Tokens(**{name: row[f"sum_{name}"] for name in INPUT}).cache_hit_rate


def _address(kept: Mapping[str, str], cursor: str) -> str:
    told = {name: value for name, value in kept.items() if value}
    return "/conversations?" + urlencode({**told, "cursor": cursor})
