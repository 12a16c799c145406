"""`weir experiments` of a folder and of what is loaded: words, tables, reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from observe.problem import Problem
from tests.observe.cli.commands.conftest import Ask
from tests.observe.cli.commands.told import weir
from tests.runs.experiments import made

stored = pytest.mark.django_db(transaction=True)


def test_a_folder_is_written_checked_and_given_schemas(tmp_path: Path) -> None:
    place = ("--dir", str(tmp_path / "mine"))
    with pytest.raises(Problem, match="There is no folder"):
        weir("experiments", "validate", *place)
    written = weir("experiments", "init", *place)
    assert f"{tmp_path}/mine/experiments/demo.yaml\n" in written.out
    assert "weir experiments load" in written.err
    assert weir("experiments", "init", *place).out.count("\n") == 5  # schemas alone
    told = weir("experiments", "validate", *place)
    assert (told.code, told.out[:13]) == (0, "All is well: ")
    assert "task-cards 3" in told.out
    assert weir("experiments", "schemas", *place).out.count("schemas/") == 5
    (tmp_path / "empty").mkdir()
    with pytest.raises(Problem, match="There is no definition in"):
        weir("experiments", "validate", "--dir", str(tmp_path / "empty"))


def test_verdicts_are_counted_over_what_is_made_up() -> None:
    words = ("experiments", "simulate", "--experiments", "2", "--tasks", "1")
    none = weir(*words, "--repeats", "2").out
    assert none.endswith(" called anything more than noise.\n")
    assert none.startswith("2 experiments, ")
    much = weir(*words, "--repeats", "6", "--spread", "5%", "--effect", "300%").out
    assert much == "2 experiments, 100.0% found the difference.\n"


@stored
def test_what_is_loaded_is_listed_shown_and_compared(at: Ask, tmp_path: Path) -> None:
    assert "Nothing is loaded" in at("experiments", "list").err
    weir("experiments", "init", "--dir", str(tmp_path))
    assert (
        "new       variant demo-fast\n"
        in at("experiments", "load", "--dir", str(tmp_path)).out
    )
    same = at("experiments", "diff", "--dir", str(tmp_path))
    assert (same.out, same.err) == ("", "Nothing differs from what is loaded.\n")
    table = at("experiments", "list").out
    assert "What do haste and thinking cost" in table
    rows = json.loads(at("experiments", "list", "--kind", "variant", "--json").out)
    assert {row["kind"] for row in rows} == {"variant"}
    shown = at("experiments", "show", "variant", "demo-fast")
    assert json.loads(shown.out)["model"] == "weir-demo-fast"
    assert " loaded 20" in shown.err
    for verb in ("report", "run"):
        with pytest.raises(Problem, match="nowhere") as refused:
            at("experiments", verb, "nowhere")
        assert "weir experiments list" in refused.value.hint


@stored
def test_a_report_and_a_plan_of_sessions_that_were(at: Ask, tmp_path: Path) -> None:
    made.loaded()
    for cents in (1.0, 1.1, 1.3):
        made.session("demo-plain", "plan", cents=cents)
        made.session("demo-fast", "plan", cents=cents / 2)
    assert at("experiments", "report", "demo").out.startswith("# ")
    file = tmp_path / "report.csv"
    words = ("experiments", "report", "demo", "--format", "csv", "-o", str(file))
    assert at(*words).err == f"Written: {file}\n"
    assert len(file.read_text("utf-8").splitlines()) == 7
    plan = at("experiments", "plan", "demo", "--effect", "30%")
    assert "within a variant and task (of 6 sessions)." in plan.err
    assert "find a difference of 30% eight times of ten." in plan.out
    spread = ("--effect", "0.001", "--spread", "200%")
    much = at("experiments", "plan", "demo", *spread)
    assert "(as told)" in much.err
    assert much.out == "More than a thousand repeats would be needed.\n"
    told = json.loads(at("experiments", "plan", "demo", *spread, "--json").out)
    assert (told["repeats"], told["spread"]) == (None, 2.0)
