"""Which earlier body the next one of a conversation is compressed against.

`runs/bodies/stored.py` asks here. A chain of deltas is read from its start, so it may
not grow without end: after RUN links a body is compressed against the run's first one
(its *key*) instead, and becomes a key itself; after KEYS keys a body is stored whole. A
hundred bodies then need two whole ones, and none needs more than 16 reads.
"""

from __future__ import annotations

from collections import OrderedDict

from pricing.values import dataclass
from runs.record import Side

RUN = 10
KEYS = 6
MAX_DEPTH = RUN + KEYS


@dataclass(frozen=True, slots=True)
class DeltaBase:
    """A stored body, decoded, with its place in the chain."""

    pk: int
    raw: bytes
    depth: int
    links: int
    """How many links after its key; 0 for a key."""
    key: DeltaBase | None
    """None for a key."""

    def for_next(self) -> DeltaBase | None:
        """What the body after this one is compressed against; None: nothing."""
        key = self.key or self
        if self.links < RUN:
            return self
        return key if key.depth < KEYS else None

    @property
    def cost(self) -> int:
        return len(self.raw) + (len(self.key.raw) if self.key else 0)


def after(base: DeltaBase, pk: int, raw: bytes) -> DeltaBase:
    """The body `pk`, stored against `base` as the next link."""
    return DeltaBase(pk, raw, base.depth + 1, base.links + 1, base.key or base)


def as_key(base: DeltaBase, pk: int, raw: bytes) -> DeltaBase:
    """The body `pk`, stored against the key `base` and a key itself."""
    return DeltaBase(pk, raw, base.depth + 1, links=0, key=None)


class RecentBases:
    """The newest bodies by request and side, as many as fit `budget` bytes."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._held = 0
        self._bases: OrderedDict[tuple[int, Side], DeltaBase] = OrderedDict()

    def get(self, request: int, side: Side) -> DeltaBase | None:
        return self._bases.get((request, side))

    def add(
        self, request: int, side: Side, base: DeltaBase, *, instead_of: int | None
    ) -> None:
        """Keeps a base; the one before it is the first to go when space is short."""
        replaced = self._bases.pop((request, side), None)
        self._held += base.cost - (replaced.cost if replaced else 0)
        self._bases[request, side] = base
        if instead_of is not None and (instead_of, side) in self._bases:
            self._bases.move_to_end((instead_of, side), last=False)
        while self._held > self._budget:
            _, gone = self._bases.popitem(last=False)
            self._held -= gone.cost

    def clear(self) -> None:
        self._bases.clear()
        self._held = 0
