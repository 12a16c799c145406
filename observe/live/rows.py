"""What one open page has to hear: changed rows that pass its filter, as HTML.

Called by `observe/live/consumers.py` in a thread with a database connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from observe.pages.rows import render_row
from observe.pages.together import read_together
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest
from runs.record import Outcome

MAX_ROWS = 50
"""New ones in one message. More are only counted: the page then says how many there
are, and is read again by who wants to see them."""
MAX_COUNTED = 1_000
Message = dict[str, Any]


class LiveRows:
    """Remembers which pending rows the page shows, so that it hears of their end."""

    def __init__(
        self,
        chosen: RequestFilter,
        uid: UUID | None,
        tz: tzinfo,
        *,
        is_quiet: bool = False,
        is_together: bool = False,
    ) -> None:
        self.chosen = chosen
        self.uid = uid
        self.tz = tz
        self.is_quiet = is_quiet
        """It hears that something changed, never what: it reads itself again."""
        self.is_together = is_together
        """Its rows tell of their conversations."""
        self.newest = 0
        self.watched: set[int] = set()

    def missed(self, newest: int, pending: Sequence[str]) -> Message | None:
        """What changed between the page's making and its greeting."""
        self.newest = newest
        if self.uid is not None:
            return self._finished(self.uid)
        shown = CapturedRequest.objects.filter(uid__in=pending)
        if self.is_quiet:
            over = shown.exclude(outcome=Outcome.PENDING).values_list("pk", flat=True)
            return self._told(Q(pk__gt=newest) | Q(pk__in=list(over)))
        self.watched = set(shown.values_list("pk", flat=True))
        ended = list(shown.exclude(outcome=Outcome.PENDING))
        new = self._passing(Q(pk__gt=newest)).newest_first()
        fresh = list(new[: MAX_ROWS + 1])
        if len(fresh) <= MAX_ROWS:
            return self._message([*fresh, *ended])
        self.newest = fresh[0].pk
        return self._message(ended, new.count_to(MAX_COUNTED))

    def changed(self, ids: Sequence[int]) -> Message | None:
        if self.uid is not None:
            return self._finished(self.uid)
        if self.is_quiet:
            return self._told(Q(pk__in=ids))
        watched = self.watched.intersection(ids)
        first = [pk for pk in ids if pk in watched or pk <= self.newest]
        new = [pk for pk in ids if pk > self.newest and pk not in watched]
        known = list(self._passing(Q(pk__in=first)).newest_first()) if first else []
        # A row that was shown as pending may not pass the filter once it has ended;
        # leaving it ticking for ever would be a lie.
        lost = watched - {row.pk for row in known}
        ended = CapturedRequest.objects.filter(pk__in=lost) if lost else ()
        fresh, more = self._fresh(new)
        return self._message([*fresh, *known[: 4 * MAX_ROWS], *ended], more)

    def _fresh(self, ids: Sequence[int]) -> tuple[list[CapturedRequest], int]:
        """New rows that pass, or how many do."""
        if not ids:
            return [], 0
        passing = self._passing(Q(pk__in=ids))
        more = passing.count_to(len(ids)) if len(ids) > MAX_ROWS else 0
        if more <= MAX_ROWS:
            return list(passing.newest_first()), 0
        self.newest = max(ids)
        return [], more

    def _passing(self, condition: Q) -> Any:
        return self.chosen.apply(CapturedRequest.objects.filter(condition))

    def _told(self, condition: Q) -> Message | None:
        return {"type": "changed"} if self._passing(condition).exists() else None

    def _finished(self, uid: UUID) -> Message | None:
        found = CapturedRequest.objects.filter(uid=uid)
        if found.exclude(outcome=Outcome.PENDING).exists():
            return {"type": "finished"}
        return None

    def _message(self, rows: list[CapturedRequest], more: int = 0) -> Message | None:
        if not rows and not more:
            return None
        for row in rows:
            if row.outcome == Outcome.PENDING:
                self.watched.add(row.pk)
            else:
                self.watched.discard(row.pk)
        self.newest = max([self.newest, *(row.pk for row in rows)])
        with timezone.override(self.tz):
            html = [
                {"uid": str(row.uid), "html": text}
                for row, text in zip(rows, self._drawn(rows), strict=True)
            ]
        return {
            "type": "rows",
            "rows": html,
            "more": more,
            "newest": self.newest,
        }

    def _drawn(self, rows: list[CapturedRequest]) -> Iterator[str]:
        query = urlencode(self.chosen.as_query())
        talks = read_together(rows) if self.is_together else {}
        for row in rows:
            yield render_row(row, query, talks.get(row.conversation_id or 0))
