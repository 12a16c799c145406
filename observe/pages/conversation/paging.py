"""Where the pages around the one of a conversation that is shown are.

Addresses name a call (`?at=26`), so that they stay right while it grows. Called by
`observe/pages/conversation/view.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from observe.pages.conversation.calls import CallGroup, Stretch
from runs.filters.kinds import is_id

KEPT = ("view", "agent", "plain")
"""What else stands in an address, and stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesAround:
    """What `templates/conversation/_pager.html` links to; "": nothing is there."""

    begin: str
    earlier: str
    later: str
    end: str
    first: int
    last: int
    """Numbers of the calls that are shown."""
    total: int

    @property
    def is_needed(self) -> bool:
        return bool(self.earlier or self.later)


def number_in(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "")
    return int(text) if is_id(text) else None


def kept(query: QueryDict, **others: object) -> str:
    told = {name: query[name] for name in KEPT if name in query}
    return urlencode({**told, **others})


def place(groups: Sequence[CallGroup], at: int | None, size: int) -> int:
    """Of the page that has the call of this number, among the groups."""
    if at is None:
        return 0
    places = [n for n, group in enumerate(groups) if group.first.number <= at]
    return (places[-1] if places else 0) // size * size


def pager(
    query: QueryDict,
    stretch: Stretch,
    groups: Sequence[CallGroup],
    start: int,
    size: int,
    *,
    is_agent: bool,
) -> PagesAround:
    """`groups` are all of the stretch, or the calls of the sub-agent that is read."""
    shown = groups[start : start + size]
    first = shown[0].first.number if shown else 0
    last = max((group.last.number for group in shown), default=0)
    before = groups[max(start - size, 0)].first.number if start else 0
    after = groups[start + size].first.number if groups[start + size :] else 0
    lowest, highest = _ends(stretch, groups, is_agent=is_agent)
    if not is_agent:
        own = [call.number for call in stretch.calls]
        before = before or (own[0] - 1 if own else 0)
        after = after or (own[-1] + 1 if own and own[-1] < highest else 0)

    def to(number: int) -> str:
        return "?" + kept(query, at=number) if number else ""

    return PagesAround(
        begin=to(lowest) if before > lowest else "",
        earlier=to(before),
        later=to(after),
        end=to(highest) if after and after < highest else "",
        first=first,
        last=last,
        total=stretch.total,
    )


def _ends(
    stretch: Stretch, groups: Sequence[CallGroup], *, is_agent: bool
) -> tuple[int, int]:
    if not is_agent:
        return 1, stretch.total
    if not groups:
        return 0, 0
    return groups[0].first.number, groups[-1].last.number
