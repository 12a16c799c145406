"""Brings changes of captured requests to the pages that are open in this process.

One poller per worker, and only while somebody looks: it asks `runs.live.ChangeFeed`
what changed and tells the group. With REDIS_URL the recorder tells the group itself,
through the shared channel layer, and nothing is polled here.
"""

from __future__ import annotations

import asyncio
import logging
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import Error as DatabaseError

from proxy.tasks import spawn
from runs.live import GROUP, ChangeFeed, changed_message

logger = logging.getLogger(__name__)

EVERY_S = 0.3
FLOOD, FLOOD_S = 50, 1.0
"""More rows than this at once are told once a second: nobody reads them faster, and the
proxy shares this process."""
AFTER_FAILURE_S = 3.0


class Relay:
    """Counts the open pages of one event loop and polls while there are any."""

    def __init__(self) -> None:
        self._pages = 0
        self._task: asyncio.Task[None] | None = None

    async def join(self, channel: str) -> None:
        await get_channel_layer().group_add(GROUP, channel)
        self._pages += 1
        if self._task is None and not settings.REDIS_URL:
            self._task = spawn(self._poll(), "live relay")

    async def leave(self, channel: str) -> None:
        self._pages -= 1
        await get_channel_layer().group_discard(GROUP, channel)
        if not self._pages and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _poll(self) -> None:
        feed = ChangeFeed()
        while True:
            pause = EVERY_S
            try:
                ids = await database_sync_to_async(feed.poll)()
            except DatabaseError as error:
                # Locked or away: pages wait, the recorder has the same trouble.
                logger.warning("live updates are waiting for the database: %s", error)
                ids, pause = [], AFTER_FAILURE_S
            if ids:
                await get_channel_layer().group_send(GROUP, changed_message(ids))
                pause = FLOOD_S if len(ids) > FLOOD else EVERY_S
            await asyncio.sleep(pause)


_relays: WeakKeyDictionary[asyncio.AbstractEventLoop, Relay] = WeakKeyDictionary()


def relay() -> Relay:
    """The relay of the running event loop."""
    return _relays.setdefault(asyncio.get_running_loop(), Relay())
