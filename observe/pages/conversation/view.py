"""One conversation's page: its transcript or its timeline, and how it grew.

`?view=timeline` switches, `?at=26` begins at the 26th call, `?agent=9` reads the
sub-agent whose first call is the 9th. Bodies are read for what a page shows; rows, the
newest six hundred, for the drawing above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from observe.pages.conversation.calls import (
    MOST_CALLS,
    Call,
    CallGroup,
    grouped,
    read_calls,
)
from observe.pages.conversation.growth import Growth, growth
from observe.pages.conversation.shares import Shares, shares
from observe.pages.conversation.timeline import Timeline, timeline
from observe.pages.conversation.transcript import Step, read_steps
from observe.pages.runs.listing import newest_request
from observe.rendering.template_context import TemplateContext, show
from runs.cleaning import INT64_MAX
from runs.filters.kinds import is_id
from runs.measure import statistics
from runs.measure.figures import Statistics
from runs.models import CapturedRequest, Conversation, Run

STEPS, LINES = 25, 200
"""Of a page: of the transcript, of the timeline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPage(TemplateContext):
    template: ClassVar[str] = "conversation/page.html"

    live: bool = True
    conversation: Conversation
    numbers: Statistics
    """Of the conversation, or of the sub-agent that is read; summed at each call."""
    run: Run | None
    """Of its newest request."""
    newest: int
    growth: Growth | None
    shares: Shares | None
    steps: list[Step]
    timeline: Timeline | None
    agent: CallGroup | None
    """The sub-agent that is read."""
    is_plain: bool
    switch: str
    """Address of the transcript with words as written, or as Markdown again."""
    earlier: str
    later: str
    last: str
    """Address of the last page, where this isn't it."""
    left_out: int
    """Calls before those that are looked at."""


@require_safe
def conversation_page(request: HttpRequest, pk: int) -> HttpResponse:
    is_possible = pk <= INT64_MAX
    found = Conversation.objects.filter(pk=pk) if is_possible else None
    conversation = found.first() if found is not None else None
    if conversation is None:
        raise Http404("There is no such conversation; it may have been pruned.")
    return show(request, _page(conversation, request.GET))


def _page(conversation: Conversation, query: QueryDict) -> ConversationPage:
    rows = CapturedRequest.objects.filter(conversation=conversation)
    calls = read_calls(conversation)
    agent = _agent(calls, query)
    if agent:
        rows = rows.filter(pk__in=[call.request.pk for call in agent.calls])
    numbers = statistics.of(rows)
    is_timeline = query.get("view") == "timeline"
    groups = _groups(calls, agent, one_by_one=is_timeline)
    size = LINES if is_timeline else STEPS
    first = _first(groups, query, size)
    shown = groups[first : first + size]
    own = [call for call in calls if call.kind == "main" and call.input_tokens]
    return ConversationPage(
        conversation=conversation,
        numbers=numbers,
        run=calls[-1].request.run if calls else None,
        newest=newest_request(),
        growth=growth(calls) if agent is None else None,
        shares=shares(own[-1]) if own and agent is None else None,
        steps=[] if is_timeline else _steps(groups, first, is_agent=agent is not None),
        timeline=timeline([g.first for g in shown]) if is_timeline else None,
        agent=agent,
        is_plain=query.get("plain") == "1",
        switch=_switched(query),
        earlier=_at(query, groups, first - size) if first else "",
        later=_at(query, groups, first + size) if groups[first + size :] else "",
        last=_at(query, groups, len(groups) - size)
        if groups[first + 2 * size :]
        else "",
        left_out=0 if agent else max(numbers.requests - MOST_CALLS, 0),
    )


def _agent(calls: Sequence[Call], query: QueryDict) -> CallGroup | None:
    number = query.get("agent", "")
    for group in grouped(calls) if is_id(number) else ():
        if group.is_agent and group.first.number == int(number):
            return group
    return None


def _groups(
    calls: Sequence[Call], agent: CallGroup | None, *, one_by_one: bool
) -> list[CallGroup]:
    """What the transcript is made of; a sub-agent's own has its calls one by one."""
    if agent is None and not one_by_one:
        return grouped(calls)
    return [CallGroup([call]) for call in (agent.calls if agent else calls)]


def _first(groups: Sequence[CallGroup], query: QueryDict, size: int) -> int:
    """The place of the page that has the call which `?at=` names."""
    number = query.get("at", "")
    if not is_id(number):
        return 0
    wanted = int(number)
    places = [n for n, group in enumerate(groups) if group.first.number <= wanted]
    return (places[-1] if places else 0) // size * size


def _steps(groups: Sequence[CallGroup], first: int, *, is_agent: bool) -> list[Step]:
    kind, end = "agent" if is_agent else "main", first + STEPS
    before = [g.first for g in groups[:first] if g.first.kind == kind]
    after = [g.first for g in groups[end:] if g.first.kind == kind]
    return read_steps(
        groups[first:end],
        kind,
        before[-1] if before else None,
        after[0] if after else None,
    )


def _switched(query: QueryDict) -> str:
    kept = {name: query[name] for name in ("agent", "at") if name in query}
    return "?" + urlencode(kept if query.get("plain") == "1" else kept | {"plain": 1})


def _at(query: QueryDict, groups: Sequence[CallGroup], place: int) -> str:
    kept = {name: query[name] for name in ("view", "agent", "plain") if name in query}
    number = groups[max(place, 0)].first.number
    return "?" + urlencode({**kept, "at": number})
