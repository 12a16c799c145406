"""Where a call of Weir's own would go, said before it is sent.

`sending.py` beside this stops there for a dry run, and sends the call of any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from proxy.exchange import Asked, Inbound, Target
from proxy.forward import body_members
from proxy.headers import value_of
from proxy.own_calls import elsewhere
from proxy.own_calls.call import CannotSend, OwnCall
from proxy.route.addresses import is_proxied
from proxy.route.decision import explain
from proxy.route.hosts import hostname
from proxy.route.rules import RouteTable
from runs.decoding import decode
from runs.models import CapturedRequest


@dataclass(frozen=True, slots=True)
class Plan:
    """A call, and what routing says of it."""

    call: OwnCall
    target: Target

    @property
    def url(self) -> str:
        query = f"?{self.target.query.decode('latin-1')}" if self.target.query else ""
        return f"{self.target.origin}{self.target.path.decode('latin-1')}{query}"


def planned(call: OwnCall, table: RouteTable, *, to: str = "", model: str = "") -> Plan:
    """Raises CannotSend where routing refuses it, or takes it to another route."""
    sent = elsewhere.sent_to(call, to, table) if to else call
    sent = elsewhere.as_model(sent, model) if model else sent
    told = explain(_inbound(sent, table), _asked(sent), table)
    if told.target is None:
        raise CannotSend(told.error.message if told.error else "It has no way to go.")
    wanted = "" if _is_place(to, table) else elsewhere.rule_named(to, table).name
    if wanted not in ("", told.target.route):
        taken = told.target.route or told.target.reason
        raise CannotSend(f"Not “{wanted}” but another takes it there: {taken}")
    return Plan(sent, told.target)


def where_it_went(call: OwnCall, row: CapturedRequest, table: RouteTable) -> OwnCall:
    """To the same provider again, where key or model told it: no key was kept."""
    provider = table.providers.get(row.provider)
    is_unnamed = call.path.startswith((b"/v1/", b"/v1beta/", b"/v1alpha/"))
    if row.route or provider is None or not provider.active or not is_unnamed:
        return call
    return elsewhere.sent_to(call, row.provider, table)


def _is_place(to: str, table: RouteTable) -> bool:
    """No route: a provider, a URL, or nothing."""
    is_url = to.lower().startswith(("http://", "https://"))
    return not to or is_url or to.strip().lower() in table.providers


def _inbound(call: OwnCall, table: RouteTable) -> Inbound:
    host = value_of(call.headers, b"host").decode("latin-1").lower()
    if not is_proxied(call.path, host, call.method, table):
        raise CannotSend("Its address is one of Weir's own, or of nothing any more.")
    return Inbound(
        method=call.method,
        raw_path=call.path,
        query=call.query,
        headers=call.headers,
        client="",
        host=hostname(host),
    )


def _asked(call: OwnCall) -> Asked:
    encoding = value_of(call.headers, b"content-encoding").decode("latin-1")
    body, _ = decode(call.body, encoding)
    return body_members.asked_in(body_members.read(body) or {})


def with_run(call: OwnCall, run: str) -> OwnCall:
    """As a part of a run, by its id or name."""
    if not run:
        return call
    named = (b"x-weir-run", run.encode("utf-8", "replace"))
    return replace(call, headers=[*call.headers, named])
