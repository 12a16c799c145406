"""Reads many bodies in storage order, each base decoded once, in bounded memory.

Exports read through this: an agent's history is a chain of deltas, and `bodies.read`
would decode up to sixteen bodies for each. Rows come in groups of a few megabytes.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from itertools import dropwhile

from django.db.models import QuerySet
from django.db.models.functions import Length

from runs import bodies
from runs.bodies import compression
from runs.models import Body
from runs.models.body import Encoding
from runs.record import Side

HELD = 32 * 1024 * 1024
"""Decoded bytes that are kept, in case a later body stands on them."""
GROUP = 4 * 1024 * 1024
"""Stored bytes that are read in one query."""
_WITHOUT_BYTES = [
    each.column for each in Body._meta.local_fields if each.name != "data"
]
_CHAINS = (
    "WITH RECURSIVE links (id, base_id) AS ("
    "SELECT id, base_id FROM runs_body WHERE id IN ({})"
    " UNION SELECT body.id, body.base_id FROM runs_body AS body"
    " JOIN links ON body.id = links.base_id"
    ") SELECT {}, length(body.data) AS stored"
    " FROM links JOIN runs_body AS body ON body.id = links.id"
)


class BodyReader:
    """`find` the bodies of a batch of requests, then `read` them, roughly in order."""

    def __init__(self, held: int | None = None) -> None:
        self._most = HELD if held is None else held
        self._decoded: OrderedDict[int, bytes] = OrderedDict()
        self._held = 0
        self._data: dict[int, bytes] = {}
        self._upcoming: list[tuple[int, int]] = []
        """(id, stored bytes) of the batch's bodies that were not fetched yet."""
        self._bases: dict[int, Body] = {}
        """What the batch's bodies stand on, where it is known already."""

    def find_from_newest(self, requests: Sequence[int]) -> dict[int, dict[str, Body]]:
        """The same of a page, which is read from its end, answers first; with what
        they stand on, so that it comes along with them."""
        found = self.find(requests)
        known = [body for sides in found.values() for body in sides.values()]
        known.sort(key=lambda body: body.pk, reverse=True)
        known.sort(key=lambda body: (-body.request_id, body.side != Side.RESPONSE))
        self._bases = {body.pk: body for body in (*known, *_bases(known))}
        upcoming: dict[int, int] = {}
        for body in known:
            for link in reversed(self._chain(body)):
                upcoming[link.pk] = link.stored  # type: ignore[attr-defined]
        self._upcoming = list(upcoming.items())
        return found

    def find(
        self, requests: Sequence[int], side: Side | None = None
    ) -> dict[int, dict[str, Body]]:
        """The bodies of these requests by side, all or of one, without their bytes."""
        found: dict[int, dict[str, Body]] = {}
        self._upcoming, self._data, self._bases = [], {}, {}
        for body in _sizes(requests, side):
            found.setdefault(body.request_id, {})[body.side] = body
            self._upcoming.append((body.pk, body.stored))  # type: ignore[attr-defined]
        return found

    def read(self, body: Body) -> bytes:
        """The captured bytes, checked against their SHA-256."""
        if body.encoding == Encoding.PARTS:
            return bodies.read(body)
        raw = self._raw(body)
        if body.kept == body.size and hashlib.sha256(raw).digest() != bytes(
            body.sha256
        ):
            raise bodies.DamagedBody(
                f"Body {body.pk} does not have the SHA-256 it was stored with."
            )
        return raw

    def _raw(self, body: Body) -> bytes:
        """Decoded from the nearest base that is still held."""
        chain = self._chain(body)
        raw = self._decoded.get(chain[-1].base_id or 0, b"")
        for link in reversed(chain):
            raw = self._decode(link, raw)
            self._hold(link.pk, raw)
        return raw

    def _chain(self, body: Body) -> list[Body]:
        """It and what it stands on, as far as that isn't held."""
        chain = [body]
        while (base := chain[-1].base_id) and base not in self._decoded:
            known = self._bases.get(base)
            chain.append(known or Body.objects.defer("data").get(pk=base))
        return chain

    def _decode(self, body: Body, base: bytes) -> bytes:
        if body.pk in self._decoded:
            return self._decoded[body.pk]
        if body.encoding == Encoding.PARTS:
            return bodies.read(body)
        data = self._stored(body.pk)
        if body.encoding == Encoding.DELTA:
            return compression.decompress_against(data, base)
        if body.encoding == Encoding.ZSTD:
            return compression.decompress(data)
        return data

    def _hold(self, pk: int, raw: bytes) -> None:
        self._held += len(raw) - len(self._decoded.pop(pk, b""))
        self._decoded[pk] = raw
        while self._held > self._most and len(self._decoded) > 1:
            _, gone = self._decoded.popitem(last=False)
            self._held -= len(gone)

    def _stored(self, pk: int) -> bytes:
        """The row's bytes; those of the bodies that follow it are fetched with it."""
        if pk not in self._data:
            group = self._group(pk)
            if not group:
                return _fetch([pk])[pk]
            self._data = _fetch(group)
        return self._data.pop(pk)

    def _group(self, pk: int) -> list[int]:
        """`pk` and what comes after it in this batch; empty for one of another."""
        coming = dropwhile(lambda each: each[0] != pk, self._upcoming)
        room, chosen = GROUP, list[int]()
        for own, stored in coming:
            room -= stored
            if chosen and room < 0:
                break
            chosen.append(own)
        return chosen


def _sizes(requests: Sequence[int], side: Side | None) -> QuerySet[Body]:
    rows = Body.objects.filter(request__in=requests).defer("data")
    if side is not None:
        rows = rows.filter(side=side)
    return rows.annotate(stored=Length("data")).order_by("pk")


def _bases(of: Sequence[Body]) -> list[Body]:
    """All that these stand on, however many links away; without their bytes."""
    first = [body.base_id for body in of if body.base_id]
    if not first:
        return []
    marks = ", ".join(["%s"] * len(first))
    columns = ", ".join(f"body.{name}" for name in _WITHOUT_BYTES)
    return list(Body.objects.raw(_CHAINS.format(marks, columns), first))


def _fetch(ids: list[int]) -> dict[int, bytes]:
    rows = Body.objects.filter(pk__in=ids).values_list("pk", "data")
    return {pk: bytes(data) for pk, data in rows}
