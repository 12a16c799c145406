"""A deletion taken back from the audit log, over HTTP and as a function."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pricing.models import ModelPrice
from proxy.models import Provider, Route
from runs.keeping import undoing
from runs.models import AuditEntry
from tests.api_call import call
from tests.pricing.make_price import price_row, tier_row

pytestmark = pytest.mark.django_db


def test_a_price_comes_back_with_its_tiers_and_its_id() -> None:
    row = price_row("m", valid_from=date(2026, 1, 2), aliases=["n"], source="s")
    tier_row(row, 1000, None, label="long", output_usd_per_million=Decimal("0.25"))
    other = price_row("other")
    tier_row(other, 5, None)
    before = call("GET", f"/prices/{row.pk}")[0]
    key = row.pk
    row.delete()
    other.delete()
    entry = AuditEntry.objects.get(kind="price", key=str(key), action="deleted")
    told, _ = call("POST", f"/audit/{entry.pk}/undo")
    assert (told["action"], told["kind"], told["key"]) == ("created", "price", str(key))
    after = call("GET", f"/prices/{key}")[0]
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}
    assert ModelPrice.objects.get().source == "s"
    call("POST", f"/audit/{entry.pk}/undo", status=409)
    call("POST", "/audit/9999/undo", status=404)


def test_nothing_comes_back_in_the_place_of_something_else() -> None:
    row = Route.objects.create(match="gpt-x", upstream_url="http://up.example/v1")
    row.delete()
    entry = AuditEntry.objects.get(action="deleted")
    Route.objects.create(match="gpt-x", upstream_url="http://up.example/v2")
    with pytest.raises(undoing.CantUndo, match="for exactly this exists"):
        undoing.undo(entry)
    made = AuditEntry.objects.get(action="created", key=entry.key)
    with pytest.raises(undoing.CantUndo, match="Only what was deleted"):
        undoing.undo(made)


def test_a_route_whose_provider_is_gone_stays_away() -> None:
    provider = Provider.objects.create(slug="mine", base_url="http://up.example/v1")
    row = Route.objects.create(match="gpt-x", provider=provider)
    row.delete()
    entry = AuditEntry.objects.get(kind="route", action="deleted")
    provider.delete()
    said, _ = call("POST", f"/audit/{entry.pk}/undo", status=409)
    assert "not a valid choice" in said["error"]["message"]
    assert not Route.objects.exists()
