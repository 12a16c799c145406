"""The address that clients and people use for this Weir: for snippets and the banner.

`observe/serve/supervisor.py` prints it, `simulation.py` puts it in snippets. A bind
address is none where it means all addresses of the machine.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence

from proxy.headers import TOKEN
from proxy.route.hosts import is_everywhere

_ELSEWHERE = ("192.0.2.1", 9)
"""A documentation address (RFC 5737): nothing is sent there."""
TOKEN_VARIABLE = "WEIR_TOKEN"
TOKEN_HEADER = TOKEN.decode().title()
"""How snippets bring Weir's token, where it wants one: never the token itself."""


def own_address(
    host: str, port: int, names: Sequence[str] = (), origins: Sequence[str] = ()
) -> str:
    """`http://host:port`, or what the operator says it is called from elsewhere.

    `origins` are WEIR_TRUSTED_ORIGINS, `names` WEIR_ALLOWED_HOSTS.
    """
    if not is_everywhere(host):
        return _url(host.strip("[]"), port)
    if origins:
        return origins[0]
    if names:
        return f"http://{names[0]}" if _has_port(names[0]) else _url(names[0], port)
    return _url(_of_this_machine(), port)


def _url(name: str, port: int) -> str:
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def _has_port(name: str) -> bool:
    return name.count(":") == 1 or "]:" in name


def _of_this_machine() -> str:
    """The address from which it would call others; loopback without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
