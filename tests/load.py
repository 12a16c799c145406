"""Load for tests that break things: clients note what they got to the last byte."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Self

from tests import answers as a
from tests.raw_client import RawClient, request
from tests.server import WeirServer
from tests.upstream import Peer

WORDS = [f"word{number} " for number in range(6)]


def answer(peer: Peer) -> None:
    """Every third request gets a whole answer, the others a short stream."""
    number = int(peer.request.target.rsplit(b"/", 1)[1])
    if number % 3 == 0:
        peer.send(a.as_json(a.CHAT))
        return
    peer.send(a.chunked_head("text/event-stream"))
    for event in a.chat_stream(*WORDS, usage=a.CHAT_USAGE):
        peer.send(a.chunk(event))
        time.sleep(0.001)
    peer.send(a.LAST_CHUNK)


@dataclass(slots=True)
class Load:
    """`with Load(weir, "/v1/load"):` sends until the block ends, each path once."""

    weir: WeirServer
    prefix: str
    clients: int = 6
    pause_s: float = 0
    """After each request, where it is enough that there is traffic."""
    sent: dict[str, int] = field(default_factory=dict)
    """Path to the size of the answer, for those that came to their last byte."""
    failed: list[str] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        for _ in range(self.clients):
            thread = threading.Thread(target=self._run, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self) -> None:
        while not self._stop.wait(self.pause_s):
            path = f"{self.prefix}/{next(self._numbers)}"
            try:
                self._ask(path)
            except OSError:
                self.failed.append(path)
                time.sleep(0.02)

    def _ask(self, path: str) -> None:
        body = b'{"model": "m-1", "stream": true, "id": "%s"}' % path.encode()
        with RawClient(self.weir.address, timeout=10) as client:
            client.send(request("POST", path, body=body))
            got = client.read_answer("POST")
        if got.complete and got.status == 200:
            self.sent[path] = len(got.body)
        else:
            self.failed.append(path)
