"""Tells pages which captured requests are new or changed.

The recorder calls `announce` after each commit; a process with open pages asks a
`ChangeFeed` (`observe/live/relay.py`). With REDIS_URL the announcement travels through
the shared channel layer; without it processes share only the database, and polling that
is a matter of microseconds while nothing happens.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection

from runs.live.commits import CommitCount
from runs.models import AlertStanding, CapturedRequest
from runs.record import Outcome

log = logging.getLogger(__name__)

GROUP = "requests"
MAX_IDS = 1000
"""In one message, and of pending requests that a feed watches."""


def changed_message(ids: Sequence[int]) -> dict[str, Any]:
    """What consumers of GROUP receive, as their `requests_changed`."""
    return {"type": "requests.changed", "ids": list(ids)}


def announce(ids: Sequence[int]) -> None:
    """These requests were stored; never raises, recording goes on without pages."""
    if not settings.REDIS_URL or not ids:
        return
    send = async_to_sync(get_channel_layer().group_send)
    try:
        for start in range(0, len(ids), MAX_IDS):
            send(GROUP, changed_message(ids[start : start + MAX_IDS]))
    except Exception as error:  # whatever a Redis client may raise
        log.warning("Pages were not told of new requests: %s", error)


def announce_turn() -> None:
    """An alert turned: as if the newest request had changed, pages are read again."""
    newest = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
    announce([*newest[:1]])


class ChangeFeed:
    """What changed in the database since the last look."""

    def __init__(self) -> None:
        self._commits = CommitCount(str(connection.settings_dict["NAME"]), wait_s=1)
        self._version: int | None = None
        self._newest: int | None = None
        self._pending: set[int] = set()
        self._turned: datetime | None = None

    def poll(self) -> list[int]:
        """Ids of requests that are new, or ended; the first call only looks."""
        if not self._has_moved():
            return []
        if self._newest is None:
            self._look()
            return []
        changed = {*self._ended(), *self._new()}
        if self._has_turned():
            # An alert is no request: pages hear of the newest, and are read again.
            changed.add(self._newest)
        return sorted(changed)

    def close(self) -> None:
        self._commits.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    def _has_moved(self) -> bool:
        """Tells cheaply that nothing was committed; a look itself costs queries."""
        if connection.vendor != "sqlite":
            return True
        version = self._commits.read()
        moved, self._version = version != self._version, version
        return moved

    def _look(self) -> None:
        newest = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
        self._newest = newest.first() or 0
        pending = CapturedRequest.objects.pending().newest_first()
        self._pending = set(pending.values_list("pk", flat=True)[:MAX_IDS])
        self._has_turned()

    def _has_turned(self) -> bool:
        """An alert began to fire, or ended."""
        before, self._turned = self._turned, AlertStanding.last_turn()
        return before != self._turned

    def _new(self) -> list[int]:
        rows = CapturedRequest.objects.filter(pk__gt=self._newest).order_by("pk")
        found = list(rows.values_list("pk", "outcome"))
        if found:
            self._newest = found[-1][0]
        fresh = [pk for pk, outcome in found if outcome == Outcome.PENDING]
        self._pending.update(fresh[: max(0, MAX_IDS - len(self._pending))])
        return [pk for pk, _ in found]

    def _ended(self) -> set[int]:
        """Of the pending ones: those that ended, or were deleted."""
        if not self._pending:
            return set()
        rows = CapturedRequest.objects.pending().filter(pk__in=self._pending)
        ended = self._pending - set(rows.values_list("pk", flat=True))
        self._pending -= ended
        return ended
