"""Catalogues over HTTP: previewed, taken, undone, and where they differ."""

from __future__ import annotations

from typing import Any

import pytest

from pricing.catalogues.disagreements import IN_USE
from pricing.models import ModelPrice
from runs.models import AuditEntry
from tests.api_call import call
from tests.pricing.catalogue import empty_tables
from tests.pricing.make_price import price_row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_catalogue(db: None) -> None:
    empty_tables()


def _model(name: str, usd: str) -> dict[str, Any]:
    return {"id": name, "pricing": {"prompt": usd, "completion": "0.00001"}}


DOCUMENT = {"data": [_model("a/one", "0.0000025"), _model("a/two", "0.00009")]}
FILE = [{"provider": "openrouter", "model": "a/one", "input": 3, "output": 10}]
AT = "/prices/catalogs/openrouter"


def test_previewed_taken_and_undone() -> None:
    row = price_row("a/two", provider="openrouter")
    asked = {"document": DOCUMENT}
    seen, _ = call("POST", f"{AT}/preview", asked)
    assert seen["counts"] == {
        **{"new": 1, "changed": 1, "unchanged": 0, "kept": 0},
        **{"refused": 0, "doubted": 1},
    }
    assert [item["status"] for item in seen["items"]] == ["changed", "new"]
    assert seen["items"][0]["price"] == row.pk
    assert seen["items"][0]["changes"] == [
        {"what": "input", "before": "2", "after": "90", "percent": "4400"}
    ]
    few, _ = call("POST", f"{AT}/preview", {**asked, "only": "*/a/t*", "limit": 1})
    assert (len(few["items"]), few["more"]) == (1, 0)
    assert ModelPrice.objects.count() == 1

    keys = ["openrouter/a/one", "openrouter/a/two"]
    call("POST", f"{AT}/apply", {**asked, "keys": [*keys, "openrouter/x"]}, 422)
    done, _ = call("POST", f"{AT}/apply", {**asked, "keys": keys})
    assert (done["batch"]["created"], done["batch"]["changed"]) == (1, 0)
    assert done["not_taken"][0]["key"] == "openrouter/a/two"
    assert "goes from $2.00 to $90.00" in done["not_taken"][0]["why"][0]
    sure, _ = call("POST", f"{AT}/apply", {**asked, "confirm": True})
    batch = sure["batch"]["id"]
    whole, _ = call("GET", f"/prices/imports/{batch}")
    assert whole["rows"][0]["before"]["input_usd_per_million"] == "2"
    assert whole["rows"][0]["after"]["input_usd_per_million"] == "90"
    kinds = AuditEntry.objects.order_by("pk").values_list("kind", "action")
    assert ("price_import", "created") in kinds
    assert ("price", "changed") in kinds

    back, _ = call("POST", f"/prices/imports/{batch}/undo")
    assert (back["restored"], back["batch"]["undone_at"] is None) == (1, False)
    row.refresh_from_db()
    assert row.rates().input == 2
    call("POST", f"/prices/imports/{batch}/undo", None, 409)
    call("GET", "/prices/imports/999999", None, 404)
    listed, _ = call("GET", "/prices/imports?source=openrouter")
    assert listed[0]["id"] == batch
    found, _ = call("GET", "/prices/catalogs")
    told = {each["source"]: each for each in found}
    assert (told["openrouter"]["offers"], told["litellm"]["read_at"]) == (2, None)


def test_a_price_that_was_switched_off_or_taken_twice() -> None:
    asked = {"document": DOCUMENT, "keys": ["openrouter/a/one"]}
    call("POST", f"{AT}/apply", asked)
    row = ModelPrice.objects.get()
    again, _ = call("POST", f"{AT}/apply", asked)
    assert (again["batch"], ModelPrice.objects.count()) == (None, 1)
    call("PATCH", f"/prices/{row.pk}", {"active": False})
    seen, _ = call("POST", f"{AT}/preview", {"document": DOCUMENT})
    assert seen["counts"]["kept"] == 1
    still, _ = call("POST", f"{AT}/apply", asked)
    assert still["not_taken"] == [
        {"key": "openrouter/a/one", "why": ["An operator edited it."]}
    ]


def test_where_two_catalogues_and_the_prices_in_use_differ() -> None:
    price_row("a/one", provider="openrouter", input_usd_per_million="2.51")
    call("POST", f"{AT}/preview", {"document": DOCUMENT})
    assert call("GET", "/prices/disagreements")[0] == []  # within a per cent
    call("POST", "/prices/catalogs/file/preview", {"document": FILE})
    (told,) = call("GET", "/prices/disagreements?provider=openrouter")[0]
    assert (told["model"], told["bucket"], told["percent"]) == ("a/one", "input", "20")
    assert told["usd_per_million"] == {
        **{"file": "3", IN_USE: "2.51", "openrouter": "2.5"}
    }
    assert call("GET", "/prices/disagreements?provider=openai")[0] == []


def test_what_can_t_be_read_is_said() -> None:
    told, _ = call("POST", "/prices/catalogs/nobody/preview", {}, 404)
    assert "Known: openrouter, huggingface" in told["error"]["message"]
    call("POST", "/prices/catalogs/file/preview", {}, 422)
    call("POST", f"{AT}/preview", {"document": {"data": 1}}, 422)
    told, _ = call("POST", f"{AT}/preview", {"document": DOCUMENT, "x": 1}, 422)
    assert "Extra inputs" in told["error"]["message"]
