"""Where the pages around the one of a conversation that is shown are.

Addresses name a call (`?at=26`), so that they stay right while it grows. Called by
`observe/pages/conversation/view.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from observe.pages.conversation.brushed import Brushed
from observe.pages.conversation.calls import CallGroup, Stretch
from runs.filters.kinds import is_id

READ_BYTES = 4_000_000
"""Of the requests that a page of the transcript reads."""
KEPT = ("view", "agent", "plain", "from", "to")
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
    told = {name: query[name] for name in KEPT if name in query} | others
    return urlencode({name: value for name, value in told.items() if value != ""})


def cut(groups: Sequence[CallGroup], kind: str, most: int) -> list[list[CallGroup]]:
    """Into pages of `most` groups, fewer where their bodies are large: a history of
    megabytes is sent, and has to be read, again with each call."""
    pages: list[list[CallGroup]] = [[]]
    room = READ_BYTES
    for group in groups:
        size = group.first.request.request_bytes if group.first.kind == kind else 0
        room -= size
        if pages[-1] and (room < 0 or len(pages[-1]) == most):
            pages.append([])
            room = READ_BYTES - size
        pages[-1].append(group)
    return pages


def place(pages: Sequence[Sequence[CallGroup]], at: int | None) -> int:
    """Of the page that has the call of this number."""
    if at is None:
        return 0
    begun = [n for n, page in enumerate(pages) if page and page[0].first.number <= at]
    return begun[-1] if begun else 0


def around(
    query: QueryDict,
    stretch: Stretch,
    pages: Sequence[Sequence[CallGroup]],
    shown: int,
    within: Brushed | None,
) -> PagesAround:
    """`pages` are of the stretch, or of the calls of the sub-agent that is read: then
    they are all that there is, and `within` is None."""
    firsts = [page[0].first.number if page else 0 for page in pages]
    own = [call.number for call in stretch.calls]
    before = firsts[shown - 1] if shown else 0
    after = firsts[shown + 1] if shown + 1 < len(pages) else 0
    lowest, highest = firsts[0], firsts[-1]
    if own and within:
        lowest, highest = within.first, within.last
        before = before or (own[0] - 1 if own[0] > lowest else 0)
        after = after or (own[-1] + 1 if own[-1] < highest else 0)

    def to(number: int) -> str:
        return "?" + kept(query, at=number) if number else ""

    return PagesAround(
        begin=to(lowest) if before > lowest else "",
        earlier=to(before),
        later=to(after),
        end=to(highest) if after and after < highest else "",
        first=firsts[shown],
        last=max((group.last.number for group in pages[shown]), default=0),
        total=stretch.total,
    )
