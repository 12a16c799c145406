"""A request as it may be kept: what came of the client, and what goes upstream.

Made for `proxy/journal/live_exchange.py`, and remembered for heads that come again
(proxy/forward/known_heads.py). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from proxy.exchange import HeaderList, Inbound, Target
from proxy.journal.format import Pairs
from proxy.journal.masking import Masker


@dataclass(slots=True)
class Arrived:
    """A request as it came, as it may be kept: credentials are fingerprints."""

    method: str
    path: str
    query: str
    client: str
    headers: Pairs


def masked(inbound: Inbound, masker: Masker) -> Arrived:
    return Arrived(
        method=inbound.method,
        path=masker.path(inbound.raw_path),
        query=masker.query(inbound.query),
        client=inbound.client,
        headers=masker.headers(inbound.headers),
    )


@dataclass(slots=True)
class SentAs:
    """What goes upstream, as it may be kept."""

    url: str
    path: str
    headers: Pairs


def sent_as(target: Target, headers: HeaderList, masker: Masker) -> SentAs:
    path, query = masker.path(target.path), masker.query(target.query)
    return SentAs(
        url=f"{target.origin}{path}" + (f"?{query}" if query else ""),
        path=unquote(path),
        headers=masker.headers(headers),
    )
