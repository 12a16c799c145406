"""Whose host an address leads to, where several providers share one. Pure.

Z.ai's and Alibaba's plans differ by the path alone, two local servers by the dialect
they speak: a call is booked, and priced, as the provider's whose base says more of its
path, else of the one that speaks its dialect. Kept in the `RouteTable`
(`proxy/route/rules.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from proxy.exchange import Dialect
from proxy.route.bases import Base

_IMPLIED = b"/v1"
"""A base without any path keeps the client's `/v1`."""


class AtHost(Protocol):
    """What is asked of a provider (`UpstreamProvider`)."""

    @property
    def active(self) -> bool: ...

    @property
    def wire_formats(self) -> tuple[str, ...]: ...

    def all_bases(self) -> list[Base]: ...

    def base(self, dialect: Dialect | None) -> Base: ...


class Owners:
    """Origin → the active providers there, in the table's order."""

    def __init__(self, providers: Mapping[str, AtHost]) -> None:
        self._at: dict[str, list[str]] = {}
        self._providers = providers
        for slug, provider in providers.items():
            if provider.active:
                for origin in {base.origin for base in provider.all_bases()}:
                    self._at.setdefault(origin, []).append(slug)

    def of(self, origin: str, path: bytes, dialect: Dialect) -> str:
        """A slug, "" for a host that no provider has."""
        slugs = self._at.get(origin, [])
        if len(slugs) < 2:
            return slugs[0] if slugs else ""
        return max(slugs, key=lambda slug: self._fit(slug, origin, path, dialect))

    def _fit(
        self, slug: str, origin: str, path: bytes, dialect: Dialect
    ) -> tuple[int, bool, bool]:
        """How much of the path its bases say; whether they, and it, are the dialect's.

        `max` keeps the first of equals.
        """
        provider = self._providers[slug]
        said = max(_shared(each, path) for each in _paths(provider.all_bases(), origin))
        speaks = dialect in provider.wire_formats
        own = provider.base(dialect)
        is_its_base = own.origin == origin and _shared(own.path, path) == said
        return (
            said,
            speaks and is_its_base,
            speaks and provider.wire_formats[0] == dialect,
        )


def _paths(bases: Iterable[Base], origin: str) -> Iterator[bytes]:
    return (base.path for base in bases if base.origin == origin)


def _shared(base: bytes, path: bytes) -> int:
    """Segments that both begin with."""
    own = [segment for segment in (base or _IMPLIED).split(b"/") if segment]
    asked = path.split(b"/")[1:]
    shared = 0
    for mine, theirs in zip(own, asked, strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared
