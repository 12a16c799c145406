"""One conversation's page: its transcript, tree or timeline, and how it grew.

`?view=tree` and `?view=timeline` switch, `?at=26` shows the page with the 26th call,
`?from=12&to=30` narrows all of it to these calls, `?agent=9` reads the sub-agent whose
first call is the 9th. Bodies are read for what a
page shows, rows for the stretch around it; all of it is only ever summed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from observe.pages.conversation.brushed import Brushed
from observe.pages.conversation.calls import (
    STRETCH,
    Call,
    CallGroup,
    Stretch,
    grouped,
    read_stretch,
)
from observe.pages.conversation.growth import Growth, growth
from observe.pages.conversation.paging import (
    PagesAround,
    around,
    cut,
    kept,
    number_in,
    place,
)
from observe.pages.conversation.series import Long, of_calls, of_long
from observe.pages.conversation.shares import Shares, shares
from observe.pages.conversation.threads import GoesOn, origins, straight
from observe.pages.conversation.timeline import Timeline, timeline
from observe.pages.conversation.transcript import Step, read_steps
from observe.pages.conversation.tree import Tree, tree
from observe.pages.seen import Seen, seen
from observe.rendering.template_context import TemplateContext, show
from runs.cleaning import INT64_MAX
from runs.measure import statistics
from runs.measure.figures import Statistics
from runs.measure.totals import LONGEST
from runs.models import CapturedRequest, Conversation, Run

STEPS = 25
"""Of a page of the transcript; the tree and the timeline show a whole stretch."""
VIEWS = ("transcript", "tree", "timeline")
AT_ONCE_BYTES = 1_000_000
"""Of a request: what a longer one is made of is read after the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesPart(TemplateContext):
    """What the context is made of, alone, for htmx."""

    template: ClassVar[str] = "conversation/_shares.html"

    shares: Shares | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPage(TemplateContext):
    template: ClassVar[str] = "conversation/page.html"

    live: bool = True
    conversation: Conversation
    numbers: Statistics | None
    """Of the conversation, or of the sub-agent that is read; summed at each call."""
    long: Long | None
    """Of a long conversation: what it is added up to, instead of its numbers where it
    is too long to read all durations for a page."""
    run: Run | None
    """Of the newest request that is looked at."""
    seen: Seen
    view: str
    growth: Growth | None
    shares: Shares | None
    are_shares_later: bool
    """The page asks for them when it is there."""
    steps: list[Step]
    tree: Tree | None
    timeline: Timeline | None
    agent: CallGroup | None
    """The sub-agent that is read."""
    is_plain: bool
    switch: str
    """Address of the transcript with words as written, or as Markdown again."""
    kept: str
    """What links to calls repeat of the address."""
    pager: PagesAround
    within: Brushed
    """The calls that all of it is narrowed to."""
    ways: list[str]
    """Addresses of the transcript, the tree and the timeline."""
    everything: str
    """Address of all calls."""


@require_safe
def conversation_page(request: HttpRequest, pk: int) -> HttpResponse:
    is_possible = pk <= INT64_MAX
    found = Conversation.objects.filter(pk=pk) if is_possible else None
    conversation = found.first() if found is not None else None
    if conversation is None:
        raise Http404("There is no such conversation; it may have been pruned.")
    if request.headers.get("HX-Target") == "shares":
        return show(request, _shares_alone(conversation, request.GET))
    return show(request, _page(conversation, request.GET))


def _shares_alone(conversation: Conversation, query: QueryDict) -> SharesPart:
    within = Brushed.read(query, conversation.request_count)
    last = _last(read_stretch(conversation, number_in(query, "at") or 1, within))
    return SharesPart(shares=shares(last) if last else None)


def _last(stretch: Stretch) -> Call | None:
    """The newest of the agent's own calls: what its context is made of is told."""
    own = [call for call in stretch.calls if call.kind == "main" and call.input_tokens]
    return own[-1] if own else None


