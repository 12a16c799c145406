"""Every limit has a run that keeps it and one that breaks it; who broke it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from observe.remote.limits import flag_of
from runs.measure import gate
from runs.measure.checks import Check, Culprit, Culprits
from runs.measure.figures import Cost, Distribution, Statistics, Tokens
from runs.measure.gate import DEFAULT_TOLERANCE
from runs.measure.limits import LIMITS, Blame, Limit
from runs.measure.metrics import METRICS, Value
from runs.schemas.statistics import limits_of

RUN = Statistics(
    requests=40,
    successes=38,
    errors=2,
    error_rate=0.05,
    tokens=Tokens(total=90_000),
    cost=Cost(usd=Decimal("0.50"), priced_requests=40),
    duration=Distribution(count=40, p95_ms=8000.0),
    ttft=Distribution(count=40, p95_ms=900.0),
)
UNPRICED = replace(RUN, cost=Cost(usd=Decimal("0.01"), unpriced_requests=2))


def blamed(blame: Blame, beyond: Value) -> Culprits:
    """Names what it was asked for."""
    return Culprits((Culprit(id="a1", message=f"{blame.how} beyond {beyond}"),), 7)


def checks(run: Statistics = RUN, **limits: Any) -> dict[str, Check]:
    baseline = limits.pop("baseline", None)
    tolerance = limits.pop("tolerance", DEFAULT_TOLERANCE)
    least = limits.pop("min_requests", None)
    beside = {"baseline": baseline, "tolerance": tolerance}
    result = gate.check(run, limits, blamed, min_requests=least, **beside)
    assert result.passed is all(check.passed for check in result.checks)
    return {check.limit: check for check in result.checks}


EDGES: dict[str, tuple[Any, Any, str]] = {
    # limit: what the run just keeps, what it just breaks, whom it blames
    "max_cost_usd": (Decimal("0.5"), Decimal("0.499999"), "sum"),
    "max_requests": (40, 39, "number"),
    "max_tokens": (90_000, 89_999, "sum"),
    "max_p95_ms": (8000.0, 7999.9, "each"),
    "max_ttft_p95_ms": (900.0, 899.0, "each"),
    "max_error_rate": (0.05, 0.0, "errors"),
}


@pytest.mark.parametrize("limit", EDGES)
def test_a_run_at_its_limit_keeps_it(limit: str) -> None:
    (found,) = checks(**{limit: EDGES[limit][0]}).values()
    assert found.passed
    assert found.limit == limit
    assert found.requests == ()


@pytest.mark.parametrize("limit", EDGES)
def test_a_run_just_over_its_limit_breaks_it_and_says_who(limit: str) -> None:
    _, broken, blame = EDGES[limit]
    (found,) = checks(**{limit: broken}).values()
    assert not found.passed
    assert found.requests[0].message == f"{blame} beyond {broken}"
    assert found.request_count == 7
    assert "over the limit of" in found.message


def test_a_cost_limit_fails_on_requests_without_a_price_and_says_so() -> None:
    found = checks(UNPRICED, max_cost_usd=Decimal(100))["max_cost_usd"]
    assert not found.passed
    assert "2 requests have no known cost" in found.message
    assert "$0.01 is known" in found.message
    assert found.requests[0].message == "unpriced beyond None"


def test_limits_without_numbers_to_judge_break_nothing_and_are_not_kept() -> None:
    everything = {limit: kept for limit, (kept, _, _) in EDGES.items()}
    untold = replace(RUN, tokens=Tokens(), ttft=Distribution())
    found = checks(untold, **everything)
    assert all(check.passed for check in found.values())
    ttft = found["max_ttft_p95_ms"]
    assert ttft.verdict == "not_judged", "what nothing tells is not kept"
    assert ttft.message == (
        "No request tells the p95 of the TTFT: the limit is not judged."
    )


def test_nothing_but_failures_keeps_no_latency_limit() -> None:
    refused = Statistics(requests=20, errors=20, error_rate=1.0)
    found = checks(refused, max_p95_ms=9e9, max_ttft_p95_ms=9e9, baseline=RUN)
    for name in ("max_p95_ms", "max_ttft_p95_ms", "baseline_p95_ms"):
        assert not found[name].passed
        assert found[name].message.startswith("No request succeeded")
        assert found[name].requests[0].message == "errors beyond None"


def test_a_ttft_limit_is_about_streams_alone_and_says_of_how_many() -> None:
    unstreamed = replace(RUN, ttft=Distribution())
    found = checks(unstreamed, max_ttft_p95_ms=1.0)["max_ttft_p95_ms"]
    assert (found.passed, found.actual) == (True, None)
    told = checks(RUN, max_ttft_p95_ms=900.0)["max_ttft_p95_ms"]
    assert told.message.startswith("The p95 of the TTFT is 900 ms (of 40)")


@pytest.mark.parametrize("limit", [limit for limit in EDGES if limit != "max_requests"])
def test_a_request_under_way_keeps_no_limit_that_it_may_break(limit: str) -> None:
    found = checks(replace(RUN, pending=2), **{limit: EDGES[limit][0]})[limit]
    assert not found.passed
    assert "2 requests have not finished" in found.message
    assert found.requests[0].message == "pending beyond None"


def test_a_request_under_way_is_counted_at_once() -> None:
    assert checks(replace(RUN, pending=2), max_requests=40)["max_requests"].passed


EMPTY: dict[str, tuple[dict[str, Any], bool]] = {
    "any limit wants a request": ({"max_cost_usd": Decimal(1)}, False),
    "a baseline does": ({"baseline": RUN}, False),
    "unless none will do": ({"max_cost_usd": Decimal(1), "min_requests": 0}, True),
    "or none is the limit": ({"max_requests": 0}, True),
    "no limit wants none": ({}, True),
    "the number alone": ({"min_requests": 1}, False),
}


@pytest.mark.parametrize("case", EMPTY)
def test_a_run_without_requests_keeps_no_limit(case: str) -> None:
    limits, is_kept = EMPTY[case]
    found = checks(Statistics(), **limits)
    least = found.pop("min_requests", None)
    assert (least is None or least.passed) is is_kept
    if least and not is_kept:
        assert least.message == "0 requests came, at least 1 had to."


def test_so_many_requests_as_must_come() -> None:
    assert checks(RUN, min_requests=40)["min_requests"].passed
    assert not checks(RUN, min_requests=41)["min_requests"].passed
    assert "min_requests" not in checks(RUN, max_requests=40)


def test_a_baseline_without_a_success_is_no_measure() -> None:
    (found,) = checks(RUN, baseline=Statistics(requests=3, errors=3)).values()
    assert (found.limit, found.passed) == ("baseline", False)
    assert found.message.startswith("No request of the baseline succeeded")


def sized(times: int, usd: str) -> Statistics:
    """RUN, so many times its size, at this price a success."""
    whole = Decimal(usd) * RUN.successes * times
    return replace(
        RUN,
        requests=RUN.requests * times,
        successes=RUN.successes * times,
        tokens=Tokens(total=90_000 * times),
        cost=Cost(usd=whole, priced_requests=RUN.successes * times),
    )


def test_runs_of_another_size_are_held_by_the_success() -> None:
    long, short = sized(5, "0.01"), sized(1, "0.03")
    found = checks(short, baseline=long)
    cost, tokens = found["baseline_cost_usd"], found["baseline_tokens"]
    assert (cost.passed, cost.actual) == (False, Decimal("0.03"))
    assert "cost per success (38, in the baseline 190) is $0.03" in cost.message
    assert tokens.passed
    larger = checks(long, baseline=sized(1, "0.01"))
    broken = [name for name, check in larger.items() if not check.passed]
    assert broken == ["baseline_requests"]


def worse(run: Statistics) -> dict[str, Statistics]:
    """Runs that are worse than `run` by a fifth in one metric each."""
    return {
        "baseline_cost_usd": replace(run, cost=Cost(usd=Decimal("0.60"))),
        "baseline_requests": replace(run, requests=48),
        "baseline_tokens": replace(run, tokens=Tokens(total=108_000)),
        "baseline_p95_ms": replace(run, duration=Distribution(p95_ms=9600.0)),
        "baseline_ttft_p95_ms": replace(run, ttft=Distribution(p95_ms=1080.0)),
        "baseline_error_rate": replace(run, error_rate=0.06),
    }


@pytest.mark.parametrize("metric", worse(RUN))
def test_a_run_may_be_as_much_worse_as_the_tolerance_says(metric: str) -> None:
    run = worse(RUN)[metric]
    kept = checks(run, baseline=RUN, tolerance=Decimal("0.2"))
    broken = checks(run, baseline=RUN, tolerance=Decimal("0.19"))
    assert all(check.passed for check in kept.values())
    assert [name for name, check in broken.items() if not check.passed] == [metric]
    assert broken[metric].requests


def test_a_run_like_its_baseline_passes_without_any_tolerance() -> None:
    found = checks(RUN, baseline=RUN, tolerance=Decimal(0))
    assert len(found) == 6
    assert all(check.passed for check in found.values())


BESIDE: dict[str, tuple[Callable[[], dict[str, Check]], bool]] = {
    "no longer priced": (lambda: checks(UNPRICED, baseline=RUN), False),
    "never was priced": (lambda: checks(UNPRICED, baseline=UNPRICED), True),
}


@pytest.mark.parametrize("case", BESIDE)
def test_costs_are_compared_only_with_a_baseline_that_is_priced(case: str) -> None:
    found, passed = BESIDE[case]
    assert found()["baseline_cost_usd"].passed is passed
    assert "no known cost" in found()["baseline_cost_usd"].message


def test_the_result_as_json_has_money_as_text_and_all_checks() -> None:
    limits: dict[str, Value] = {"max_cost_usd": Decimal("0.10"), "max_requests": 50}
    told = gate.check(RUN, limits, blamed).as_dict()
    assert not told["passed"]
    cost, requests = told["checks"]
    assert (cost["limit"], cost["allowed"], cost["actual"]) == (
        *("max_cost_usd", "0.1", "0.5"),
    )
    assert cost["requests"] == [{"id": "a1", "message": "sum beyond 0.10"}]
    assert (requests["passed"], requests["allowed"]) == (True, 50)


def test_every_limit_has_its_edges_here() -> None:
    assert [each.name for each in LIMITS] == list(EDGES)


OUTPUT = Limit(
    name="max_output_tokens",
    metric=next(each for each in METRICS if each.name == "output_tokens"),
    blame=Blame("sum", "output_tokens"),
    words="number of output tokens",
    help="Reasoning included.",
)


def test_a_new_row_is_judged_and_taken_by_api_and_command_line() -> None:
    run = replace(RUN, tokens=Tokens(output=12))
    limits: dict[str, Value] = {"max_output_tokens": 11}
    (found,) = gate.check(run, limits, blamed, table=(OUTPUT,)).checks
    assert found.message == "The number of output tokens is 12, over the limit of 11."
    (beside,) = gate.check(run, {}, blamed, baseline=run, table=(OUTPUT,)).checks
    assert (beside.limit, beside.passed) == ("baseline_output_tokens", True)
    described = limits_of([OUTPUT]).json_schema()["properties"]["max_output_tokens"]
    assert described["description"] == OUTPUT.help
    flag = flag_of(OUTPUT)
    assert (flag.flag, flag.read(flag.flag, "11")) == ("--max-output-tokens", 11)


def test_what_is_required_of_every_request() -> None:
    def find(blame: Blame, beyond: Value) -> Culprits:
        return found.get((blame.how, blame.column), Culprits())

    def one(run: Statistics = RUN) -> Check:
        (check,) = gate.check(run, {"require_model": True}, find).checks
        return check

    found = {("marked", "is_other_model"): Culprits((Culprit(id="a", message="b"),), 3)}
    broken = one()
    assert (broken.passed, broken.request_count, broken.actual) == (False, 3, 3)
    assert broken.message.startswith("3 requests were answered by another model")
    found = {("told", "is_other_model"): Culprits((), 40)}
    assert (one().verdict, one().message[-19:]) == ("kept", "(40 requests tell).")
    assert one(replace(RUN, pending=1)).verdict == "broken"
    found = {}
    assert one().verdict == "not_judged"
    assert gate.check(RUN, {"require_model": False}, find).checks == ()
