"""`weir session` of one by hand: begun, pointed at, scored, shown, ended, removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from observe.cli.commands.session import read_score
from observe.problem import BadUsage, Problem
from runs.models import Session
from tests.observe.cli.commands.conftest import Ask
from tests.runs.experiments import made

stored = pytest.mark.django_db(transaction=True)
FIREWORKS = (
    *("--experiment", "fireworks-kimi-k2-5-harness-comparison"),
    *("--variant", "fireworks-kimi-k2-5-opencode"),
    *("--task-card", "repo-auth-analysis"),
)


@stored
def test_one_by_hand_from_its_key_to_its_removal(at: Ask, tmp_path: Path) -> None:
    made.loaded()
    words = ("session", "create", *FIREWORKS, "--label", "mine", "--repeat", "3")
    begun = at(*words)
    session = begun.out.strip()
    assert f"weir session env {session[:8]}" in begun.err
    assert "mine" in at("session", "list", "--status", "open").out
    env = at("session", "env", "mine", "--format", "json")
    assert "/v1" in json.loads(env.out)["provider"]["weir"]["options"]["baseURL"]
    assert env.err == "The key goes into WEIR_KEY: `--format shell` exports it.\n"
    shell = at("session", "env", "mine")
    assert f"export WEIR_RUN_ID={session}\n" in shell.out
    assert shell.err == ""

    with pytest.raises(BadUsage, match="Say SESSION NAME VALUE"):
        at("session", "score", "mine")
    assert at("session", "score", "mine", "judge", "0.5").out.endswith(" scored.\n")
    at("session", "score", "mine", "tests", "fail")
    at("session", "score", "mine", "style", "0.25:pass")
    [row] = json.loads(at("session", "list", "--json").out)
    scores = {each["name"]: (each["value"], each["passed"]) for each in row["scores"]}
    assert scores == {
        "judge": (0.5, None),
        "tests": (None, False),
        "style": (0.25, True),
    }

    ended = at("session", "finalize", "mine", "--status", "failed").out
    assert ended == f"Session “{row['name']}” {session} failed.\n"
    shown = at("session", "show", "mine").out
    assert "judge 0.5, " in shown
    assert "tests fail" in shown
    assert "fireworks-kimi-k2-5-opencode (" in shown
    assert json.loads(at("session", "show", "mine", "--json").out)["statistics"]
    file = tmp_path / "sessions.csv"
    saved = at("session", "export", "--format", "csv", "-o", str(file))
    assert saved.err.startswith(f"{file}: ")
    assert session in file.read_text("utf-8")
    assert "deleted, with its requests." in at("session", "delete", session).out
    assert not Session.objects.exists()
    assert at("session", "list").err == "No sessions.\n"


@stored
def test_scores_of_a_file_find_their_sessions_or_are_told(
    at: Ask, tmp_path: Path
) -> None:
    made.loaded()
    first, second = (made.session("demo-plain", task) for task in ("plan", "explain"))
    file = tmp_path / "scores.csv"
    file.write_text(
        "session,task,judge,tests\n"
        f"{first},,0.5,pass\n"
        ",explain,0.75,\n"
        ",nothing,1,\n"
        ",explain,many,\n"
    )
    words = ("session", "score", "--from", str(file))
    told = at(*words)
    assert told.code == 1
    assert told.out == "3 scores given, 0 were there; 2 sessions.\n"
    assert told.err.count("not scored: scores.csv, line ") == 2
    assert "No session has the task 'nothing'" in told.err
    again = json.loads(at(*words, "--json").out)
    assert (again["new"], again["unchanged"]) == (0, 3)
    assert again["sessions"] == sorted([first, second])
    assert {each["where"][:16] for each in again["left"]} == {"scores.csv, line"}
    file.write_text(f"session,judge\n{first},0.5\n")
    assert at(*words).code == 0
    with pytest.raises(Problem, match="can't be read"):
        at("session", "score", "--from", str(tmp_path / "none.csv"))


@pytest.mark.parametrize("text", ["nan", "1e400:pass", "-inf", "0.9:nan"])
def test_a_score_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadUsage, match="A score is a number"):
        read_score(text)
