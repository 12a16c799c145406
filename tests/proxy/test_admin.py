"""Editing providers and routes in the admin, as an operator does."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from proxy.models import Provider, Route, RoutingDefaults
from proxy.table.snapshot import load

PROVIDERS = "/admin/proxy/provider/"
ROUTES = "/admin/proxy/route/"


@pytest.fixture
def operator(db: None) -> Client:
    client = Client(headers={"host": "127.0.0.1:8080"})
    client.force_login(User.objects.create_superuser("operator", password="x"))
    return client


@pytest.fixture
def quiet_server() -> Iterator[str]:
    """Answers every GET with 200 and nothing."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def route_form(**changes: str) -> dict[str, str]:
    form = {
        **{"kind": "exact", "match": "m", "priority": "50", "active": "on"},
        **{"upstream_url": "http://up.example/v1", "ask_usage": "on"},
        "drain": "unknown",
    }
    return {**form, **changes}


def test_a_saved_route_is_in_the_table_at_once(operator: Client) -> None:
    answer = operator.post(f"{ROUTES}add/", route_form())
    assert answer.status_code == 302
    found = load().rule_for("m")
    assert found is not None
    assert found.drain is None


def test_a_route_that_can_never_match_is_refused_with_a_sentence(
    operator: Client,
) -> None:
    answer = operator.post(f"{ROUTES}add/", route_form(kind="prefix", match="gpt-"))
    assert answer.status_code == 200
    assert "would never match" in answer.content.decode()
    assert not Route.objects.exists()


def test_a_provider_url_without_scheme_is_refused(operator: Client) -> None:
    form = {
        **{"slug": "mine", "base_url": "api.example.com", "wire_formats": '["openai"]'},
        **{"base_urls": "{}", "auth_style": "bearer", "key_use": "always"},
        **{"capture": "full", "active": "on", "ask_usage": "learn"},
    }
    answer = operator.post(f"{PROVIDERS}add/", form)
    assert "must start with http://" in answer.content.decode()
    assert (
        operator.post(
            f"{PROVIDERS}add/", {**form, "base_url": "https://api.example.com"}
        )
        .headers["location"]
        .endswith(PROVIDERS)
    )
    assert Provider.objects.filter(slug="mine").exists()


def test_editing_a_seeded_route_makes_it_the_operators_own(operator: Client) -> None:
    route = Route.objects.create(
        match="m", upstream_url="http://x.example", managed_by="default-route-seed"
    )
    operator.post(f"{ROUTES}{route.pk}/change/", route_form())
    route.refresh_from_db()
    assert route.managed_by == ""


@pytest.mark.parametrize("path", [PROVIDERS, ROUTES])
def test_lists_can_be_searched_and_filtered(operator: Client, path: str) -> None:
    Route.objects.create(match="needle", upstream_url="http://x.example")
    Provider.objects.create(slug="needle", base_url="http://x.example")
    page = operator.get(path, {"q": "needle", "active__exact": "1"}).content.decode()
    assert "1 selected" in page or "of 1 selected" in page
    assert "0 results" in operator.get(path, {"q": "zzz"}).content.decode()


def test_the_page_of_a_route_says_where_its_requests_go(operator: Client) -> None:
    route = Route.objects.create(
        kind="prefix", match="gpt-5*", upstream_url="http://x.example"
    )
    page = operator.get(f"{ROUTES}{route.pk}/change/").content.decode()
    assert "<p>http://x.example" in page
    assert "<ol><li>" in page
    assert operator.get(f"{ROUTES}add/").status_code == 200


def test_no_link_of_the_admin_opens_json(operator: Client) -> None:
    Route.objects.create(kind="prefix", match="gpt-5*", upstream_url="http://x.example")
    for path in (ROUTES, PROVIDERS):
        assert 'href="/api/models' not in operator.get(path).content.decode()


def test_testing_providers_says_how_each_one_is(
    operator: Client, quiet_server: str
) -> None:
    up = Provider.objects.create(slug="up", base_url=quiet_server)
    gone = Provider.objects.create(slug="gone", base_url="http://127.0.0.1:9/v1")
    form = {"action": "test_selected", "_selected_action": [up.pk, gone.pk]}
    page = operator.post(PROVIDERS, form, follow=True).content.decode()
    assert "“up”: ok" in page
    assert "“gone”: unreachable" in page


def test_switching_providers_off_counts_at_once(operator: Client) -> None:
    row = Provider.objects.get(slug="openai")
    operator.post(PROVIDERS, {"action": "switch_off", "_selected_action": [row.pk]})
    assert not load().providers["openai"].active


def test_the_defaults_page_opens_its_one_row(operator: Client) -> None:
    answer = operator.get("/admin/proxy/routingdefaults/", follow=True)
    assert answer.status_code == 200
    row = Provider.objects.get(slug="groq")
    operator.post(
        "/admin/proxy/routingdefaults/1/change/",
        {"enabled": "on", "provider": str(row.pk), "model": ""},
    )
    assert RoutingDefaults.objects.get().enabled
    assert load().fallback.provider == "groq"
