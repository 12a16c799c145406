"""What would happen to a request: for the API, the admin and `weir routes explain`.

Builds the request a client would send and asks `proxy/route/decision.py`, with the
table as it is in the database now.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from proxy.exchange import Asked, AuthStyle, DecidedBy, HeaderList, Inbound, Target
from proxy.headers import credential
from proxy.route import credentials
from proxy.route.bases import DEMO_URL
from proxy.route.decision import explain
from proxy.route.rules import RouteTable, Rule
from proxy.schemas import KeyState, SimulationStatus
from proxy.setup import samples
from proxy.setup.own_address import own_address
from proxy.table import snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One routing decision, fit to be shown: no key in it."""

    model: str
    status: SimulationStatus
    """`matched`: a route or the address decided; `fallback`: neither did;
    `missing_api_key`: matched, but the variable it names is empty."""
    route: str
    match_type: str
    provider: str
    upstream_url: str
    upstream_model: str
    api_key_env: str
    api_key_state: KeyState
    key_sent: str
    """Whose key goes upstream, in words."""
    fixes: tuple[str, ...]
    reason: str
    error_code: str
    steps: tuple[str, ...]
    sample: samples.Sample


def simulate(
    model: str,
    *,
    path: str = "/v1/chat/completions",
    method: str = "POST",
    host: str = "",
    query: str = "",
    key: str = "",
    routes: RouteTable | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Simulation:
    inbound = Inbound(
        method=method.upper(),
        raw_path=path.encode("utf-8"),
        query=query.encode("utf-8"),
        headers=_credentials(key),
        client="",
        host=host.lower(),
    )
    known = routes or snapshot.load()
    told = explain(inbound, Asked(model=model or None), known, environ)
    rule = _rule(told.target, known)
    variable = _variable(told.target, rule, known)
    state = key_state(variable, rule, environ)
    return Simulation(
        model=model,
        status=_status(told.target, state),
        route=told.target.route if told.target else "",
        match_type=rule.kind if rule else "",
        provider=told.target.provider if told.target else "",
        upstream_url=_url(told.target),
        upstream_model=(told.target.model or "") if told.target else "",
        api_key_env=variable,
        api_key_state=state,
        key_sent=_key_sent(told.target, variable, is_clients=bool(key)),
        fixes=told.target.fixes if told.target else (),
        reason=told.target.reason if told.target else "",
        error_code=told.error.code if told.error else "",
        steps=told.steps,
        sample=samples.sample(
            model,
            root(),
            told.target,
            variable,
            wants_token=bool(settings.WEIR_TOKEN),
        ),
    )


def root() -> str:
    """Weir's own address, as clients have it."""
    return own_address(
        settings.WEIR_HOST,
        settings.WEIR_PORT,
        settings.WEIR_ALLOWED_HOSTS,
        settings.WEIR_TRUSTED_ORIGINS,
    )


def _credentials(key: str) -> HeaderList:
    return [credential(AuthStyle.BEARER, key)] if key else []


def _key_sent(target: Target | None, variable: str, *, is_clients: bool) -> str:
    """Told by the decision itself: what its steps say, this says."""
    if target is None:
        return ""
    if target.origin == DEMO_URL:
        return "none is needed"
    if target.key is not None:
        return variable or "the one of the startup file"
    if not variable:
        return "the client's own"
    when = f"only where it sends none: {variable}" if is_clients else ""
    return f"the client's own; {when or f'{variable} is empty'}"


def key_state(
    variable: str, rule: Rule | None, environ: Mapping[str, str] = os.environ
) -> KeyState:
    """Whether there is a key to send; never the key."""
    if rule is not None and rule.api_key:
        return "configured"
    if not variable:
        return "not_configured"
    return "configured" if environ.get(variable, "").strip() else "missing"


def _variable(target: Target | None, rule: Rule | None, known: RouteTable) -> str:
    if target is None:
        return ""
    provider = known.providers.get(target.provider)
    return credentials.key_variable(target.origin, rule, provider)


def _rule(target: Target | None, known: RouteTable) -> Rule | None:
    if target is None or not target.route:
        return None
    return next((rule for rule in known.rules if rule.name == target.route), None)


def _status(target: Target | None, state: KeyState) -> SimulationStatus:
    if target is None:
        return "no_match"
    if target.decided_by in (DecidedBy.FALLBACK, DecidedBy.RECOGNISED):
        return "fallback"
    return "missing_api_key" if state == "missing" else "matched"


def _url(target: Target | None) -> str:
    if target is None:
        return ""
    query = f"?{target.query.decode('latin-1')}" if target.query else ""
    return target.origin + target.path.decode("latin-1") + query
