"""What is left of a request once it was admitted: no credential of Weir's own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from math import inf
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from proxy.app import ProxyApp
from proxy.demo.transport import DemoTransport
from proxy.exchange import HeaderList, Target
from proxy.forward.guard import Guard
from proxy.forward.upstream import Upstream
from proxy.forward.upstream_call import UpstreamAnswer
from proxy.forward.usage_habits import UsageHabits
from proxy.journal.format import Frame, Head, Kind, read_head
from proxy.journal.live_exchange import Capturing
from proxy.journal.losses import LossCounter
from proxy.journal.masking import Masker
from proxy.journal.segments import segments
from proxy.journal.writer import Journal
from proxy.route.rules import RouteTable, build
from proxy.scratch import ScratchSpace
from proxy.table.snapshot import TableSnapshot
from tests.proxy.route.routing_cases import provider

TOKEN = b"t0ken-of-this-Weir"
RUN_KEY = b"sk-weir-" + b"aB3_" * 10
BODY = b'{"model": "weir-demo-fast", "messages": [{"role": "user", "content": "hi"}]}'
HOST = (b"host", b"weir.example")


class Watching(Upstream):
    """The demo model, and what stood around the call when it was made."""

    def __init__(self, needle: bytes) -> None:
        super().__init__(refuse=lambda _: None, demo=DemoTransport)
        self._needle = needle
        self.looked_at: set[str] = set()
        self.holders: list[str] = []
        self.target: Target | None = None

    async def send(
        self,
        target: Target,
        method: str,
        headers: HeaderList,
        body: bytes | AsyncIterator[bytes] | None,
        **options: Any,
    ) -> UpstreamAnswer:
        self.target = target
        for name, value in _standing_around(ProxyApp.__call__.__code__):
            self._look(name, value, set())
        return await super().send(target, method, headers, body, **options)

    def _look(self, name: str, value: Any, seen: set[int]) -> None:
        if id(value) in seen or isinstance(value, Guard | Watching):  # these know it
            return
        seen.add(id(value))
        self.looked_at.add(type(value).__name__)
        if isinstance(value, bytes | str):
            data = value if isinstance(value, bytes) else value.encode()
            if self._needle in data:
                self.holders.append(name)
        for part, inner in _parts(value):
            self._look(f"{name}.{part}", inner, seen)


def _standing_around(outermost: CodeType) -> Iterator[tuple[str, Any]]:
    """Locals of every function from the call of the upstream out to `outermost`."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code is not outermost:
        for name, value in frame.f_locals.items():
            yield f"{frame.f_code.co_name}:{name}", value
        frame = frame.f_back


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
        yield from (("key", key) for key in value)
    elif isinstance(value, list | tuple | set | frozenset):
        yield from enumerate(value)
    elif type(value).__module__.startswith(("proxy.", "tests.")):
        yield from getattr(value, "__dict__", {}).items()
        for kind in type(value).__mro__:
            for slot in getattr(kind, "__slots__", ()):
                yield slot, getattr(value, slot, None)


class Table(TableSnapshot):
    """Never any news: there is no database."""

    async def fresh(self) -> RouteTable:
        return self.current


class Weir:
    """The app in this process, with a journal of its own; no database."""

    def __init__(self, directory: Path, needle: bytes) -> None:
        self.directory = directory
        self.upstream = Watching(needle)
        routes = Table()
        routes.current = build(
            providers=[
                provider("demo", "demo:", auth_style="none"),
                provider("google", "demo:", wire_formats=("gemini",)),
            ],
            run_keys={sha256(RUN_KEY).hexdigest(): inf},
        )
        self._journal = Journal(directory, LossCounter(directory, 0))
        self._app = ProxyApp(
            routes=routes,
            upstream=self.upstream,
            capturing=Capturing(self._journal, Masker("salt"), 1 << 20),
            guard=Guard(bound_to="0.0.0.0", token=TOKEN.decode()),
            scratch=ScratchSpace(directory),
            usage_habits=UsageHabits(),
        )

    def ask(
        self,
        path: str,
        *headers: tuple[bytes, bytes],
        query: bytes = b"",
        body: bytes = BODY,
        method: str = "POST",
    ) -> int:
        """The status of the answer."""
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if received:
                await asyncio.Event().wait()  # the client stays
            received.append(body)
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        received: list[bytes] = []
        scope = {
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "headers": [HOST, *headers],
            "client": ("127.0.0.1", 5),
        }
        asyncio.run(self._app(scope, receive, send))
        self._journal.close()
        return int(sent[0]["status"])

    def head(self) -> Head:
        found, _ = segments(self.directory)[0].read(0, 1 << 20)
        head = found[0]
        assert isinstance(head, Frame)
        assert head.kind is Kind.HEAD
        return read_head(head.payload)

    def kept(self) -> bytes:
        return b"".join(each.path.read_bytes() for each in segments(self.directory))


