"""A connection that begins with a page goes on to the process of the pages.

Between the workers (`observe/serve/direct.py` asks at a connection's first bytes) and
`observe/serve/pages.py`: what a page costs delays no proxied call. Both sides can
answer everything, so nothing depends on the guess that is made here.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
from collections.abc import Callable

from proxy.route.addresses import is_reserved_path

LARGEST = 32 * 1024
"""First bytes that fit into one message; an upload stays where it is."""
_STAYS = (b"/healthz", b"/readyz")
"""How the worker is, is asked of the worker."""
_CLOSES_IN_CHILDREN = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


class Handover:
    """Made before the processes are forked; connections that wait outlive a restart."""

    def __init__(self) -> None:
        # Messages arrive whole, each with its connection. Where there are none that
        # keep their order and their senders (macOS), datagrams do between two ends.
        kind = getattr(socket, "SOCK_SEQPACKET", socket.SOCK_DGRAM)
        try:
            self._taking, self._giving = socket.socketpair(socket.AF_UNIX, kind)
        except OSError:
            kind = socket.SOCK_DGRAM
            self._taking, self._giving = socket.socketpair(socket.AF_UNIX, kind)
        self._taking.setblocking(False)
        self._giving.setblocking(False)

    def give(self, transport: asyncio.Transport, first: bytes) -> bool:
        """False: it is to be answered here, as no page or with nobody to take it."""
        if len(first) > LARGEST or not is_page(first):
            return False
        transport.pause_reading()  # what comes now is read by who takes it
        connection = transport.get_extra_info("socket")
        try:
            socket.send_fds(self._giving, [first], [connection.fileno()])
        except OSError:  # the pages are far behind
            transport.resume_reading()
            return False
        transport.abort()  # closes this process's own hold of it, and no more
        return True

    def take(self) -> tuple[socket.socket, bytes] | None:
        """The next connection, and what was read of it."""
        first, numbers, _, _ = socket.recv_fds(
            self._taking, LARGEST, 1, _CLOSES_IN_CHILDREN
        )
        for number in numbers:
            return _connection(number), first
        return None

    def is_waited_for(self, seconds: float) -> bool:
        """Whether a connection waits; looks for that long."""
        return bool(select.select([self._taking], [], [], seconds)[0])

    def begin(self, loop: asyncio.AbstractEventLoop, take: Callable[[], None]) -> None:
        """Has `take` called whenever a connection waits."""
        loop.add_reader(self._taking, take)

    def end(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.remove_reader(self._taking)


def _connection(number: int) -> socket.socket:
    try:
        connection = socket.socket(fileno=number)
    except OSError:  # macOS can't tell what it was where its client has gone
        os.close(number)
        raise
    connection.setblocking(False)
    return connection


def is_page(first: bytes) -> bool:
    """Whether a connection that begins with these bytes wants a page or the API."""
    words = first.partition(b"\r\n")[0].split(b" ")
    if len(words) != 3:
        return False
    path = words[1].partition(b"?")[0]
    return path == b"/" or (path not in _STAYS and is_reserved_path(path))
