"""From a request as it came to one that may be forwarded.

First step of `proxy/app.py`, and the only one that sees Weir's own token and run keys:
nothing that is made from an `Admitted` can hold or leak them.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Protocol

from pricing.values import dataclass
from proxy.errors import WeirError
from proxy.exchange import Inbound
from proxy.forward import run_keys
from proxy.forward.browsers import page_request, without_cookies
from proxy.forward.client import Client
from proxy.forward.guard import Guard
from proxy.forward.inbound import is_websocket
from proxy.forward.known_heads import KnownHead, KnownHeads
from proxy.forward.upload import is_json
from proxy.headers import value_of
from proxy.journal.live_exchange import LiveExchange
from proxy.route.addresses import Address
from proxy.route.decision import address_of, needs_body
from proxy.route.rules import RouteTable

NEWS_S = 0.1
"""Longer than news of a saved key travels; what an unknown key waits to be refused."""

MOST_HOPS = 20
_WAY_BY_MODEL = "Weir can't tell its model, which says where it goes."
_MARKS = (b"x-forwarded-for", b"via")


class Routes(Protocol):
    """The table in memory (proxy/table/snapshot.py)."""

    @property
    def current(self) -> RouteTable: ...

    async def fresh(self) -> RouteTable: ...

    async def awaited(self) -> RouteTable: ...


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may be forwarded."""

    inbound: Inbound
    """Without credentials of Weir's own, and without a browser's cookies."""
    address: Address
    table: RouteTable
    known: KnownHead | None = None
    """What is remembered of its head."""


async def admit_or_recall(
    known: KnownHead | None,
    arrived: Inbound,
    exchange: LiveExchange,
    client: Client,
    guard: Guard,
    routes: Routes,
    scope: Any,
    heads: KnownHeads,
) -> Admitted | None:
    """As `admit`, of a head that was let in before without another look."""
    if known is not None:
        client.address = known.address
        return Admitted(arrived, known.address, routes.current, known)
    admitted = await admit(arrived, exchange, client, guard, routes)
    if admitted is None or client.page is not None or is_websocket(scope):
        return admitted
    inbound = admitted.inbound
    if inbound.run_key or inbound.run_name:  # a key counts until it expires
        return admitted
    kept = heads.keep(
        scope, inbound, admitted.address, admitted.table, exchange.arrived
    )
    return replace(admitted, known=kept)


async def admit(
    arrived: Inbound,
    exchange: LiveExchange,
    client: Client,
    guard: Guard,
    routes: Routes,
) -> Admitted | None:
    """None for a page's preflight, which has its answer; raises WeirError."""
    _must_not_go_round(arrived)
    if page := page_request(arrived):
        client.page = page  # an answer to it is fenced, a refusal too
        client.page = guard.check_page(page, arrived)
        if client.page.is_preflight:
            await client.start(204, [])
            await client.end()
            return None
    table = routes.current  # observe/asgi.py has just made sure it is fresh
    inbound = run_keys.taken_out(arrived)
    if inbound is not arrived:
        exchange.run_key, exchange.run_name = inbound.run_key, inbound.run_name
        table = await _knowing(inbound.run_key, table, routes)
    inbound = guard.check(inbound, table.run_keys)
    if client.page is not None:
        inbound = without_cookies(inbound)
    # Of what arrived: a key of Weir's own tells the dialect by its place, as any does.
    client.address = address = address_of(arrived, table)
    return Admitted(inbound, address, table)


def _must_not_go_round(arrived: Inbound) -> None:
    """Raises WeirError for a request that a load balancer brings back for ever.

    A Weir that is its own upstream by another machine's address can't see that. But the
    machine in between leaves its mark, which Weir forwards as all headers.
    """
    for name in _MARKS:
        if value_of(arrived.headers, name).count(b",") >= MOST_HOPS:
            raise WeirError(
                "UPSTREAM_IS_WEIR",
                f"This request came through more than {MOST_HOPS} proxies "
                f"({name.decode()}): an upstream leads back to this Weir.",
            )


async def _knowing(run_key: str, table: RouteTable, routes: Routes) -> RouteTable:
    """The table, once more fresh for a run key that it doesn't have.

    PostgreSQL tells of a new key a moment after the commit that its user saw, and a
    busy machine takes its time to read it.
    """
    if not run_key or run_key in table.run_keys:
        return table
    await asyncio.sleep(NEWS_S)
    return await routes.awaited()


def must_see(admitted: Admitted) -> bool:
    """Routing goes by the body's model, or its stream may be asked for its usage."""
    inbound = admitted.inbound
    return needs_body(
        admitted.address, inbound, admitted.table
    ) or inbound.raw_path.endswith(b"/chat/completions")


def blind(admitted: Admitted, why: str) -> str:
    """A note for the request; raises WeirError where the way depends on the model."""
    inbound = admitted.inbound
    if is_json(inbound) and needs_body(admitted.address, inbound, admitted.table):
        raise WeirError("INVALID_REQUEST", f"{why} {_WAY_BY_MODEL}")
    return f"{why} It was forwarded as it is: no other model, no usage asked for."
