"""From a request as it came to one that may be forwarded, or to its refusal."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

import pytest

from proxy.errors import WeirError
from proxy.exchange import Dialect, HeaderList, Inbound
from proxy.forward.admission import NEWS_S, Admitted, admit
from proxy.forward.asgi_client import AsgiClient
from proxy.forward.client import Client
from proxy.forward.guard import Guard
from proxy.journal.live_exchange import Capturing, LiveExchange
from proxy.journal.losses import LossCounter
from proxy.journal.masking import Masker
from proxy.journal.writer import Journal
from proxy.route.rules import RouteTable, build
from tests.proxy.forward.test_guard import inbound

KEY = b"sk-weir-" + b"aB3_" * 10 + b"-xy"
DIGEST = sha256(KEY).hexdigest()
BEARER = (b"authorization", b"Bearer " + KEY)
PAGE = (b"origin", b"https://page.example")


class Routes:
    """A table, and the one that a look at the database brings."""

    def __init__(self, now: RouteTable, later: RouteTable | None = None) -> None:
        self.current, self._later = now, later or now

    async def fresh(self) -> RouteTable:
        return self.current

    async def awaited(self) -> RouteTable:
        return self._later


class Door:
    """One exchange at the door of a Weir."""

    def __init__(self, directory: Path, arrived: Inbound, guard: Guard) -> None:
        self.arrived, self.guard = arrived, guard
        self.messages: list[dict[str, Any]] = []
        journal = Journal(directory, LossCounter(directory, 1))
        capturing = Capturing(journal, Masker("secret", ""), 1 << 20)
        self.exchange = LiveExchange(arrived, capturing)
        self.client: Client | None = None

    def admit(self, routes: Routes) -> Admitted | None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            self.messages.append(message)

        async def run() -> Admitted | None:
            client = AsgiClient(receive, send, self.arrived.raw_path)
            self.client = client
            return await admit(self.arrived, self.exchange, client, self.guard, routes)

        return asyncio.run(run())


LOCAL = Guard("127.0.0.1", "", (), ("https://page.example",))
OPEN = Guard("0.0.0.0", "t0ken")
NO_KEYS, ONE_KEY = build(), build(run_keys={DIGEST: inf})


def door(
    directory: Path, headers: HeaderList, guard: Guard = LOCAL, method: str = "POST"
) -> Door:
    return Door(directory, replace(inbound(headers=headers), method=method), guard)


def test_a_program_passes_as_it_is(tmp_path: Path) -> None:
    at = door(tmp_path, [(b"authorization", b"Bearer sk-own"), (b"cookie", b"a=1")])
    passed = at.admit(Routes(NO_KEYS))
    assert passed is not None
    assert passed.inbound is at.arrived
    assert passed.table is NO_KEYS
    assert at.client is not None
    assert at.client.address is passed.address
    assert at.client.dialect is Dialect.OPENAI
    assert at.messages == []


def test_a_run_key_lets_in_tells_its_run_and_goes_no_further(tmp_path: Path) -> None:
    at = door(tmp_path, [BEARER, (b"accept", b"*/*")], OPEN)
    passed = at.admit(Routes(ONE_KEY))
    assert passed is not None
    assert passed.inbound.headers == [(b"accept", b"*/*")]
    assert at.exchange.run_key == DIGEST


def test_a_key_that_was_made_a_moment_ago_is_known(tmp_path: Path) -> None:
    at = door(tmp_path, [BEARER], OPEN)
    passed = at.admit(Routes(NO_KEYS, ONE_KEY))
    assert passed is not None
    assert passed.table is ONE_KEY


def test_a_key_that_nobody_made_is_refused_after_a_second_look(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(WeirError) as refused:
        door(tmp_path, [BEARER]).admit(Routes(NO_KEYS))
    assert refused.value.status == 401
    assert time.monotonic() - began >= NEWS_S


def test_beyond_loopback_a_stranger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeirError) as refused:
        door(tmp_path, [], OPEN).admit(Routes(NO_KEYS))
    assert refused.value.code == "MISSING_OR_INVALID_AUTHORIZATION_HEADER"


def test_a_listed_page_passes_without_its_cookies(tmp_path: Path) -> None:
    at = door(tmp_path, [PAGE, (b"cookie", b"session=1"), (b"accept", b"*/*")])
    passed = at.admit(Routes(NO_KEYS))
    assert passed is not None
    assert b"cookie" not in dict(passed.inbound.headers)
    assert dict(passed.inbound.headers)[b"accept"] == b"*/*"


def test_a_preflight_has_its_answer_at_the_door(tmp_path: Path) -> None:
    asks = (b"access-control-request-method", b"POST")
    at = door(tmp_path, [PAGE, asks], method="OPTIONS")
    assert at.admit(Routes(NO_KEYS)) is None
    start, end = at.messages
    assert start["status"] == 204
    assert (b"access-control-allow-origin", PAGE[1]) in start["headers"]
    assert not end.get("more_body")


def test_another_page_is_refused_and_its_refusal_fenced(tmp_path: Path) -> None:
    at = door(tmp_path, [(b"origin", b"https://evil.example")])
    with pytest.raises(WeirError) as refused:
        at.admit(Routes(NO_KEYS))
    assert refused.value.status == 403
    assert at.client is not None
    assert at.client.page is not None
    assert at.client.page.origin == "https://evil.example"
