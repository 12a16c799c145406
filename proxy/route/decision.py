"""Where a request goes, with which model and whose key: `resolve` → `Target`. Pure.

Second step of `proxy/app.py`, which has the address read once (`address_of`). What
`weir routes explain` and the simulator show is the same code with its steps written
down (`explain`).
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from proxy.errors import RoutingError
from proxy.exchange import Asked, Inbound, Target
from proxy.headers import API_KEYS, value_of
from proxy.route import addresses
from proxy.route.addresses import Address, Form
from proxy.route.resolution import Resolution
from proxy.route.rules import RouteTable

MOST_DECISIONS = 1024
"""That are remembered: clients may make up paths and models."""
MOST_MODELS = 64
"""Of one head."""
LARGEST = 4096
"""Bytes that one is remembered by: path, query, keys and model may be long."""
_NO_JSON = (b"multipart/", b"audio/", b"image/", b"video/", b"application/octet-stream")


@dataclass(frozen=True, slots=True)
class Explanation:
    """A routing decision with everything that was considered."""

    target: Target | None
    error: RoutingError | None
    steps: tuple[str, ...]


def address_of(inbound: Inbound, table: RouteTable) -> Address:
    """The request's address, read once for all questions; raises RoutingError.

    Of a request as it came: where a key stands tells the dialect, Weir's own key too.
    """
    return addresses.parse(
        inbound.raw_path,
        host=inbound.host,
        method=inbound.method,
        headers=inbound.headers,
        query=inbound.query,
        table=table,
    )


def resolve(
    address: Address,
    inbound: Inbound,
    asked: Asked,
    table: RouteTable,
    environ: Mapping[str, str] = os.environ,
) -> Target:
    """Raises RoutingError when there is no place to go."""
    return Resolution(
        inbound=inbound, asked=asked, table=table, environ=environ
    ).target(address)


class Decisions:
    """What was decided before, for as long as the table stays: a client's calls differ
    in little that routing asks for. One per worker process, whose environment stays."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._table: RouteTable | None = None
        self._made: dict[Hashable, Target] = {}

    def target(
        self,
        address: Address,
        inbound: Inbound,
        asked: Asked,
        table: RouteTable,
        of_head: dict[str | None, Target] | None = None,
    ) -> Target:
        """As `resolve`; raises RoutingError. `of_head`: what was decided of requests
        with this head (proxy/forward/known_heads.py), by their models."""
        if of_head is not None and (made := of_head.get(asked.model)) is not None:
            return made
        if self._table is not table or len(self._made) >= MOST_DECISIONS:
            self._table, self._made = table, {}
        # All that `resolve` looks at.
        key = (
            address,
            inbound.method,
            inbound.query,
            bool(inbound.run_key),
            inbound.run_key in table.contentless,
            tuple([pair for pair in inbound.headers if pair[0] in API_KEYS]),
            asked.model,
        )
        made = self._made.get(key)
        if made is None:
            made = resolve(address, inbound, asked, table, self._environ)
            if _size(inbound, asked) > LARGEST:
                return made
            self._made[key] = made
        if of_head is not None and len(of_head) < MOST_MODELS:
            of_head[asked.model] = made
        return made


def _size(inbound: Inbound, asked: Asked) -> int:
    said = len(inbound.raw_path) + len(inbound.query) + len(asked.model or "")
    return said + sum(len(value) for name, value in inbound.headers if name in API_KEYS)


def explain(
    inbound: Inbound,
    asked: Asked,
    table: RouteTable,
    environ: Mapping[str, str] = os.environ,
) -> Explanation:
    """The same decision, with its steps; an error is part of the answer."""
    resolution = Resolution(inbound=inbound, asked=asked, table=table, environ=environ)
    try:
        target = resolution.target(address_of(inbound, table))
    except RoutingError as error:
        return Explanation(None, error, (*resolution.steps, error.message))
    return Explanation(target, None, tuple(resolution.steps))


def needs_body(address: Address, inbound: Inbound, table: RouteTable) -> bool:
    """True when the model inside the body can change where the request goes.

    Uploads are never waited for: their model, if any, isn't JSON.
    """
    if inbound.method in ("GET", "HEAD", "DELETE", "OPTIONS"):
        return False
    if value_of(inbound.headers, b"content-type").lower().startswith(_NO_JSON):
        return False
    if address.form is Form.NATIVE:
        return address.model is None and bool(table.rules)
    if address.form is Form.PATTERN:
        # Not for the way, but a model can only be replaced in a body that is at hand.
        return address.entry is not None and bool(address.entry.rule.upstream_model)
    return address.form is Form.V1
