"""Connections to upstreams: how long an idle one is kept, and which one leads home.

Asked by `answer.py` and `dial.py` beside it. Pure.
"""

from __future__ import annotations

import re

from proxy.route.hosts import is_loopback

KEPT_S = 4.0
"""Uvicorn's and Node's servers close what was idle for 5 s: less than theirs, or a
request is sent on a connection that is just being closed."""
LONGEST_S = 300.0
_MARGIN_S = 1.0
"""A request is on its way that long, at most."""
_TIMEOUT = re.compile(r"(?:^|[\s,;])timeout\s*=\s*\"?(\d{1,6})", re.IGNORECASE)
_ANY_ADDRESS = ("0.0.0.0", "::", "")


def kept_s(header: str) -> float:
    """What a server's `Keep-Alive: timeout=60, max=100` lets us keep it for."""
    found = _TIMEOUT.search(header)
    if found is None:
        return KEPT_S
    said = float(found[1])
    return min(max(said - _MARGIN_S, said / 2), LONGEST_S)


def leads_home(here: str, there: str, port: int, own: tuple[str, int]) -> bool:
    """Whether a connection from address `here` to `there` ends at our own listener.

    A machine that calls one of its own addresses calls from the same one, whatever
    name it looked up; only on loopback the two may differ.
    """
    bound_to, own_port = own
    if port != own_port:
        return False
    if bound_to in _ANY_ADDRESS:
        return here == there or (is_loopback(here) and is_loopback(there))
    return there == bound_to
