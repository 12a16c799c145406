"""The only wiring: proxied traffic → ProxyApp, websockets → Channels, else Django.

Loaded once by `observe/serve/warming.py`, for every worker.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from importlib import import_module
from typing import Any

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observe.settings")
if not apps.ready:  # another ASGI server than ours has loaded this
    django.setup()

from django.conf import settings

from proxy.app import ProxyApp
from proxy.demo.transport import DemoTransport
from proxy.exchange import Capture
from proxy.forward.client import Receive, Send
from proxy.forward.guard import Guard
from proxy.forward.inbound import as_handshake
from proxy.forward.known_heads import RECALLED, KnownHead
from proxy.forward.upstream import Upstream
from proxy.forward.usage_habits import UsageHabits
from proxy.headers import value_of
from proxy.journal.live_exchange import Capturing
from proxy.journal.losses import LossCounter
from proxy.journal.masking import Masker
from proxy.journal.writer import LOOK_EVERY_S, Journal
from proxy.own_calls.door import open_door
from proxy.route.addresses import has_form, is_proxied
from proxy.route.hosts import refuse_address
from proxy.scratch import ScratchSpace
from proxy.table.snapshot import TableSnapshot
from proxy.tasks import spawn


class Application:
    """The ASGI callable of one worker."""

    def __init__(self) -> None:
        self._proxy: ProxyApp | None = None
        self._first_page: Any = None

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if RECALLED in scope:
            await self.proxy(scope, receive, send)
        elif kind == "lifespan":
            await self._lifespan(receive, send)
        elif kind == "websocket":
            await self._websocket(scope, receive, send)
        elif await self._is_proxied(scope):
            await self.proxy(scope, receive, send)
        else:
            await (await self._shown()).pages(scope, receive, send)

    @property
    def proxy(self) -> ProxyApp:
        """Made at the first call: daphne announces no start, and it needs the loop."""
        if self._proxy is None:
            self._proxy = build_proxy()
            open_door(self._proxy)
        return self._proxy

    def recall(self, digest: bytes) -> KnownHead | None:
        """What is known of a proxied request by its head's bytes."""
        return None if self._proxy is None else self._proxy.recall(digest)

    async def _is_proxied(self, scope: Any) -> bool:
        # Fresh, because a provider's slug may have been saved a moment ago.
        table = await self.proxy.routes.fresh()
        path = scope.get("raw_path") or scope["path"].encode()
        if has_form(path):
            return True
        host = value_of(scope["headers"], b"host").decode("latin-1")
        method = scope.get("method", "GET")
        return is_proxied(path, host, method, table)

    async def _websocket(self, scope: Any, receive: Receive, send: Send) -> None:
        if await self._is_proxied(scope):
            await receive()  # a server wants its question heard
            await self.proxy(scope, receive, as_handshake(scope, send))
        else:
            await (await self._shown()).sockets(scope, receive, send)

    async def _shown(self) -> Any:
        """The module of pages and sockets; in a thread, for streams go on meanwhile."""
        if self._first_page is None:
            name = "observe.first_page"
            self._first_page = await asyncio.to_thread(import_module, name)
        return self._first_page

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.proxy.routes.fresh()
        await send({"type": "lifespan.startup.complete"})
        looking = spawn(
            _look_after(self.proxy.capturing.journal), "look after the journal"
        )
        await receive()
        looking.cancel()
        self.proxy.routes.close()
        await self.proxy.upstream.close()
        self.proxy.capturing.journal.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _look_after(journal: Journal) -> None:
    """While no request comes as well: its file may have been deleted."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        with suppress(OSError):  # a full disk; the next record tries again
            journal.look()


def build_proxy() -> ProxyApp:
    directory = settings.WEIR_JOURNAL_DIR
    directory.mkdir(parents=True, exist_ok=True)
    losses = LossCounter(directory, int(os.environ.get("WEIR_WORKER_NUMBER", "0")))
    return ProxyApp(
        routes=TableSnapshot(),
        upstream=Upstream(
            refuse=refuse_address, demo=DemoTransport, own=_own_address()
        ),
        capturing=Capturing(
            journal=Journal(directory, losses),
            masker=Masker(settings.SECRET_KEY, settings.WEIR_TOKEN),
            limit=settings.WEIR_CAPTURE_LIMIT,
            default=Capture(settings.WEIR_CAPTURE),
            keeps_unknown=settings.WEIR_CAPTURE_UNKNOWN != "none",
        ),
        guard=Guard(
            bound_to=settings.WEIR_HOST,
            token=settings.WEIR_TOKEN,
            allowed_hosts=settings.WEIR_ALLOWED_HOSTS,
            allowed_origins=settings.WEIR_ALLOWED_ORIGINS,
        ),
        scratch=ScratchSpace(),
        usage_habits=UsageHabits(settings.WEIR_DATA_DIR / "usage-habits.json"),
    )


def _own_address() -> tuple[str, int] | None:
    """Where this worker listens (observe/serve/worker.py says so)."""
    host, colon, port = os.environ.get("WEIR_LISTENS_AT", "").rpartition(":")
    return (host, int(port)) if colon else None


application = Application()