def _page(conversation: Conversation, query: QueryDict) -> ConversationPage:
    before = seen(CapturedRequest.objects.in_conversation(conversation.pk))
    at, number = number_in(query, "at"), number_in(query, "agent")
    told = {} if number else query
    within = Brushed.read(told, conversation.request_count)
    stretch = read_stretch(conversation, number or at or 1, within)
    told_by = origins(stretch.calls)
    stretch = replace(stretch, calls=straight(stretch.calls, told_by))
    agent = _agent([*stretch.calls, *stretch.after], number)
    view = query.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    groups = _groups(stretch.calls, agent, one_by_one=view != VIEWS[0])
    kind = "agent" if agent else "main"
    pages = cut(groups, kind, STEPS) if view == VIEWS[0] else [groups]
    shown = place(pages, at)
    calls = [call for group in groups for call in group.calls]
    last = None if agent else _last(stretch)
    is_large = last is not None and last.request.request_bytes > AT_ONCE_BYTES
    is_later = is_large and query.get("shares") != "1"
    numbers, long = _numbers(conversation, agent, within)
    points = long.points if long else of_calls(stretch.calls)
    return ConversationPage(
        conversation=conversation,
        numbers=numbers,
        long=long,
        run=calls[-1].request.run if calls else None,
        seen=before,
        view=view,
        growth=growth(points) if agent is None else None,
        shares=shares(last) if last and not is_later else None,
        are_shares_later=is_later,
        steps=_steps(stretch, pages, shown, kind, told_by) if view == VIEWS[0] else [],
        tree=tree(calls) if view == "tree" else None,
        timeline=timeline(calls) if view == "timeline" else None,
        agent=agent,
        is_plain=query.get("plain") == "1",
        switch=_switched(query),
        kept=f"{kept(query)}&" if kept(query) else "",
        pager=around(query, stretch, pages, shown, None if agent else within),
        within=within,
        ways=[_way(query, name) for name in VIEWS],
        everything=f"?{kept(query, **{'from': '', 'to': ''})}",
    )


def _numbers(
    conversation: Conversation, agent: CallGroup | None, within: Brushed
) -> tuple[Statistics | None, Long | None]:
    rows = CapturedRequest.objects.filter(conversation=conversation)
    if agent:
        rows = rows.filter(pk__in=[call.request.pk for call in agent.calls])
        return statistics.of(rows), None
    if within.size <= LONGEST and not within.is_all:
        ordered = rows.order_by("pk").values_list("pk", flat=True)
        rows = rows.filter(pk__in=list(ordered[within.first - 1 : within.last]))
    return (
        statistics.of(rows) if within.size <= LONGEST else None,
        of_long(conversation, within) if within.size > STRETCH else None,
    )


def _agent(calls: Sequence[Call], number: int | None) -> CallGroup | None:
    for group in grouped(calls) if number else ():
        if group.is_agent and group.first.number == number:
            return group
    return None


def _groups(
    calls: Sequence[Call], agent: CallGroup | None, *, one_by_one: bool
) -> list[CallGroup]:
    """What the transcript is made of; a sub-agent's own has its calls one by one."""
    if agent is None and not one_by_one:
        return grouped(calls)
    return [CallGroup([call]) for call in (agent.calls if agent else calls)]


def _steps(
    stretch: Stretch,
    pages: Sequence[Sequence[CallGroup]],
    shown: int,
    kind: str,
    told_by: Mapping[int, GoesOn],
) -> list[Step]:
    before = [group.first for page in pages[:shown] for group in page]
    after = [group.first for page in pages[shown + 1 :] for group in page]
    if kind == "main":
        before, after = [*stretch.before, *before], [*after, *stretch.after]
    return read_steps(
        pages[shown],
        kind,
        next((call for call in reversed(before) if call.kind == kind), None),
        next((call for call in after if call.kind == kind), None),
        told_by if kind == "main" else {},
    )


def _way(query: QueryDict, view: str) -> str:
    told = query.copy()
    told["view"] = "" if view == VIEWS[0] else view
    return "?" + kept(told)


def _switched(query: QueryDict) -> str:
    told = query.copy()
    told["plain"] = "" if query.get("plain") == "1" else "1"
    at = {"at": query["at"]} if "at" in query else {}
    return "?" + kept(told, **at)
