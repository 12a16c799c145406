"""Where each address leads now: what `weir serve` says when it starts.

`weir prepare --json` prints it, since the supervisor asks no database. Decided by the
code that forwards, for a call that brings neither a key nor a model.
"""

from __future__ import annotations

from dataclasses import dataclass

from proxy.exchange import Asked, Dialect, Inbound
from proxy.route.decision import explain
from proxy.route.rules import RouteTable

_CALLS = {
    Dialect.OPENAI: b"/v1/chat/completions",
    Dialect.ANTHROPIC: b"/v1/messages",
    Dialect.GEMINI: b"/v1beta/models/m:generateContent",
}
_GUESSED = "the provider that its key or its model tells"
_NOWHERE = "nowhere, but by a route"


@dataclass(frozen=True, slots=True)
class Destinations:
    """Each a place, in words."""

    openai: str
    anthropic: str
    gemini: str
    routes: int
    """So many are asked first."""


def destinations(known: RouteTable) -> Destinations:
    return Destinations(
        openai=_place(Dialect.OPENAI, known),
        anthropic=_place(Dialect.ANTHROPIC, known),
        gemini=_place(Dialect.GEMINI, known),
        routes=len(known.rules),
    )


def _place(dialect: Dialect, known: RouteTable) -> str:
    inbound = Inbound(
        method="POST",
        raw_path=_CALLS[dialect],
        query=b"",
        headers=[],
        client="",
        host="localhost",
    )
    target = explain(inbound, Asked(), known, {}).target
    if target is None and dialect is not Dialect.GEMINI and known.guesses_provider:
        return _GUESSED
    if target is None:
        return _NOWHERE
    # A base says more than its host.
    is_default = known.upstream_url.startswith(target.origin)
    return known.upstream_url if is_default else target.origin
