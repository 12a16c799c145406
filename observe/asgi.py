"""The only wiring: proxied traffic → ProxyApp, websockets → Channels, else Django.

Loaded once per worker process by `observe/serve/worker.py`.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observe.settings")
django_app = get_asgi_application()  # before the imports below: it loads the models

from channels.routing import URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from observe.body_door import BodyDoor  # noqa: E402
from observe.live.consumers import websocket_urlpatterns  # noqa: E402
from proxy.app import ProxyApp  # noqa: E402
from proxy.demo.transport import DemoTransport  # noqa: E402
from proxy.forward.client import Receive, Send  # noqa: E402
from proxy.forward.guard import Guard  # noqa: E402
from proxy.forward.inbound import as_handshake  # noqa: E402
from proxy.forward.upstream import Upstream  # noqa: E402
from proxy.forward.usage_habits import UsageHabits  # noqa: E402
from proxy.headers import value_of  # noqa: E402
from proxy.journal.live_exchange import Capturing  # noqa: E402
from proxy.journal.losses import LossCounter  # noqa: E402
from proxy.journal.masking import Masker  # noqa: E402
from proxy.journal.writer import LOOK_EVERY_S, Journal  # noqa: E402
from proxy.route.addresses import is_proxied  # noqa: E402
from proxy.route.hosts import refuse_address  # noqa: E402
from proxy.scratch import ScratchSpace  # noqa: E402
from proxy.table.snapshot import TableSnapshot  # noqa: E402
from proxy.tasks import spawn  # noqa: E402

pages_app = BodyDoor(django_app)
sockets_app = URLRouter(websocket_urlpatterns)


class Application:
    """The ASGI callable of one worker."""

    def __init__(self) -> None:
        self._proxy: ProxyApp | None = None

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan":
            await self._lifespan(receive, send)
        elif kind == "websocket":
            await self._websocket(scope, receive, send)
        elif await self._is_proxied(scope):
            await self.proxy(scope, receive, send)
        else:
            await pages_app(scope, receive, send)

    @property
    def proxy(self) -> ProxyApp:
        """Made at the first call: daphne announces no start, and it needs the loop."""
        if self._proxy is None:
            self._proxy = build_proxy()
        return self._proxy

    async def _is_proxied(self, scope: Any) -> bool:
        # Fresh, because a provider's slug may have been saved a moment ago.
        table = await self.proxy.routes.fresh()
        host = value_of(scope["headers"], b"host").decode("latin-1")
        path = scope.get("raw_path") or scope["path"].encode()
        method = scope.get("method", "GET")
        return is_proxied(path, host, method, table)

    async def _websocket(self, scope: Any, receive: Receive, send: Send) -> None:
        if await self._is_proxied(scope):
            await receive()  # a server wants its question heard
            await self.proxy(scope, receive, as_handshake(scope, send))
        else:
            await sockets_app(scope, receive, send)

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
