"""An experiment from an empty folder: loaded, run, killed, gone on with."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.observe.remote.weir_command import environment, sentence, weir, weir_json
from tests.server import WeirServer, wait_until

pytestmark = pytest.mark.server
NOWHERE = "http://127.0.0.1:1/v1"
SECRET = "waterfall of Gamma"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    with WeirServer(tmp_path_factory.mktemp("weir"), NOWHERE) as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, server: WeirServer) -> Path:
    """An empty folder with the example in it, loaded; all its models are fast."""
    assert weir(tmp_path, "experiments", "init").returncode == 0
    for file in (tmp_path / "experiments" / "variants").glob("demo-*.yaml"):
        text = file.read_text().replace("model: weir-demo\n", "model: weir-demo-fast\n")
        file.write_text(text.replace("demo-reasoning\nharness", "demo-fast\nharness"))
    loaded = weir(tmp_path, "experiments", "load", WEIR_SERVER=server.url)
    assert loaded.returncode == 0, loaded.stderr
    return tmp_path


def test_two_at_once_one_killed_and_the_rest_gone_on_with(
    place: Path, server: WeirServer
) -> None:
    command = [sys.executable, "-m", "observe", "experiments", "run", "demo"]
    env = environment(WEIR_SERVER=server.url)

    def start() -> subprocess.Popen[bytes]:
        words = [*command, "--repeats", "2", "--parallel", "2"]
        return subprocess.Popen(words, cwd=place, env=env, stderr=subprocess.PIPE)

    def sessions(**asked: str) -> list[dict[str, Any]]:
        answer = httpx.get(
            f"{server.url}/api/sessions", params={"experiment": "demo", **asked}
        )
        return list(answer.json())

    first, second = start(), start()
    wait_until(lambda: sessions(status="completed"), "one is done")
    first.kill()
    second.send_signal(signal.SIGINT)
    assert second.wait(60) == 130
    first.wait(60)
    ended = weir(place, *command[3:], "--repeats", "2", WEIR_SERVER=server.url)
    assert ended.returncode == 0, ended.stderr
    assert "12 of 12" in ended.stderr
    found = sessions()
    done = [row for row in found if row["status"] != "aborted"]
    assert {str(row["status"]) for row in done} == {"completed"}
    cells = {
        (row["variant"]["name"], row["task_card"]["name"], row["repeat"])
        for row in done
    }
    assert len(cells) == len(done) == 12
    # Each session has its own two requests, and no other's.
    assert {row["requests"] for row in done} == {2}
    assert all(row["scores"][0]["passed"] for row in done)
    assert weir(place, *command[3:], "--repeats", "2", WEIR_SERVER=server.url).stderr
    assert len(sessions()) == len(found)


def test_a_session_leaves_figures_and_not_a_word(
    place: Path, server: WeirServer
) -> None:
    asked = ("--experiment", "demo", "--variant", "demo-fast", "--task-card", "plan")
    begun = weir(place, "session", "create", *asked, WEIR_SERVER=server.url)
    session = begun.stdout.strip()
    assert "no git repository" in begun.stderr
    python = sys.executable
    script = f'eval "$({python} -m observe session env {session})"\n'
    script += f'exec {python} experiments/agent.py "{SECRET}"'
    env = environment(WEIR_SERVER=server.url)
    subprocess.run(["sh", "-c", script], cwd=place, env=env, check=True)

    def requests() -> list[dict[str, object]]:
        asked = ("requests", "list", "--run", session)
        return list(weir_json(place, *asked, WEIR_SERVER=server.url))

    wait_until(lambda: len(requests()) == 2, "both are recorded")
    row = requests()[0]
    assert row["model"] == "weir-demo-fast"
    assert row["tokens"]["output"]  # type: ignore[index]
    assert row["preview"] == ""
    assert SECRET.encode() not in server.database.read_bytes()
    with sqlite3.connect(server.database) as database:
        told = f"{session.replace('-', '')}"
        query = (
            "SELECT count(*) FROM runs_body JOIN runs_capturedrequest r"
            " ON r.id = request_id JOIN runs_run u ON u.id = run_id"
            " WHERE u.uid = ?"
        )
        assert database.execute(query, [told]).fetchone() == (0,)
    scored = ("session", "score", session, "tests", "0.9:pass")
    assert weir(place, *scored, WEIR_SERVER=server.url).returncode == 0
    ended = weir_json(place, "session", "finalize", session, WEIR_SERVER=server.url)
    assert ended["status"] == "completed"
    assert ended["scores"][0] | {"value": 0.9, "passed": True} == ended["scores"][0]
    before = sorted(place.iterdir())
    piped = weir(place, "session", "export", WEIR_SERVER=server.url)
    assert piped.stdout.startswith("session,")
    assert session in piped.stdout
    assert (piped.stderr, sorted(place.iterdir())) == ("", before)


def test_a_command_of_ones_own_is_the_session(place: Path, server: WeirServer) -> None:
    profile = place / "experiments" / "harnesses" / "scripted.yaml"
    text = profile.read_text()  # a version that is no UTF-8
    profile.write_text(text.replace("python3 --version", r"printf '1.2 \377'"))
    loaded = weir(place, "experiments", "load", WEIR_SERVER=server.url)
    assert loaded.returncode == 0, loaded.stderr
    asked = ("--experiment", "demo", "--variant", "demo-fast", "--task-card", "explain")
    begun = weir_json(place, "session", "create", *asked, WEIR_SERVER=server.url)
    session = begun["session"]["id"]
    words = ("session", "run", session, "--", "sh", "-c", "echo $OPENAI_MODEL; exit 7")
    ended = weir(place, *words, WEIR_SERVER=server.url)
    assert (ended.returncode, ended.stdout) == (7, "weir-demo-fast\n")
    shown = weir_json(place, "session", "show", session, WEIR_SERVER=server.url)
    assert shown["session"]["status"] == "failed"
    assert shown["session"]["harness_version"] == "1.2 \ufffd"
    again = weir(place, *words, WEIR_SERVER=server.url)
    assert "takes no more keys" in sentence(again)


def test_what_load_would_change_and_what_is_wrong(
    place: Path, server: WeirServer
) -> None:
    file = place / "experiments" / "experiments" / "demo.yaml"
    file.write_text(file.read_text().replace("repeats: 5", "repeats: 7"))
    told = weir(place, "experiments", "diff", WEIR_SERVER=server.url).stdout
    assert '-  "repeats": 5,\n+  "repeats": 7,\n' in told
    file.write_text(file.read_text().replace("repeats", "repeat"))
    wrong = weir(place, "experiments", "validate")
    assert wrong.returncode == 1
    line = (
        "experiments/experiments/demo.yaml:8: repeat is unknown; did you mean repeats?"
    )
    assert line in wrong.stderr
    shown = weir_json(
        place, "experiments", "show", "experiment", "demo", WEIR_SERVER=server.url
    )
    assert shown[0]["content"]["repeats"] == 5
    schema = json.loads((place / "experiments/schemas/variant.json").read_text())
    assert schema["additionalProperties"] is False
