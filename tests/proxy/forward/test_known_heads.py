"""A head that was let in before is a look-up: what comes of it is the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proxy.errors import WeirError
from proxy.exchange import HeaderList
from proxy.forward.admission import Admitted, admit_or_recall
from proxy.forward.asgi_client import AsgiClient
from proxy.forward.guard import Guard
from proxy.forward.http1.origin import origin_of, request_head
from proxy.forward.inbound import read_inbound
from proxy.forward.known_heads import LARGEST, KnownHeads
from proxy.forward.outgoing import prepare
from proxy.forward.usage_habits import UsageHabits
from proxy.journal.as_kept import Arrived
from proxy.journal.live_exchange import Capturing, LiveExchange
from proxy.journal.losses import LossCounter
from proxy.journal.masking import Masker
from proxy.journal.writer import Journal
from proxy.request_body import RequestBody
from proxy.route.rules import RouteTable, build
from tests.proxy.forward.test_admission import BEARER, ONE_KEY, PAGE, Routes
from tests.proxy.make_target import target

LOCAL = Guard("127.0.0.1", "", (), ("https://page.example",))
TOKEN = Guard("0.0.0.0", "t0ken-of-weir")


def scope(*more: tuple[bytes, bytes], size: int = 5, **said: Any) -> dict[str, Any]:
    headers: HeaderList = [
        (b"host", b"127.0.0.1:8080"),
        (b"x-weir-token", b"t0ken-of-weir"),
        (b"authorization", b"Bearer sk-secret-of-a-client"),
        (b"content-length", str(size).encode()),
        *more,
    ]
    return {
        "type": "http",
        "method": "POST",
        "path": "/v1/chat/completions",
        "raw_path": b"/v1/chat/completions",
        "query_string": b"a=1",
        "headers": headers,
        "client": ("127.0.0.1", size),
        **said,
    }


class Door:
    """All requests come through this one."""

    def __init__(self, directory: Path, guard: Guard, table: RouteTable) -> None:
        journal = Journal(directory, LossCounter(directory, 1))
        self.capturing = Capturing(journal, Masker("salt", ""), 1 << 20)
        self.guard, self.routes, self.heads = guard, Routes(table), KnownHeads()

    def __call__(self, asked: dict[str, Any]) -> tuple[Admitted, Arrived, bool]:
        async def run() -> tuple[Admitted, Arrived, bool]:
            inbound, kept, known = self.heads.read(asked, self.routes.current)
            exchange = LiveExchange(inbound, self.capturing, None, kept)
            client = AsgiClient(_never, _never, inbound.raw_path)
            admitted = await admit_or_recall(
                *(known, inbound, exchange, client, self.guard, self.routes),
                *(asked, self.heads),
            )
            assert admitted is not None
            assert client.address == admitted.address
            return admitted, exchange.arrived, known is not None

        return asyncio.run(run())


async def _never(*_: Any) -> Any:
    raise AssertionError("nobody is asked or told")


@pytest.fixture(params=[LOCAL, TOKEN], ids=["open", "token"])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Door:
    return Door(tmp_path, request.param, build())


def test_the_same_head_is_read_once_and_gives_the_same(door: Door) -> None:
    fresh = Door(door.capturing.journal.directory, door.guard, build())
    assert door(scope())[2] is False
    for size in (5, 123_456):
        got, kept, was_known = door(scope(size=size))
        wanted, wanted_kept, _ = fresh(scope(size=size))
        fresh.heads = KnownHeads()
        assert was_known
        assert (got.inbound, got.address) == (wanted.inbound, wanted.address)
        assert kept == wanted_kept
        assert got.inbound.client == f"127.0.0.1:{size}"
        assert ("content-length", str(size)) in kept.headers
    assert "sk-secret" not in str(kept)


OTHERS: tuple[dict[str, Any], ...] = (
    scope((b"x-other", b"1")),
    scope(query_string=b"a=2"),
    scope(method="PUT"),
    scope(raw_path=b"/v1/embeddings"),
    scope(headers=scope()["headers"][::-1]),
    scope(headers=[p for p in scope()["headers"] if p[0] != b"content-length"]),
)


def test_another_head_is_another(door: Door) -> None:
    door(scope())
    for asked in OTHERS:
        assert door(asked)[2] is False
        got, kept, was_known = door(asked)
        assert was_known
        assert got.inbound == door(asked)[0].inbound
        assert [name.encode() for name, _ in kept.headers] == [
            name for name, _ in asked["headers"]
        ]


def test_nothing_is_known_under_another_table(door: Door) -> None:
    door(scope())
    door.routes = Routes(build())
    assert door(scope())[2] is False


def test_what_a_page_sends_or_a_run_key_is_read_each_time(tmp_path: Path) -> None:
    door = Door(tmp_path, LOCAL, ONE_KEY)
    for asked in (
        scope(PAGE),
        scope(headers=[*scope()["headers"][:2], BEARER]),
        scope((b"x-weir-run", b"a name")),
        scope((b"x-large", b"x" * LARGEST)),
        scope((b"content-length", b"5")),
        scope(raw_path=b"/v1/" + b"x" * LARGEST),
        scope(query_string=b"x" * LARGEST),
    ):
        assert [door(asked)[2] for _ in range(3)] == [False] * 3


def test_a_length_that_spells_weirs_token_is_no_known_heads(tmp_path: Path) -> None:
    door = Door(tmp_path, Guard("0.0.0.0", "4711"), build())
    token = (b"x-weir-token", b"4711")
    for _ in range(2):
        assert door(scope(token, size=4711))[2] is False


def test_a_refusal_is_made_each_time(tmp_path: Path) -> None:
    door = Door(tmp_path, Guard("0.0.0.0", "another-token"), build())
    for _ in range(3):
        with pytest.raises(WeirError):
            door(scope())
    assert read_inbound(scope()) == door.heads.read(scope(), door.routes.current)[0]


def test_what_leaves_is_what_would_be_made_of_it(door: Door) -> None:
    more = ((b"connection", b"x-own"), (b"x-own", b"1"), (b"x-other", b"2"))
    masker = door.capturing.masker
    for key, path, query in ((None, b"/v1/a", b""), ("sk-own-of-weir", b"/b", b"k=1")):
        to = replace(target(path=path), key=key, query=query)
        for size in (7, 12_345):
            admitted = door(scope(*more, size=size))[0]
            assert admitted.known is not None
            known = admitted.known.sent(to, admitted.inbound, masker)
            assert known is not None
            given = to, admitted.inbound.headers, RequestBody(), UsageHabits()
            plain, quick = prepare(*given), prepare(*given, known)
            assert quick.headers == plain.headers
            assert quick.kept(to, masker) == plain.kept(to, masker)
            where, headers = to.on_request_line, plain.headers
            origin = origin_of(to.origin)
            assert quick.lines == request_head(origin, "POST", where, headers, size)
            assert plain.lines == b"", "made where it is sent"
            quick.headers = [*quick.headers]
            assert quick.lines == b"", "of other headers"
