"""What answers for pages, the API and their sockets: Django with all that it shows.

`observe/asgi.py` loads it when a worker is first asked for anything that isn't proxied,
and the pages and the API follow when one of them is asked for. Until then a worker
forwards without them: half a second of start, and 25 MiB, less.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

from channels.routing import URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application

from observe.body_door import BodyDoor
from observe.live.consumers import websocket_urlpatterns
from observe.pages.health import PATHS
from proxy.forward.client import Receive, Send

sockets = URLRouter(websocket_urlpatterns)


class Pages:
    """The ASGI callable of all that Django answers."""

    def __init__(self) -> None:
        self._django = BodyDoor(get_asgi_application())
        self._has_urls = False

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if not self._has_urls and scope["path"] not in PATHS:
            # In a thread: streams go on meanwhile.
            await asyncio.to_thread(import_module, settings.ROOT_URLCONF)
            self._has_urls = True
        await self._django(scope, receive, send)


pages = Pages()
