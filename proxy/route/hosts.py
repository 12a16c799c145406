"""Which hosts are this machine, which Weir never calls, which `/proxy/` takes. Pure.

Asked by `proxy/route/resolution.py` for names and literals, and by the resolver that
`observe/asgi.py` gives to the upstream for every address a name leads to: a name that
points at a cloud's metadata service must not help.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Collection, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_REFUSED_NETWORKS = tuple(
    ip_network(network)
    for network in (
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "fe80::/10",
        "fd00:ec2::254/128",  # AWS metadata over IPv6
        "fd20:ce::254/128",  # Google metadata over IPv6
        "100.100.100.200/32",  # Alibaba metadata
        "192.0.0.192/32",  # Oracle metadata
        "168.63.129.16/32",  # Azure's host
        "0.0.0.0/8",
        "224.0.0.0/4",
        "ff00::/8",
    )
)
_REFUSED_NAMES = frozenset(
    {
        "metadata",
        "metadata.google.internal",
        "metadata.goog",
        "metadata.azure.internal",
        "instance-data",
        "instance-data.ec2.internal",
    }
)
LONGEST = 253
"""Characters of a host's name (RFC 1035)."""
_NAT64 = ip_network("64:ff9b::/96")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_PORT = re.compile(r"[1-9][0-9]{0,4}")


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """True for `localhost`, 127.0.0.0/8 and ::1, with or without brackets."""
    host = host.strip("[]").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_everywhere(host: str) -> bool:
    """True for a bind address that takes calls at each address of the machine."""
    return host.strip("[]") in ("", "0.0.0.0", "::")


def names_this_weir(host_header: str, allowed: Collection[str]) -> bool:
    """Asked by both doors, of pages and of the proxy: a page elsewhere may point its
    own name at 127.0.0.1, so only local names and listed ones count."""
    name = hostname(host_header)
    if len(name) > LONGEST:  # what is asked of one is remembered
        return False
    return is_loopback(name) or name in {hostname(host) for host in allowed}


def hostname(host_header: str) -> str:
    """`[::1]:8080` → `::1`, `LocalHost:8080` → `localhost`."""
    host = host_header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    # An address of IPv6 without brackets is a setting's: it has no port.
    return host if host.count(":") > 1 else host.partition(":")[0].rstrip(".")


@lru_cache(maxsize=4096)
def refuse_address(host: str) -> str | None:
    """Why this host name or address is never an upstream; None when it may be one.

    Understands every spelling an operating system takes for an address (`0xa9fea9fe`,
    `2852039166`, `[::ffff:169.254.169.254]`), so a literal can't hide.
    """
    name = host.strip().strip("[]").rstrip(".").lower()
    if name in _REFUSED_NAMES:
        return f"{host} is a cloud metadata service; Weir never calls it."
    address = as_address(name)
    if address is None:
        return None
    for candidate in _all_forms(address):
        if any(candidate in network for network in _REFUSED_NETWORKS):
            return f"{host} is a link-local or metadata address; Weir never calls it."
    return None


def is_public(address: str) -> bool:
    """True for an address of the Internet, in whatever it is wrapped."""
    found = as_address(address.strip("[]"))
    return found is not None and all(form.is_global for form in _all_forms(found))


def as_address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` spells, None when it is a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    # inet_aton takes the octal, hex and short forms that resolvers take too.
    if not re.fullmatch(r"[0-9a-fx.]+", host) or not host[:1].isdigit():
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _all_forms(
    address: IPv4Address | IPv6Address,
) -> list[IPv4Address | IPv6Address]:
    """The address, and the IPv4 one that it wraps."""
    if isinstance(address, IPv4Address):
        return [address]
    wrapped = [address.ipv4_mapped, address.sixtofour]
    if address in _NAT64:
        wrapped.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *(form for form in wrapped if form is not None)]


def is_public_domain(domain: str) -> bool:
    """A dotted DNS name, not an address and not a name of this machine's network."""
    labels = domain.split(".")
    return (
        len(labels) >= 2
        and len(domain) <= 253
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
        and as_address(domain) is None
        and labels[-1] not in ("localhost", "local", "internal", "localdomain")
    )


def domain_origin(authority: str, allowed: Sequence[str], only: bool) -> str | None:
    """The origin for `/proxy/{authority}/…`; None when this host isn't let through.

    `allowed` is WEIR_PROXY_HOSTS: `api.example.com`, `localhost:9000` or, for a host
    without TLS, `http://localhost:9000`. With `only`, nothing else passes.
    """
    host, _, port = authority.lower().partition(":")
    if ":" in authority and not _is_port(port):
        return None
    for entry in allowed:
        scheme, _, name = entry.rpartition("://")
        if name in (authority.lower(), host):
            return f"{scheme or 'https'}://{authority.lower()}"
    if only or not is_public_domain(host):
        return None
    return f"https://{authority.lower()}"


def _is_port(text: str) -> bool:
    return _PORT.fullmatch(text) is not None and int(text) <= 65535
