"""`weir views`: saved, listed, replaced, forgotten."""

from __future__ import annotations

import json

import pytest

from observe.problem import Problem
from tests.observe.cli.commands.conftest import Ask

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_view_from_its_first_day_to_its_last(at: Ask) -> None:
    assert at("views", "list").err == "No views.\n"
    words = ("views", "save", "dear ones", "--where", "cost>0.05", "--hide", "cost,")
    saved = at(*words, "--order", "cost-desc").out
    assert saved.startswith("Name       Filter     Address")
    assert "dear ones" in saved
    assert "cost>0.05" in saved
    [view] = json.loads(at("views", "list", "--json").out)
    assert (view["hidden"], view["order"]) == (["cost"], "cost-desc")
    assert view["address"] in saved
    at("views", "save", "dear ones", "--where", "cost>1")
    assert "cost>1 " in at("views", "list").out
    with pytest.raises(Problem, match="cost"):
        at("views", "save", "odd", "--where", "cost>many")
    assert at("views", "delete", "dear ones").err == "dear ones is deleted.\n"
    with pytest.raises(Problem, match="No view has the name 'dear ones'"):
        at("views", "delete", "dear ones")
