"""One worker process: the ASGI server with the proxy, the pages and the API in it.

What `observe/serve/supervisor.py` forks for each of `WEIR_WORKERS`; takes the listening
socket over and stops when told, or when the supervisor is gone. Connections for pages
it gives to `observe/serve/pages.py`.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from types import FrameType
from typing import Any

from observe.serve.handover import Handover
from observe.serve.orphans import STOP_S, when_orphaned


def main(listener: socket.socket, number: int, handover: Handover) -> None:
    tell_address(listener, number)
    if os.environ.get("WEIR_SERVER_KIND") == "daphne":
        _run_daphne(listener)
    else:
        _run_uvicorn(listener, handover)


def tell_address(listener: socket.socket, number: int) -> None:
    """To what is made when the application starts."""
    os.environ["WEIR_WORKER_NUMBER"] = str(number)
    host, port = listener.getsockname()[:2]
    os.environ["WEIR_LISTENS_AT"] = f"{host}:{port}"


def _run_uvicorn(listener: socket.socket, handover: Handover) -> None:
    import uvicorn

    from observe.serve.direct import FirstLook

    FirstLook.handover = handover
    run(uvicorn.Server(configured(FirstLook)), [listener])


def configured(protocol: Any) -> Any:
    """uvicorn's configuration, for connections that `protocol` reads."""
    import uvicorn
    from django.conf import settings

    from observe.serve.protocol import RefusingWebSocket

    return uvicorn.Config(
        "observe.asgi:application",
        loop="uvloop",
        http=protocol,
        ws=RefusingWebSocket,
        lifespan="on",
        log_config=None,
        access_log=False,
        # The upstream's own Server and Date headers are what the client gets.
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(settings.WEIR_GRACE) or None,
    )


def run(server: Any, sockets: list[socket.socket]) -> None:
    """Until it is told to end."""
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_serve(server, sockets))


async def _serve(server: Any, sockets: list[socket.socket]) -> None:

    def stop() -> None:
        server.should_exit = True

    when_orphaned(stop, patience_s=patience_s())
    _quieten()
    # What is loaded by now stays; full collections of it would only be pauses.
    gc.collect()
    gc.freeze()
    # What is new is looked through in small steps, each of which stops all streams; of
    # what stays a full collection is as rare as it would be with steps of 20,000.
    gc.set_threshold(2_000, 200, 50)
    # While a thread loads or draws a page, where one is asked for on a connection that
    # also brings calls: chunks would wait 5 ms for it, again and again.
    sys.setswitchinterval(0.0005)
    # uvicorn raises it once more when it has ended, and the worker would die of it
    # instead of ending: what a program does at its end (atexit) was left out.
    signal.signal(signal.SIGTERM, _is_known)
    await server.serve(sockets=sockets)


def _is_known(number: int, frame: FrameType | None) -> None:
    """It has been told, and has stopped."""


def _run_daphne(listener: socket.socket) -> None:
    from daphne.server import Server

    from observe.asgi import application

    _quieten()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    when_orphaned(_ask_to_end, patience_s=patience_s())
    Server(
        application,
        endpoints=[f"fd:fileno={listener.fileno()}"],
        server_name=None,
        application_close_timeout=30,
    ).run()


def _ask_to_end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def patience_s() -> float:
    """What open streams get, and a little for the end itself."""
    from django.conf import settings

    return float(settings.WEIR_GRACE) + STOP_S


class _NotBrokenAnswers(logging.Filter):
    """A connection that was cut on purpose is no error of the server's."""

    def filter(self, record: logging.LogRecord) -> bool:
        from proxy.forward.client import BrokenAnswer

        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, BrokenAnswer | asyncio.CancelledError)


def _quieten() -> None:
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    for name in ("uvicorn.error", "daphne.server"):
        logging.getLogger(name).addFilter(_NotBrokenAnswers())
