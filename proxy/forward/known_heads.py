"""Heads of requests that were let in before: a client's calls differ in their bodies.

Asked by `proxy/app.py` before a head is read. All that is found of a head depends on
it and on the table of routes: one that comes again, but for its Content-Length, is a
single look-up. Heads that a page sends or that name a run are read each time.
"""

from __future__ import annotations

import marshal
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from proxy.exchange import HeaderList, Inbound, Target
from proxy.forward.inbound import client_at, is_websocket, read_inbound
from proxy.forward.sent_heads import Leaving, SentHead
from proxy.forward.upload import encoding_of
from proxy.journal.as_kept import Arrived
from proxy.journal.masking import Masker
from proxy.route.addresses import Address
from proxy.route.rules import RouteTable

MOST = 256
MOST_SENT = 4
"""Of one head, which a client sends to one or two upstreams."""
LARGEST = 16 * 1024
"""Bytes of a head that is remembered."""
RAW = "weir.raw_head"
"""In a scope: a digest of its head's bytes without the length, by which the server may
recall what is known of it."""
RECALLED = "weir.recalled"
"""In a scope, which says little else then: what is known of its head, its length."""
_PLAIN = 2
"""Version of marshal's form: the last that writes equal values the same."""
_LENGTH = (b"content-length", b"")
"""Stands for it: it differs with each body."""


@dataclass(slots=True)
class KnownHead:
    """What was found of one head; `again` gives it to the next request that has it."""

    inbound: Inbound
    """As it was admitted, but for its length."""
    address: Address
    arrived: Arrived
    """As it is kept."""
    at: int
    """Where its length stood among the fields; -1: it had none."""
    admitted_at: int
    """The same among those that were admitted."""
    encoding: bytes
    """Of its body."""
    targets: dict[str | None, Target] = field(default_factory=dict)
    """By the model that a body asks for (proxy/route/decision.py)."""

    _sent: dict[int, SentHead] = field(default_factory=dict)
    """By the target, which each of them has."""

    def sent(self, target: Target, inbound: Inbound, masker: Masker) -> Leaving | None:
        """What becomes of it on the way to this target; None: that is not known."""
        if self.admitted_at < 0:
            return None
        found = self._sent.get(id(target))
        if found is None:
            if len(self._sent) >= MOST_SENT:
                self._sent.clear()
            found = SentHead(target, self.inbound, masker)
            self._sent[id(target)] = found
        return found.again(inbound.headers[self.admitted_at][1])

    def again(self, scope: Any, length: bytes) -> Inbound:
        known = self.inbound
        headers = known.headers.copy()
        if self.at >= 0:
            headers[self.admitted_at] = (b"content-length", length)
        return Inbound(
            method=known.method,
            raw_path=known.raw_path,
            query=known.query,
            headers=headers,
            client=client_at(scope),
            host=known.host,
        )

    def kept(self, client: str, length: bytes) -> Arrived:
        known = self.arrived
        headers = known.headers.copy()
        if self.at >= 0:
            headers[self.at] = ("content-length", length.decode("latin-1"))
        return Arrived(known.method, known.path, known.query, client, headers)


class KnownHeads:
    """One per worker process; what it knows holds for one table."""

    def __init__(self) -> None:
        self._table: RouteTable | None = None
        self._heads: dict[bytes, KnownHead] = {}
        self._by_bytes: dict[bytes, KnownHead] = {}
        """The same, by a digest of how they came."""

    def read(
        self, scope: Any, table: RouteTable
    ) -> tuple[Inbound, Arrived | None, KnownHead | None]:
        """A request, and what is known of its head."""
        known, length = scope.get(RECALLED) or self._look_up(scope, table)
        if known is None:
            return read_inbound(scope), None, None
        inbound = known.again(scope, length)
        return inbound, known.kept(inbound.client, length), known

    def recall(self, digest: bytes, table: RouteTable) -> KnownHead | None:
        """By its bytes, without its length."""
        return self._by_bytes.get(digest) if self._table is table else None

    def _look_up(self, scope: Any, table: RouteTable) -> tuple[KnownHead | None, bytes]:
        if self._table is not table:
            self._table, self._heads, self._by_bytes = table, {}, {}
        known = None if is_websocket(scope) else self._heads.get(_key(scope))
        if known is None:
            return None, b""
        self._learn(scope, known)
        return known, scope["headers"][known.at][1] if known.at >= 0 else b""

    def _learn(self, scope: Any, known: KnownHead) -> None:
        if known.at < 0 or RAW not in scope:
            return
        if len(self._by_bytes) >= MOST:
            self._by_bytes.clear()
        self._by_bytes[scope[RAW]] = known

    def keep(
        self,
        scope: Any,
        inbound: Inbound,
        address: Address,
        table: RouteTable,
        arrived: Arrived,
    ) -> KnownHead | None:
        """Of a request that was admitted. None: it isn't remembered."""
        fields = _without_length(scope["headers"])
        admitted = _without_length(inbound.headers)
        lengths = fields.count(_LENGTH)
        if lengths > 1 or lengths != admitted.count(_LENGTH):
            return None  # it may have been taken for Weir's token, a number
        if table is not self._table or _size(inbound, fields) > LARGEST:
            return None
        if len(self._heads) >= MOST:
            self._heads.clear()
        known = KnownHead(
            inbound=replace(inbound, headers=admitted),
            address=address,
            arrived=arrived,
            at=fields.index(_LENGTH) if lengths else -1,
            admitted_at=admitted.index(_LENGTH) if lengths else -1,
            encoding=encoding_of(inbound),
        )
        self._heads[_key(scope)] = known
        self._learn(scope, known)
        return known


def _key(scope: Any) -> bytes:
    """A digest: a head may be long."""
    head = (
        scope["method"],
        scope.get("raw_path") or scope["path"],
        scope["query_string"],
        _without_length(scope["headers"]),
    )
    return blake2b(marshal.dumps(head, _PLAIN), digest_size=16).digest()


def _size(inbound: Inbound, fields: HeaderList) -> int:
    in_line = len(inbound.raw_path) + len(inbound.query)
    return in_line + sum(len(name) + len(value) for name, value in fields)


def _without_length(headers: HeaderList) -> HeaderList:
    return [_LENGTH if pair[0] == b"content-length" else pair for pair in headers]
