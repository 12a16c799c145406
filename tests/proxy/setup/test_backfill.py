"""Stored costs found anew over the API; which, `tests/runs/store` has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from proxy.setup.backfill import Backfilled, Costing, backfill
from runs import store
from runs.keeping.prune_lock import AlreadyPruning, alone
from runs.models import CapturedRequest
from tests.api_call import call
from tests.pricing.make_price import price_row
from tests.runs.store.test_repricing import UNPRICED, costs, recorded

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_api_does_it_too() -> None:
    store.write([recorded(UNPRICED), replace(recorded(UNPRICED), model="m-2")], {})
    price_row("m-1")
    asked = {"which": "missing", "filter": {"model": "m-2"}}
    looked, _ = call("POST", "/prices/backfill", asked | {"dry_run": True})
    assert (looked["changed"], looked["after_usd"]) == (1, "2")
    assert costs() == [None, None]
    assert call("POST", "/prices/backfill", asked)[0]["changed"] == 1
    assert costs() == [None, "2"]
    assert call("POST", "/prices/backfill", {"undo": True})[0]["changed"] == 1
    assert costs() == [None, None]
    call("POST", "/prices/backfill", {"which": "some"}, 422)
    call("POST", "/prices/backfill", {"filter": {"status": "odd"}}, 422)


def test_one_works_at_a_time() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("its lock is the connection's, and a test has one")
    with alone("reread"), pytest.raises(AlreadyPruning):
        list(backfill(CapturedRequest.objects.all(), Costing(), Backfilled()))
