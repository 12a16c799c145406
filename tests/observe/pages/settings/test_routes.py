"""Routes: marked, simulated, edited; default routes shown before they are made."""

from __future__ import annotations

import pytest
from django.test import Client

from observe.pages.settings.forms import (
    FallbackForm,
    PriceForm,
    PriceListForm,
    ProviderForm,
    RouteForm,
    RowForm,
)
from proxy.models import Provider, Route, RoutingDefaults
from tests import make
from tests.observe.pages.settings.page import browser, fields, post, text
from tests.pricing.make_price import price_row

pytestmark = pytest.mark.django_db
HOME = "/settings/routes"


@pytest.fixture
def client() -> Client:
    return browser()


@pytest.fixture
def provider() -> Provider:
    Provider.objects.all().delete()
    return Provider.objects.create(slug="acme", base_url="http://up.example/v1")


@pytest.mark.parametrize(
    "form", [ProviderForm, RouteForm, FallbackForm, PriceForm, PriceListForm]
)
def test_every_field_is_in_the_drawer(form: type[RowForm]) -> None:
    """One that is not sent along would be blanked."""
    shown = [name for _, names in form.groups for name in names]
    assert sorted(shown) == sorted(form.base_fields)


def test_choices_that_are_left_open_say_so(client: Client) -> None:
    html = text(client, f"{HOME}?new=1")
    assert '<option value="" selected>default</option>' in html
    assert '<option value="" selected>none</option>' in html
    assert "Default: as the provider says." in html
    assert ">empty</option>" not in html


def test_what_nothing_comes_to_is_marked(client: Client, provider: Provider) -> None:
    for match in ("gpt-x", "claude-x", "gpt-*"):
        kind = "prefix" if "*" in match else "exact"
        Route.objects.create(match=match, kind=kind, provider=provider)
    wide = Route.objects.get(match="gpt-*")
    Route.objects.filter(pk=wide.pk).update(priority=1)
    make.stored(make.record(route="claude-x"))
    html = text(client, HOME)
    rows = {
        name: html[html.index(f">{name}</a>") :].split("</tr>")[0]
        for name in ("gpt-x", "claude-x", "gpt-*")
    }
    assert "used</span>" in rows["claude-x"]
    assert "/requests?route=claude-x" in rows["claude-x"]
    assert "unused</span>" in rows["gpt-*"]
    assert "passed over" in rows["gpt-x"]
    assert "gpt-*" in rows["gpt-x"]  # which one takes them
    only = text(client, f"{HOME}?show=shadowed")
    assert ">gpt-x</a>" in only
    assert ">claude-x</a>" not in only
    assert ">gpt-x</a>" not in text(client, f"{HOME}?q=claude")


def test_the_simulator_says_which_and_why(client: Client, provider: Provider) -> None:
    Route.objects.create(match="gpt-*", kind="prefix", provider=provider)
    html = text(client, f"{HOME}?model=gpt-9&path=/v1/chat/completions")
    told = html[html.index('id="decision"') :].split("</section>")[0]
    assert "by the route <b>gpt-*</b>" in told
    assert "http://up.example/v1/chat/completions" in told
    assert "<ol" in told
    assert "curl http" in told
    assert "from openai import OpenAI" in told
    assert "new OpenAI(" in told


def test_a_route_and_the_fallback_are_edited(
    client: Client, provider: Provider
) -> None:
    made = fields(text(client, f"{HOME}?new=1"))
    wrong = made | {"match": "gpt-*", "provider": str(provider.pk), "act": "save"}
    said = post(client, f"{HOME}?new=1", 422, **wrong).content.decode()
    assert "choose the kind “model prefix”" in said
    post(client, f"{HOME}?new=1", 302, **wrong | {"kind": "prefix"})
    row = Route.objects.get()
    assert (row.match, row.name, row.managed_by) == ("gpt-*", "gpt-*", "")

    page = f"{HOME}?fallback=1"
    html = text(client, page)
    assert 'value="delete"' not in html
    asked = fields(html) | {"enabled": "on", "act": "save"}
    said = post(client, page, 422, **asked).content.decode()
    assert "A fallback needs a provider." in said
    post(client, page, 302, **asked | {"provider": str(provider.pk)})
    assert RoutingDefaults.objects.get().enabled
    assert "to <b>acme</b>" in text(client, HOME)


def test_default_routes_are_shown_and_then_made(
    client: Client, provider: Provider
) -> None:
    price_row("m-9", aliases=["m-latest"])
    html = text(client, f"{HOME}?defaults=missing")
    assert "2 new" in html
    assert '<code>m-latest</code> <span class="muted">→ acme as m-9' in html
    assert not Route.objects.exists()
    there = post(client, f"{HOME}?defaults=missing", 302, act="seed")["location"]
    assert "2 routes were made, 0 renewed." in text(client, there)
    seeded = Route.objects.get(match="m-9")
    assert seeded.managed_by
    assert "Nothing would change" in text(client, f"{HOME}?defaults=missing")
    page = f"{HOME}?edit={seeded.pk}"
    asked = fields(text(client, page)) | {"priority": "40", "act": "save"}
    post(client, page, 302, **asked)
    seeded.refresh_from_db()
    assert (seeded.priority, seeded.managed_by) == (40, "")  # an operator's now
