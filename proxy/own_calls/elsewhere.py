"""The same call to another provider, route, address or model. Pure.

`weir resend --to` and `--as-model`: the call's own address is rewritten into the one
that a client would use for that place, so that all rules of addresses hold for it.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from proxy import json_scan, request_body
from proxy.errors import RoutingError
from proxy.forward import rewriting
from proxy.forward.body_members import Outline
from proxy.headers import replaced, value_of
from proxy.own_calls.call import CannotSend, OwnCall
from proxy.route import addresses, bases
from proxy.route.addresses import Address, Form
from proxy.route.dialects import GEMINI_CALL
from proxy.route.rules import RouteTable, Rule, RuleKind
from runs.decoding import decode

_V1 = b"/v1/"


def sent_to(call: OwnCall, to: str, table: RouteTable) -> OwnCall:
    """`to` is a provider's slug, a route's name, match or id, or a base URL; raises
    CannotSend."""
    if to.lower().startswith(("http://", "https://")):
        return _to_url(call, to, table)
    if (slug := to.strip().lower()) in table.providers:
        path = b"/" + slug.encode() + _api_path(call, table)
        return replace(call, path=path, headers=_local(call))
    return _to_rule(call, rule_named(to, table), table)


def as_model(call: OwnCall, model: str) -> OwnCall:
    """With another model, in the body or in the path; raises CannotSend."""
    if found := GEMINI_CALL.search(call.path):
        start, end = found.span("model")
        path = call.path[:start] + quote(model).encode() + call.path[end:]
        return replace(call, path=path)
    encoding = value_of(call.headers, b"content-encoding").decode("latin-1")
    body, why = decode(call.body, encoding)
    if why:
        raise CannotSend(f"Its body can't be given another model: {why}")
    outline = Outline.scanned(json_scan.scan([body]))
    if outline is None or "model" not in outline.spans:
        raise CannotSend("It names no model that could be another one.")
    return replace(
        call,
        body=request_body.apply(body, rewriting.edits(outline, {}, model=model)),
        headers=replaced(call.headers, b"content-encoding", None),
    )


def rule_named(to: str, table: RouteTable) -> Rule:
    """By name, by what it matches, or by id; raises CannotSend."""
    for rule in table.rules:
        if to in (rule.name, rule.match, str(rule.pk)):
            return rule
    raise CannotSend(f"“{to}” is no provider, no route in use, and no URL.")


def _to_rule(call: OwnCall, rule: Rule, table: RouteTable) -> OwnCall:
    if rule.kind == RuleKind.PATTERN:
        return _to_pattern(call, rule, table)
    path = _api_path(call, table)
    if not path.startswith(_V1):
        raise CannotSend(f"“{rule.name}” takes calls below /v1/, and this is none.")
    moved = replace(call, path=path, headers=_local(call))
    return moved if rule.kind == RuleKind.PREFIX else as_model(moved, rule.match)


def _to_pattern(call: OwnCall, rule: Rule, table: RouteTable) -> OwnCall:
    pattern = next(e.pattern for e in table.patterns if e.rule == rule)
    path = pattern.path
    if pattern.is_prefix:
        path = path.rstrip(b"/") + _api_path(call, table)
    headers = _local(call)
    if pattern.host:
        headers = replaced(headers, b"host", pattern.host.encode())
    return replace(
        call, method=pattern.method or call.method, path=path, headers=headers
    )


def _to_url(call: OwnCall, url: str, table: RouteTable) -> OwnCall:
    """By `/proxy/{host}`, which lets through what a client may name, too."""
    if problem := bases.problem(url):
        raise CannotSend(problem)
    base = bases.split(url.rstrip("/"))
    path = _api_path(call, table)
    if path.startswith(_V1):
        path = bases.join_v1(base.path, path.removeprefix(_V1[:-1]))
    else:
        path = bases.join(base.path, path)
    host = base.origin.partition("://")[2]
    return replace(call, path=b"/proxy/" + host.encode() + path, headers=_local(call))


def _api_path(call: OwnCall, table: RouteTable) -> bytes:
    """The provider's part of its address: without Weir's own words before it."""
    address = _address(call, table)
    if address is None:
        at = call.path.find(_V1)
        return call.path[at:] if at >= 0 else call.path
    return b"/v1" + address.rest if address.form is Form.V1 else address.rest


def _address(call: OwnCall, table: RouteTable) -> Address | None:
    """None where nothing takes it any more."""
    try:
        return addresses.parse(
            call.path,
            host=value_of(call.headers, b"host").decode("latin-1"),
            method=call.method,
            headers=call.headers,
            query=call.query,
            table=table,
        )
    except RoutingError:
        return None


def _local(call: OwnCall) -> list[tuple[bytes, bytes]]:
    """Its name for this machine, which no pattern of hosts takes."""
    return replaced(call.headers, b"host", b"localhost")
