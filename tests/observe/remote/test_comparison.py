"""What the API says of runs side by side, as it is read in a terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from observe.remote import comparison, here, runs
from pricing.quote import Quote
from pricing.usage import Usage
from runs.models import Run
from tests import make
from tests.runs.make_run import priced, run_of, run_with

pytestmark = pytest.mark.django_db


def told(*sides: list[Run]) -> list[str]:
    """Lines, each with one blank between words."""
    weir = here.opened({"server": "", "token": ""})
    asked = [[str(run.uid) for run in side] for side in sides]
    console = Console(file=io.StringIO(), width=250)
    with console.capture() as shown:
        console.print(comparison.tables(runs.compare(weir, asked)))
    return [re.sub(r"\s+", " ", line).strip() for line in shown.get().splitlines()]


def line(lines: list[str], start: str) -> str:
    (found,) = [each for each in lines if each.startswith(start)]
    return found


def side(*costs: str) -> list[Run]:
    return [run_with(make.record(quote=priced(usd))) for usd in costs]


def test_several_runs_a_side_have_spreads_and_verdicts() -> None:
    cheap = side("0.10", "0.12", "0.11", "0.10")
    dear = side("0.31", "0.29", "0.33", "0.30")
    lines = told(cheap, dear)
    assert "and 3 more, mean" in lines[0]
    cost = line(lines, "cost $")
    assert re.search(r"\$0\.10\S* \(\$0\.10\S*–\$0\.1\S*\)", cost)
    assert "+$0.200 (+186 %) more than noise" in cost
    assert line(lines, "requests ") == "requests 1 1 0 not shown, seen from 0"
    assert comparison.NOT_SHOWN in lines
    assert comparison.NOT_JUDGED not in lines
    other = told(side("0.10", "0.12", "0.11", "0.13"), side(*["0.11"] * 4))
    assert ", seen from $0.0" in line(other, "cost $")


def test_turns_that_both_have_and_what_changed_in_each() -> None:
    messages = ["plan", "build", "test", "fix", "polish", "ship"]
    before = run_of(messages, usage=Usage(input=100, output=40), tool_calls=("read",))
    after = run_of(
        messages[:5], usage=Usage(input=100, output=30), model="gpt-5", tool_calls=()
    )
    longer = [*messages, "celebrate"]
    third = run_of(longer, usage=Usage(input=100, output=40), tool_calls=("read",))
    lines = told([before], [third], [after])
    below = lines[lines.index(line(lines, "output tokens ")) + 1]
    # Of five turns nothing is said: nothing stands behind.
    assert below == "in a turn of both 6 turns 0 not judged"
    (changed,) = [each for each in lines if each.startswith("1 plan")]
    assert "tools read, read → none" in changed
    assert "models gpt-5-mini" in changed
    assert line(lines, "6 ship").endswith("not there")
    last = [each for each in lines if each.startswith("7 celebrate")]
    assert [each.rpartition(") ")[2] for each in last] == ["only here", "not there"]


def test_what_failed_is_no_saving_and_what_is_unknown_says_so() -> None:
    failed = make.record(status=429, is_success=False, quote=None, duration_ms=5.0)
    unknown = make.record(quote=Quote(status="no_price", cost_usd=None))
    ran = [make.record(quote=priced("0.10"), duration_ms=900.0) for _ in range(2)]
    lines = told([run_with(*ran)], [run_with(unknown)], [run_with(failed)])
    cost = line(lines, "cost $")
    assert cost == "cost $0.200 – – not judged $0 -$0.200 (-100 %) not judged"
    assert comparison.NOT_JUDGED in lines
    assert any("100% failed" in each for each in lines)
