"""Prices: searched, edited with their tiers, and given back to their catalogue."""

from __future__ import annotations

import http.server
import json
import re
import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client

from pricing import sync
from pricing.catalogues import reading
from pricing.models import (
    ModelPrice,
    PriceImport,
    PriceOffer,
    PriceProvider,
    PriceTier,
)
from pricing.sources import SOURCES
from pricing.sources.openrouter import OpenRouter
from tests.observe.pages.settings.page import browser, fields, post, text
from tests.pricing.make_price import price_row, tier_row

pytestmark = pytest.mark.django_db
HOME = "/settings/prices"


@pytest.fixture
def client() -> Client:
    return browser()


def test_a_price_is_found_and_edited_with_its_tiers(client: Client) -> None:
    row = price_row("m-one", display_name="The first one")
    tier_row(row, 1000, None, label="long", input_usd_per_million=Decimal(4))
    price_row("m-two", provider="other")
    assert "m-two" not in text(client, f"{HOME}?q=acme+first")
    assert "m-one" not in text(client, f"{HOME}?provider=other")
    page = f"{HOME}?q=m-&edit={row.pk}"
    html = text(client, page)
    assert "1 tier" in html
    asked = fields(html)
    assert asked["input_usd_per_million"] == "2"
    assert post(client, page, 302, **asked)["location"].startswith(HOME)
    row.refresh_from_db()
    assert not row.is_edited  # saved as it was
    assert asked["tiers-0-label"] == "long"
    wrong = asked | {"input_usd_per_million": "-1", "act": "check"}
    said = post(client, page, 200, **wrong).content.decode()
    assert 'id="e-input_usd_per_million"' in said
    assert "A rate can&#x27;t be negative." in said
    hole = {"tiers-1-min_input_tokens": "5000", "tiers-0-max_input_tokens": "2000"}
    more = {"tiers-1-input_usd_per_million": "5", "tiers-1-label": "longer"}
    said = post(client, page, 422, **asked | hole | more).content.decode()
    assert "No tier holds requests of 2,000 to 4,999 input tokens" in said
    closed = hole | {"tiers-0-max_input_tokens": "5000"}
    post(client, page, 302, **asked | closed | more | {"output_usd_per_million": "9"})
    row.refresh_from_db()
    assert (row.output_usd_per_million, row.is_edited) == (9, True)
    assert [tier.label for tier in row.tiers.all()] == ["long", "longer"]
    # Somebody adds a tier: the form that didn't see it changes nothing.
    late = fields(text(client, page)) | {"output_usd_per_million": "1"}
    PriceTier.objects.filter(price=row, label="longer").delete()
    post(client, page, 412, **late)
    assert "your own" in text(client, f"{HOME}?show=own")
    assert "m-two" in text(client, f"{HOME}?show=own")
    assert "No price is called so" in text(client, f"{HOME}?show=edited")


def test_how_a_place_serves_is_said_in_its_list(client: Client) -> None:
    price_row("m-one", provider="azure")
    PriceProvider.objects.filter(slug="azure").delete()
    assert "list=azure" in text(client, HOME)
    page = f"{HOME}?list=azure"
    html = text(client, page)
    assert "Azure&#x27;s <code>data-zone</code>, <code>regional-us</code>" in html
    asked = fields(html)
    assert asked["slug"] == "azure"
    said = post(client, page, 302, **asked | {"served_as": "data-zone"})
    assert "Price list azure" in text(client, said["location"])
    kept = PriceProvider.objects.get(slug="azure")
    assert (kept.served_as, kept.is_edited) == ("data-zone", True)
    post(client, page, 412, **asked | {"served_as": "regional-us"})  # as it was before
    # No button deletes a list, and nothing can delete what isn't there.
    post(client, page, 404, **fields(text(client, page)) | {"act": "delete"})
    post(client, f"{HOME}?new=1", 404, act="delete", tag="")


def test_an_edited_one_stands_beside_its_catalogue(client: Client) -> None:
    source = SOURCES[-1]
    sync.refresh(source)
    row = (
        ModelPrice.objects.filter(source=source.name, tiers=None)
        .exclude(input_usd_per_million=None)
        .order_by("pk")[0]
    )
    listed = row.input_usd_per_million
    assert listed is not None
    page = f"{HOME}?edit={row.pk}"
    assert 'id="catalogue"' not in text(client, page)
    dear = (listed * 4).normalize()
    asked = fields(text(client, page)) | {"input_usd_per_million": f"{dear:f}"}
    said = post(client, page, 422, **asked).content.decode()
    assert "Tick this if that is meant." in said  # a leap
    post(client, page, 302, **asked, is_sure="on")
    html = text(client, page)
    assert f"input: <b>{dear:f}</b>, in the catalogue" in html
    assert "The catalogue doesn&#x27;t make it again." in html
    assert ">edited</span>" in text(client, f"{HOME}?show=edited")
    post(client, page, 302, act="catalogue")
    row.refresh_from_db()
    assert (row.input_usd_per_million, row.is_edited) == (listed, False)


PUBLISHED = {
    "data": [
        {
            "id": f"acme/{name}",
            "name": name,
            "pricing": {"prompt": "0.000002", "completion": "0.000009"},
        }
        for name in ("m-one", "m-two")
    ]
}


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """OpenRouter's list, at an address of ours."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(PUBLISHED).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    here = f"http://127.0.0.1:{server.server_port}/models"
    monkeypatch.setattr(reading, "PUBLISHED", (OpenRouter(here),))
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.usefixtures("catalogue")
def test_a_catalogue_is_looked_at_taken_and_undone(client: Client) -> None:
    price_row("acme/m-one", provider="openrouter", source="x", source_key="y")
    page = f"{HOME}?catalogues=1"
    assert "not read yet" in text(client, page)
    asked = {"source": "openrouter", "only": "openrouter/acme/*"}
    shown = post(client, page, 200, act="preview", **asked).content.decode()
    assert "1 new" in shown
    assert "1 changed" in shown
    keys = re.findall(r'name="key" value="([^"]+)"', shown)
    assert len(keys) == 2
    there = post(client, page, 302, act="take", key=keys, **asked)["location"]
    assert "1 made, 1 changed" in text(client, there)
    assert ModelPrice.objects.filter(model="acme/m-two", active=True).exists()
    batch = PriceImport.objects.get()
    back = post(client, page, 302, act="untake", batch=batch.pk)["location"]
    assert "and undone since" in text(client, back)
    assert not ModelPrice.objects.filter(model="acme/m-two", active=True).exists()
    post(client, page, 409, act="untake", batch=batch.pk)
    said = post(client, page, 200, act="preview", source="nobody").content.decode()
    assert "There is no catalogue" in said
    offered = PriceOffer.objects.get(model="acme/m-one")
    PriceOffer.objects.filter(pk=offered.pk).update(rates={"input": "3"})
    html = text(client, page)
    assert "openrouter/acme/m-one" in html
    assert "openrouter <b>$3.00</b>" in html
