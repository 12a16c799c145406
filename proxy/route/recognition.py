"""Whose call it is that no route takes and no upstream was set for. Pure.

A fresh Weir has no routes: the client's key, else its model, tells the provider
(`known.py`). A key that is known to be one provider's never goes to another by
its model's name. Asked by `proxy/route/resolution.py`; `WEIR_GUESS_PROVIDER` switches
it off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from proxy.exchange import Dialect, Inbound
from proxy.headers import API_KEYS, bare
from proxy.route.credentials import has_credentials
from proxy.route.dialects import has_google_key
from proxy.route.known import maker_of_model, owners_of_key
from proxy.route.rules import RouteTable, UpstreamProvider

_GOOGLE = "google"


@dataclass(frozen=True, slots=True)
class Recognised:
    provider: UpstreamProvider
    why: str
    """A sentence without its full stop."""


def recognise(
    inbound: Inbound, model: str | None, dialect: Dialect, table: RouteTable
) -> Recognised | None:
    """None: neither tells a provider that is switched on and speaks this dialect."""
    if not table.guesses_provider:
        return None
    maker = maker_of_model(model, table.sold_by) if model else ""
    owners = _owners(inbound)
    slug = maker if maker in owners or not owners else owners[0]
    provider = table.providers.get(slug)
    if provider is None or not provider.active or dialect not in provider.wire_formats:
        return None
    name = provider.name or provider.slug
    told = f"its key looks like {name}'s" if owners else f"model “{model}” is {name}'s"
    return Recognised(provider, f"No route takes it, and {told}")


def sole_keyholder(
    inbound: Inbound, dialect: Dialect, table: RouteTable, environ: Mapping[str, str]
) -> Recognised | None:
    """For a call with neither key nor model (a list, a file): the one provider whose
    key Weir has. Commands of `weir run` bring a run's key only."""
    if not table.guesses_provider or has_credentials(inbound):
        return None
    held = [
        provider
        for provider in table.providers.values()
        if provider.active
        and dialect in provider.wire_formats
        and environ.get(provider.api_key_env, "").strip()
    ]
    if len(held) != 1:
        return None
    why = f"No route takes it, and {held[0].api_key_env} is the only key here"
    return Recognised(held[0], why)


def _owners(inbound: Inbound) -> tuple[str, ...]:
    for key in _keys(inbound):
        if owners := owners_of_key(key):
            return owners
    is_googles = has_google_key(inbound.headers, inbound.query)
    return (_GOOGLE,) if is_googles else ()


def _keys(inbound: Inbound) -> Iterator[str]:
    for name, value in inbound.headers:
        if name in API_KEYS:
            yield bare(value).decode("latin-1")
    for pair in inbound.query.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name == b"key":
            yield unquote(value.decode("latin-1"))
