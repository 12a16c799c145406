"""`weir rollups rebuild`: the figures over time from the requests that are there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runs.models import RequestDetail
from runs.models.rollup import Rollup
from runs.rollups import rebuilding
from tests import make
from tests.observe.cli.commands.told import weir

pytestmark = pytest.mark.django_db(transaction=True)


def figures() -> list[tuple[Any, ...]]:
    names = ("pk", "model", "requests", "input", "output", "duration_us")
    return list(Rollup.objects.order_by("pk").values_list(*names))


def test_lost_figures_are_counted_anew() -> None:
    make.stored()
    make.stored(model="another")
    while rebuilding.widen():  # which the recorder does some time after a day's end
        pass
    before = figures()
    assert before
    Rollup.objects.all().delete()
    RequestDetail.objects.update(rates=None)
    assert weir("rollups", "rebuild").out == "Counted 2 requests.\n"
    assert figures() == before
    assert not RequestDetail.objects.filter(rates=None).exists()
    assert json.loads(weir("rollups", "rebuild", "--json").out) == {"requests": 2}
    assert figures() == before
