"""`weir what-if`: of a run by its name, of what filters leave, at other prices."""

from __future__ import annotations

import json

import pytest

from observe.problem import Problem
from pricing.usage import Usage
from tests import make
from tests.observe.cli.commands.conftest import Ask
from tests.pricing.make_price import price_row
from tests.runs.make_run import priced, run_with

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_and_a_filter_at_another_models_price(at: Ask) -> None:
    price_row("cheap")
    usage = Usage(input=1_000_000, output=0)
    run_with(make.record(usage=usage, quote=priced("7")), name="nightly")
    run_with(make.record(usage=usage, quote=priced("5"), provider="groq"), name="other")
    of_run = at("what-if", "nightly", "--model", "acme/cheap").out
    assert "Captured: $7.00 for 1 billed requests" in of_run
    assert "acme/cheap" in of_run
    assert at("what-if", "--run", "nightly", "--model", "acme/cheap").out == of_run
    words = ("what-if", "--provider", "groq", "--model", "acme/cheap", "--json")
    told = json.loads(at(*words).out)
    assert told["baseline"]["cost_usd"] == "5"
    assert [each["cost_usd"] for each in told["scenarios"]] == ["2"]
    with pytest.raises(Problem, match="never-was"):
        at("what-if", "never-was", "--model", "acme/cheap")
