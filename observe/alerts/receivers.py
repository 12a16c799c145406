"""Where a webhook may go: to hosts of the Internet, and to private ones that are named.

Whoever may edit alerts must not reach into this machine's network with them, so every
address that a name leads to is looked at, and the one that was is called. Metadata
services are never called, as by the proxy. Asked by `checking.py` and `sending.py`.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from proxy.route import bases
from proxy.route.hosts import as_address, is_loopback, is_public, refuse_address


class NotAllowed(Exception):
    """str() is a sentence for users."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A webhook's address, and the machine that has it now."""

    url: str
    """With the machine's address in the place of its name."""
    host: str
    """As the Host header has it."""
    name: str
    """What a certificate must be for."""


def problem(url: str, allowed: Collection[str]) -> str | None:
    """What can be said of it without asking for the name's addresses."""
    if wrong := bases.problem(url.partition("#")[0].partition("?")[0]):
        return wrong
    if "#" in url or not url.isascii() or " " in url:
        return "A webhook's address has no fragment and only ASCII."
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_private = is_loopback(host) or (as_address(host) and not is_public(host))
    if is_private and not _is_named(host, parts.port, allowed):
        return _refusal(host)
    return None


def find(url: str, allowed: Collection[str]) -> Receiver:
    """Raises `NotAllowed`, or OSError where the name leads nowhere."""
    if wrong := problem(url, allowed):
        raise NotAllowed(wrong)
    parts = urlsplit(url)
    name, port = parts.hostname or "", parts.port
    usual = 443 if parts.scheme == "https" else 80
    is_named = _is_named(name, port, allowed)
    found = socket.getaddrinfo(name, port or usual, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    for address in addresses:
        if wrong := refuse_address(address):
            raise NotAllowed(wrong)
        if not is_named and not is_public(address):
            raise NotAllowed(_refusal(name))
    shown = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    there = parts._replace(netloc=f"{shown}:{port or usual}").geturl()
    return Receiver(there, parts.netloc, name)


def _refusal(host: str) -> str:
    return f"{host} is a private address: WEIR_ALERT_HOSTS must list it."


def _is_named(host: str, port: int | None, allowed: Collection[str]) -> bool:
    shown = f"[{host}]" if ":" in host else host
    return bool({host, shown, f"{shown}:{port}"} & set(allowed))
