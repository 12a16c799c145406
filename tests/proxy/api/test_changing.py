"""Providers, routes and the fallback over HTTP: made, changed, deleted, told of."""

from __future__ import annotations

import pytest

from proxy.models import Provider, Route, RoutingDefaults
from proxy.table import snapshot
from runs.models import AuditEntry
from tests.api_call import call
from tests.pricing.make_price import price_row

pytestmark = pytest.mark.django_db

BASE = "http://127.0.0.1:9/v1"
GATEWAY = {"slug": "gw", "base_url": BASE, "api_key_env": "GW_KEY", "notes": "mine"}


def log() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.order_by("pk")
    return [(row.action, row.kind, row.name) for row in rows]


def test_a_provider_from_its_making_to_its_end() -> None:
    made, tag = call("POST", "/providers", GATEWAY, 201)
    assert (made["slug"], made["active"], made["health"]) == ("gw", True, None)
    call("POST", "/providers", GATEWAY, 409)
    refused, _ = call("POST", "/providers", {"slug": "api", "base_url": "x"}, 422)
    said = refused["error"]["message"]
    assert "one of Weir's own addresses" in said
    assert "base_url:" in said

    # Left out stays; a tag that is old is refused; another field of others stays.
    changed, newer = call("PATCH", "/providers/gw", {"active": False}, if_match=tag)
    assert (changed["active"], changed["notes"]) == (False, "mine")
    assert newer != tag
    late, _ = call("PATCH", "/providers/gw", {"notes": "x"}, 412, if_match=tag)
    assert late["error"]["code"] == "CHANGED_MEANWHILE"
    call("PUT", "/providers/gw", {"name": "G"}, 412, if_none_match="*")
    put, _ = call("PUT", "/providers/gw", {"name": "G"}, if_match=newer)
    assert (put["name"], put["notes"], put["base_url"]) == ("G", "mine", BASE)
    assert call("GET", "/providers/gw")[0] == put
    call("PUT", "/providers/other", {"base_url": BASE}, 201)
    call("PATCH", "/providers/gw", {"nots": ""}, 422)
    call("PATCH", "/providers/gw", {"notes": "a\0b"}, 422)

    Provider.objects.exclude(slug="gw").update(active=False)
    call("PATCH", "/providers/gw", {"active": True})
    asked, _ = call("POST", "/providers/health-checks")
    assert [each["state"] for each in asked["items"]] == ["missing key"]
    seen, _ = call("GET", "/providers/gw")
    assert seen["health"]["state"] == "missing key"

    call("DELETE", "/providers/gw", None, 204)
    call("GET", "/providers/gw", None, 404)
    assert [each[0] for each in log() if each[2] == "gw"] == [
        *("created", "changed", "changed", "changed", "deleted"),
    ]
    first = AuditEntry.objects.filter(kind="provider", action="changed").earliest("pk")
    assert (first.before, first.after) == ({"active": True}, {"active": False})
    assert (first.who, first.via) == ("operator", "api")
    page, _ = call("GET", "/audit?kind=provider&limit=2")
    assert page["items"][0]["action"] == "deleted"
    assert page["next"]


def test_a_route_counts_for_the_next_request() -> None:
    call("PUT", "/providers/gw", {"base_url": BASE}, 201)
    asked = {"model": "fast", "match": "prefix", "provider": "gw", "fixes": []}
    made, tag = call("POST", "/routes", asked, 201)
    assert (made["kind"], made["match"], made["fixes"]) == ("prefix", "fast*", [])
    rule = snapshot.load().rule_for("fast-1")
    assert rule is not None
    assert (rule.provider, rule.fixes) == ("gw", ())
    path = f"/routes/{made['id']}"
    seen, _ = call("PATCH", path, {"upstream_model": "m"}, if_match=tag)
    assert (seen["provider"], seen["upstream_model"]) == ("gw", "m")
    call("PATCH", path, {"upstream_model": "n"}, 412, if_match=tag)
    for wrong, said in (
        ({"provider": "none"}, "There is no provider “none”."),
        ({"provider": None}, "Name a provider or an upstream URL."),
        ({"fixes": ["x"]}, "Unknown compatibility fix: x."),
        ({"model": "a", "match": "pattern"}, "`exact` or `prefix`"),
    ):
        told, _ = call("PATCH", path, wrong, 422)
        assert said in told["error"]["message"]
    call("POST", "/routes", asked, 422)
    call("DELETE", path, None, 204)
    call("DELETE", path, None, 404)
    assert snapshot.load().rule_for("fast-1") is None
    assert [each[0] for each in log() if each[1] == "route"] == [
        *("created", "changed", "deleted"),
    ]


def test_the_fallback_and_default_routes() -> None:
    call("PUT", "/providers/acme", {"base_url": BASE}, 201)
    before, tag = call("GET", "/defaults")
    assert before["enabled"] is False
    told, _ = call("PATCH", "/defaults", {"enabled": True}, 422)
    assert "A fallback needs a provider." in told["error"]["message"]
    given = {"enabled": True, "provider": "acme", "model": "m"}
    after, _ = call("PUT", "/defaults", given, if_match=tag)
    assert after == {**given, "fixes": None}
    call("PUT", "/defaults", {"model": "x"}, 412, if_match=tag)
    assert RoutingDefaults.objects.get().model == "m"
    shown, _ = call("GET", "/settings/summary")
    assert shown["upstream"]["default_provider"] == "acme"

    price_row("priced")
    seed = {"provider": "acme"}
    shown, _ = call("POST", "/routes/defaults/preview", seed)
    assert (shown["inserted"], Route.objects.count()) == (1, 0)
    call("POST", "/routes/defaults/apply", seed)
    assert Route.objects.get().match == "priced"
    assert log()[-1] == ("applied", "routes", "default routes")
    again, _ = call("POST", "/routes/defaults/apply", seed)
    assert (again["inserted"], again["skipped_existing"]) == (0, 1)
    sample, _ = call("POST", "/routes/sample-request", {"model": "it's"})
    assert sample["curl"].count("'") == 7  # quoted for the shell, each of them
