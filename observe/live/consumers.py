"""Websockets of the pages: `/ws/live` sends changed rows that pass the page's filter.

Fed by `observe/live/relay.py`. The page sends one greeting (the newest row and the
pending rows that it shows) and hears at once what it missed; then it only listens.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.generic.websocket import (
    AsyncJsonWebsocketConsumer,
    AsyncWebsocketConsumer,
)
from django.urls import path, re_path
from django.utils import timezone

from observe.access import door
from observe.access_rules import Caller, Refused, Standing, credentials_in
from observe.live.relay import relay
from observe.live.rows import LiveRows
from observe.live.worded import EVERY_S, Worded
from observe.pages.seen import MOST
from observe.pages.together import TOGETHER
from observe.preferences import ZONE_COOKIE, zone
from proxy.tasks import spawn
from runs.cleaning import INT64_MAX
from runs.filters import BadFilter
from runs.filters.request_filter import RequestFilter

FORBIDDEN, BAD_QUERY = 4403, 4400


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """One open page: the request list, a request that hasn't finished, or (`quiet`) a
    page of figures."""

    rows: LiveRows
    joined = False
    is_waiting = False
    """For words."""

    async def connect(self) -> None:
        if not welcome(self.scope):
            await self.close(FORBIDDEN)
            return
        query = dict(parse_qsl(self.scope["query_string"].decode("latin-1")))
        try:
            uid = UUID(query["uid"]) if "uid" in query else None
            # The database knows whether words can be looked for.
            read = database_sync_to_async(RequestFilter.from_query)
            chosen = await read(query)
        except (BadFilter, ValueError):
            await self.accept()
            await self.close(BAD_QUERY)
            return
        tz = zone(self.scope["cookies"].get(ZONE_COOKIE))
        self.rows = LiveRows(
            chosen,
            uid,
            tz or timezone.get_default_timezone(),
            is_quiet=query.get("quiet") == "1",
            is_together=query.get(TOGETHER) == "1",
        )
        self.worded = Worded()
        await relay().join(self.channel_name)
        self.joined = True
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self.joined:
            self.joined = False
            await relay().leave(self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kw: Any
    ) -> None:
        """Whoever may open a page may send anything: what isn't JSON is ignored."""
        try:
            content = json.loads(text_data or "")
        except (ValueError, RecursionError):
            return
        await self.receive_json(content)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """The greeting; anything else is a page of another version and ignored."""
        greeting = content if isinstance(content, dict) else {}
        newest, pending = greeting.get("newest"), greeting.get("pending")
        if not isinstance(newest, int) or not isinstance(pending, list):
            return
        shown = [uid for uid in pending[:MOST] if _is_uid(uid)]
        missed = database_sync_to_async(self.rows.missed)
        await self._tell(await missed(min(max(newest, 0), INT64_MAX), shown))

    async def requests_changed(self, event: dict[str, Any]) -> None:
        """From the group: these rows changed."""
        ids: Sequence[int] = event["ids"]
        if self.rows.uid is not None or not self.rows.chosen.asks_for_words:
            return await self._changed(ids)
        self.worded.add(ids)
        if not self.is_waiting:
            self.is_waiting = True
            spawn(self._changed_in_words(), "tell a page of words")

    async def _changed_in_words(self) -> None:
        try:
            while self.joined and self.worded:
                await asyncio.sleep(EVERY_S)
                if ids := await database_sync_to_async(self.worded.take)():
                    await self._changed(ids)
        finally:
            self.is_waiting = False

    async def _changed(self, ids: Sequence[int]) -> None:
        if self.joined:
            await self._tell(await database_sync_to_async(self.rows.changed)(ids))

    async def _tell(self, message: dict[str, Any] | None) -> None:
        if message is not None:
            await self.send_json(message)


def welcome(scope: dict[str, Any]) -> bool:
    """The door of the pages: this is a part of one."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    caller = Caller(
        host=headers.get(b"host", ""),
        origin=headers.get(b"origin"),
        fetch_site=headers.get(b"sec-fetch-site"),
        credentials=credentials_in(lambda name: headers.get(name.encode())),
        only_follows=False,  # a page elsewhere would read along
        is_logged_in=lambda: bool(scope["user"].is_authenticated),
    )
    try:
        return door().standing(caller) is not Standing.STRANGER
    except Refused:
        return False


def _is_uid(text: object) -> bool:
    try:
        return bool(UUID(str(text)))
    except ValueError:
        return False


class NothingHere(AsyncWebsocketConsumer):
    """Any other address: refused, where Channels would raise for each try."""

    async def connect(self) -> None:
        await self.close()


websocket_urlpatterns = [
    path("ws/live", AuthMiddlewareStack(LiveConsumer.as_asgi())),
    re_path("", NothingHere.as_asgi()),
]
