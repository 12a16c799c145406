"""Reports: arms and what differs, outages apart, red lines, and every format."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pricing.usage import Usage
from runs import lifecycle
from runs.experiments import beside, report, sessions, words
from runs.experiments.reports import FORMATS
from runs.experiments.sessions import About
from runs.measure.noise import Verdict
from runs.models import CapturedRequest, Run, SessionFigures, SessionStatus
from tests import make
from tests.runs.experiments import made

pytestmark = pytest.mark.django_db


def test_arms_side_by_side_and_what_differs() -> None:
    made.whole(cheap=0.5)
    found = report.make("demo")
    plain, fast = found.arms
    assert (plain.name, plain.sessions, plain.passed, plain.judged) == (
        *("demo-plain", 8, 6, 8),
    )
    assert plain.cost_usd == pytest.approx(0.1648)
    assert plain.cost_per_pass_usd == pytest.approx(0.1648 / 6)
    assert plain.cost_of_failures_usd == pytest.approx(0.04)
    assert fast.cost_usd == pytest.approx(0.0824)
    assert [each.k for each in fast.passing] == [1, 2, 3, 4]
    assert plain.passing[0].any == pytest.approx(0.75)
    assert (plain.passing[3].any, plain.passing[3].all) == (1.0, 0.0)
    cost = next(each for each in found.metrics if each.metric == "cost_usd")
    [gap] = cost.differences
    assert (gap.basis, gap.verdict) == ("repeat", Verdict.MORE_THAN_NOISE)
    assert gap.percent == pytest.approx(-50)
    assert gap.is_better
    assert gap.low is not None
    assert gap.high is not None
    # Tasks differ threefold; within each of them, repeats hardly do.
    assert gap.low < -0.0103 < gap.high < -0.0095
    assert found.warnings == ()
    [line] = (each for each in beside.lines(found) if each.name == "cost_usd")
    assert [cell.mean for cell in line.cells] == ["$0.0206", "$0.0103"]
    [told] = line.gaps
    assert (told.text, told.words) == ("−50 %", "more than noise, better")
    assert told.exact.startswith("−0.0103 USD, 95 % interval −0.01")
    assert line.cells[1].arm == "demo-fast"
    [fast_told, same] = beside.summary(found, beside.lines(found))
    assert fast_told.startswith("demo-fast beside demo-plain: better in ")
    assert "Cost −50 %" in fast_told
    assert "Requests 2; Turns 0;" in same


@pytest.mark.parametrize("missing", [0, 2])
def test_an_arm_that_nothing_measured_hides_nothing_of_the_others(missing: int) -> None:
    """Be it the baseline, beside which nothing can stand then, or another."""
    whole = [*made.VARIANTS]
    whole.insert(missing, "demo-reasoning")
    made.whole(cheap=0.5)
    made.loaded(variants=whole, baseline=whole[0])
    found = report.make("demo")
    assert [arm.name for arm in found.arms] == whole
    cost = next(each for each in found.metrics if each.metric == "cost_usd")
    assert [side.mean is None for side in cost.sides] == [
        name == "demo-reasoning" for name in whole
    ]
    first, other = cost.differences
    assert other.absolute is None
    assert (first.absolute is None) is (missing == 0)
    assert "demo-reasoning: no session is measured yet." in found.warnings
    for form in FORMATS:
        assert form.write(found)
    made.loaded(variants=["demo-reasoning", "demo-plain"], baseline="demo-reasoning")
    assert report.make("demo").metrics == ()


def test_too_few_repeats_are_said_to_be() -> None:
    made.loaded()
    for variant in made.VARIANTS:
        made.session(variant, "plan")
    found = report.make("demo")
    lines = beside.lines(found)
    [gap] = next(each for each in lines if each.name == "cost_usd").gaps
    assert gap.verdict == "not enough"
    assert beside.summary(found, lines)[0] == (
        "demo-fast beside demo-plain: not enough sessions to tell."
    )
    assert words.standing(found) == "2 of 20 sessions are measured."


def test_an_outage_is_counted_and_not_measured() -> None:
    made.loaded()
    made.session("demo-plain", "plan")
    down = {"status": 503, "is_success": False, "quote": None}
    made.session("demo-plain", "plan", passed=False, fields=down)
    [plain, fast] = report.make("demo").arms
    assert (plain.sessions, plain.outages, plain.judged, plain.passed) == (1, 1, 1, 1)
    assert [line.is_outage for line in plain.lines] == [False, True]
    assert (fast.sessions, fast.cost_usd) == (0, None)


def test_what_changes_within_an_arm_is_a_red_line() -> None:
    made.loaded()
    made.session("demo-plain", "plan")
    made.session("demo-plain", "plan", fields={"system_hash": "bbbb"})
    # That no request came is told by itself; it says nothing of what the arm is.
    silent = sessions.create("demo", "demo-plain", "plan", About(git={})).session
    sessions.finalize(silent, SessionStatus.FAILED, exit_code=1)
    found = report.make("demo")
    assert found.warnings[:2] == (
        "demo-plain: system prompt changed between sessions: aaaa, bbbb.",
        f"demo-plain: no request came from 1 session ({silent.run.name}): was the"
        " harness pointed at Weir?",
    )
    traits = {trait.name: trait for trait in found.arms[0].identity}
    assert traits["system prompt"].changed
    assert not traits["model served"].changed


def test_finished_sessions_are_measured_once() -> None:
    made.whole()
    first = report.make("demo")
    with CaptureQueriesContext(connection) as asked:
        assert report.make("demo") == first
    texts = [each["sql"] for each in asked.captured_queries]
    assert not any("capturedrequest" in text for text in texts)
    assert len(texts) < 16
    # A request that comes late is in, and so is a score.
    line = first.arms[0].lines[0]
    run = Run.objects.get(uid=line.id)
    row = make.stored(usage=Usage(input=1000), quote=None)
    lifecycle.move(CapturedRequest.objects.filter(pk=row.pk), run)
    sessions.score(sessions.find(line.id), "check", passed=not line.passed)
    changed = report.make("demo").arms[0].lines[0]
    assert changed.requests == line.requests + 1
    assert changed.passed is not line.passed
    # What another version has kept is not believed.
    SessionFigures.objects.update(data=b"?")
    assert report.make("demo").arms[0].lines[0] == changed


def test_goodput_counts_requests_that_kept_every_limit() -> None:
    """By second of busy time; a limit on streams says nothing of what is none."""

    def told(**limits: float) -> float | None:
        made.loaded(goodput=limits)
        found = {m.metric: m.sides[0].mean for m in report.make("demo").metrics}
        return found["goodput"]

    made.loaded()
    fast = {"duration_ms": 80.0, "ttft_ms": 20.0, "is_stream": True}
    for variant in made.VARIANTS:
        rate = {"output_tokens_per_s": 100.0}
        made.session(variant, "plan", fields=fast | rate)
    assert told(duration_ms=80) == pytest.approx(2 * 1000 / 80)
    assert told(duration_ms=79) == 0
    assert told(ttft_ms=20, itl_ms=10) == pytest.approx(25)
    assert told(ttft_ms=19, itl_ms=10) == 0
    assert told(ttft_ms=20, itl_ms=9.9) == 0
    growth = {m.metric: m.sides[0].mean for m in report.make("demo").metrics}
    assert growth["context_growth"] == 2  # 100 tokens, then 200


def test_requests_of_a_session_are_not_read_one_by_one() -> None:
    made.loaded()
    made.session("demo-plain", "plan")
    with CaptureQueriesContext(connection) as asked:
        report.make("demo")
    singly = 'WHERE "runs_capturedrequest"."id" = '
    assert not [each["sql"] for each in asked if singly in each["sql"]]
