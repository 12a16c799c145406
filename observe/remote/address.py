"""Which server a command talks to, and with which token.

`--server` and `--token`, else `WEIR_SERVER` and `WEIR_TOKEN`, else this machine's port.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from observe.problem import BadUsage
from proxy.route.hosts import is_everywhere, is_loopback

DEFAULT_PORT = "8080"


@dataclass(frozen=True, slots=True)
class Address:
    """A server as the user named it."""

    url: str
    """`http://host:port`, perhaps with a path; no slash at the end."""
    token: str = field(default="", repr=False)
    is_named: bool = True
    """False: nobody named a server, this is only where one would be."""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def is_local(self) -> bool:
        return is_loopback(self.host)


def choose(server: str, token: str, environ: Mapping[str, str]) -> Address:
    """The flags, else the environment, else the default port of this machine."""
    token = (token or environ.get("WEIR_TOKEN", "")).strip()
    named = (server or environ.get("WEIR_SERVER", "")).strip()
    if named:
        return Address(_checked(named), token)
    port = environ.get("WEIR_PORT", "").strip()
    port = port if port not in ("", "0") else DEFAULT_PORT
    host = environ.get("WEIR_HOST", "").strip()
    # A server that is bound to all addresses answers on loopback, too.
    host = "127.0.0.1" if is_everywhere(host) else host
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return Address(_checked(f"http://{host}:{port}"), token, is_named=False)


def is_named(options: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """Whether a command that could do without a server names one."""
    return bool(options["server"] or environ.get("WEIR_SERVER", "").strip())


def _checked(server: str) -> str:
    text = server if "://" in server else f"http://{server}"
    wrong = BadUsage(
        f"The server must be an address like http://host:8080, not {server!r}."
    )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise wrong
    if parts.query or parts.fragment or parts.username:
        raise wrong
    return text.rstrip("/")