LENGTH = (b"content-length", str(len(BODY)).encode())
CHUNKED = (b"transfer-encoding", b"chunked")
PLACES = [
    (b"authorization", b"Bearer %s"),
    (b"x-api-key", b"%s"),
    (b"api-key", b"%s"),
    (b"x-goog-api-key", b"%s"),
    (b"x-weir-token", b"%s"),
]


@pytest.mark.parametrize("secret", [TOKEN, RUN_KEY], ids=["token", "run key"])
@pytest.mark.parametrize("framing", [LENGTH, CHUNKED], ids=["whole", "streamed"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[0].decode())
def test_nothing_holds_weirs_own_key_once_it_let_the_request_in(
    tmp_path: Path,
    place: tuple[bytes, bytes],
    framing: tuple[bytes, bytes],
    secret: bytes,
) -> None:
    weir = Weir(tmp_path, secret)
    name, shape = place
    # What isn't JSON flows through while it comes, the other way to the upstream.
    kind = (
        b"content-type",
        b"audio/wav" if framing is CHUNKED else b"application/json",
    )
    path = "/demo/v1/chat/completions"
    assert weir.ask(path, (name, shape % secret), kind, framing) == 200
    assert weir.upstream.looked_at >= {
        *("Admitted", "Inbound", "Target", "Outgoing", "LiveExchange"),
        "AsgiClient",
    }
    assert weir.upstream.holders == []
    # That it was there is kept all the same, and never what it was.
    assert dict(weir.head().headers)[name.decode()].split()[-1].startswith("key:")
    assert secret not in weir.kept()


def test_nor_does_it_from_the_query(tmp_path: Path) -> None:
    weir = Weir(tmp_path, TOKEN)
    query = b"alt=sse&key=" + TOKEN
    assert weir.ask("/demo/v1/chat/completions", LENGTH, query=query) == 200
    assert weir.upstream.holders == []
    assert weir.head().query.startswith("alt=sse&key=key:")
    assert TOKEN not in weir.kept()


def test_what_looks_for_keys_finds_the_clients_own(tmp_path: Path) -> None:
    """Otherwise finding none would prove nothing."""
    weir = Weir(tmp_path, b"sk-the-clients-own-key")
    own = (b"x-api-key", b"sk-the-clients-own-key")
    token = (b"x-weir-token", TOKEN)
    assert weir.ask("/demo/v1/chat/completions", own, token, LENGTH) == 200
    assert any("inbound.headers" in holder for holder in weir.upstream.holders)
    assert any("outgoing.headers" in holder for holder in weir.upstream.holders)


def test_what_the_guard_refuses_is_kept_with_its_headers_masked(tmp_path: Path) -> None:
    wrong = b"sk-weir-" + b"another-key-of-nobody"
    weir = Weir(tmp_path, wrong)
    headers = [(b"authorization", b"Bearer " + wrong), (b"x-weir-run", b"nightly")]
    assert weir.ask("/v1/chat/completions", *headers, LENGTH) == 401
    head = weir.head()
    assert dict(head.headers)["authorization"].startswith("Bearer key:")
    assert (head.run_key, head.run_name) == (sha256(wrong).hexdigest(), "nightly")
    assert wrong not in weir.kept()
    assert weir.upstream.target is None


@pytest.mark.parametrize("secret", [TOKEN, RUN_KEY], ids=["token", "run key"])
@pytest.mark.parametrize("in_query", [False, True])
def test_where_weirs_own_key_stood_tells_googles_client(
    tmp_path: Path, secret: bytes, in_query: bool
) -> None:
    """google-genai lists models under /v1, as OpenAI's client does."""
    weir = Weir(tmp_path, secret)
    header = () if in_query else ((b"x-goog-api-key", secret),)
    query = b"key=" + secret if in_query else b""
    weir.ask("/v1/models", *header, query=query, body=b"", method="GET")
    assert weir.upstream.target is not None
    assert weir.upstream.target.provider == "google"
