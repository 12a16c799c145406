"""`weir run` around a real command: its run, its keys, its exit code, its signals."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.answers import as_json
from tests.observe.remote import calls
from tests.observe.remote.weir_command import environment, sentence, weir, weir_json
from tests.own_home import DATABASE, prepared_database
from tests.server import WeirServer, wait_until
from tests.upstream import Upstream, send

NOWHERE = "http://127.0.0.1:1/v1"
FAST = "weir-demo-fast"
WEIR_RUN = (sys.executable, "-m", "observe", "run")
CALLS = (sys.executable, str(calls.__file__))
# Named, for to import it would load three clients.
SDK_CALLS = (sys.executable, str(Path(str(calls.__file__)).with_name("sdk_calls.py")))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    with WeirServer(tmp_path_factory.mktemp("weir"), NOWHERE) as running:
        yield running


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as provider:
        answer = {
            "id": "1",
            "object": "chat.completion",
            "model": "m",
            "choices": [],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4},
        }
        provider.on("/v1/chat/completions", send(as_json(answer)))
        yield provider


def routes(upstream: Upstream) -> str:
    """A route to the scripted provider with the key that OPENAI_API_KEY holds."""
    route = {
        "model": "m",
        "upstream_url": f"{upstream.url}/v1",
        "api_key_env": "OPENAI_API_KEY",
    }
    return json.dumps([route])


def run(
    server: WeirServer, cwd: Path, *arguments: str, **env: str
) -> subprocess.CompletedProcess[str]:
    """`weir run ARGUMENTS…` against `server`."""
    return weir(cwd, "run", *arguments, WEIR_SERVER=server.url, **env)


def rows_of(server: WeirServer, cwd: Path, name: str) -> list[dict[str, Any]]:
    found = weir_json(cwd, "requests", "list", "--run", name, "--server", server.url)
    assert isinstance(found, list)
    return found


# --- with a server ------------------------------------------------------------------
def test_the_commands_calls_are_the_run(server: WeirServer, tmp_path: Path) -> None:
    ended = run(server, tmp_path, "--name", "three", "--", *CALLS, FAST, FAST, FAST)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "3 answered\n"
    assert "requests     3" in ended.stderr
    assert len(rows_of(server, tmp_path, "three")) == 3
    shown = weir_json(tmp_path, "runs", "show", "three", "--server", server.url)
    assert shown["run"]["state"] == "ended"
    assert shown["run"]["source"] == "cli"
    assert shown["statistics"]["successes"] == 3


def test_two_at_once_do_not_mix(server: WeirServer, tmp_path: Path) -> None:
    jobs = {
        name: subprocess.Popen(
            [*WEIR_RUN, "--name", name, "--", *CALLS, *[model] * 40],
            cwd=tmp_path,
            env=environment(WEIR_SERVER=server.url),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name, model in (("left", FAST), ("right", "weir-demo-error-429"))
    }
    assert [job.wait(60) for job in jobs.values()] == [0, 0]
    left, right = (rows_of(server, tmp_path, name) for name in jobs)
    assert len(left) == 30 == len(right)  # the default page
    assert {row["model"] for row in left} == {FAST}
    assert {row["model"] for row in right} == {"weir-demo-error-429"}
    for name in jobs:
        shown = weir_json(tmp_path, "runs", "show", name, "--server", server.url)
        assert shown["statistics"]["requests"] == 40


def test_notes_tags_and_metadata_are_kept(server: WeirServer, tmp_path: Path) -> None:
    about = ("--notes", "n", "--tag", "a", "--tag", "b", "--meta", "k=v=w")
    env = {"GITHUB_SHA": "3f2c", "GITHUB_REF_NAME": "main"}
    run(server, tmp_path, "--name", "told", *about, "--", *CALLS, **env)
    told = weir_json(tmp_path, "runs", "show", "told", "--server", server.url)["run"]
    assert (told["notes"], told["tags"]) == ("n", ["a", "b"])
    assert told["metadata"] == {"git_commit": "3f2c", "git_branch": "main", "k": "v=w"}


def test_a_run_without_requests_says_so(server: WeirServer, tmp_path: Path) -> None:
    ended = run(server, tmp_path, "--name", "empty", "--", "true")
    assert ended.returncode == 0
    assert "No request came into the run: is the client pointed" in ended.stderr
    assert "send the run's key or header?" in ended.stderr


def test_a_callers_key_stays_where_the_server_has_none(
    tmp_path: Path, upstream: Upstream
) -> None:
    """The key goes through untouched, and a header names the run."""
    with WeirServer(tmp_path / "weir", f"{upstream.url}/v1") as weir_server:
        kept = ("--name", "kept", "--", *CALLS, "m")
        ended = run(weir_server, tmp_path, *kept, OPENAI_API_KEY="sk-callers")
        assert "yours stays in OPENAI_API_KEY" in ended.stderr
        got = upstream.last("/v1/chat/completions")
        assert got.header("authorization") == b"Bearer sk-callers"
        assert got.header("x-weir-run") is None
        assert len(rows_of(weir_server, tmp_path, "kept")) == 1


# --- exit codes ---------------------------------------------------------------------
def test_the_commands_failure_wins_over_a_breach(
    server: WeirServer, tmp_path: Path
) -> None:
    limits = ("--max-requests", "0", "--", *CALLS, FAST)
    assert run(server, tmp_path, *limits).returncode == 3
    ended = run(server, tmp_path, *limits, "fail")
    assert ended.returncode == 9
    assert "Gate: broken." in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--name", "x"), 2, "needs a command behind --"),
        (("--", "no-such-command-here"), 127, "was not found"),
        (("--max-cost", "cheap", "--", "true"), 2, "--max-cost must be an amount"),
        (("--baseline", "never-was", "--", "true"), 125, "never-was"),
        (("--server", "127.0.0.1:1", "--", "true"), 125, "No Weir answers"),
        (("--meta", "k", "--", "true"), 2, "--meta: it must be KEY=VALUE"),
        (("--name", " ", "--", "true"), 125, "Run name is required."),
    ],
)
def test_what_weir_cannot_do_is_one_sentence(
    server: WeirServer,
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    ended = run(server, tmp_path, *arguments)
    assert ended.returncode == code
    assert said in sentence(ended)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
def test_a_signal_ends_the_command_and_the_run(
    server: WeirServer, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    name = f"ended-by-{number.name}"
    job = subprocess.Popen(
        [*WEIR_RUN, "--name", name, "--", *CALLS, FAST, "sleep"],
        cwd=tmp_path,
        env=environment(WEIR_SERVER=server.url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert job.stdout is not None
    assert job.stdout.readline() == "asleep\n"
    job.send_signal(number)
    _, told = job.communicate(timeout=120)
    # Python turns SIGINT into an exception of its own, and dies of the signal again.
    assert job.returncode == code, told
    assert "requests     1" in told
    shown = weir_json(tmp_path, "runs", "show", name, "--server", server.url)
    assert shown["run"]["state"] == "ended"


# --- without a server ---------------------------------------------------------------
def free_port_env() -> dict[str, str]:
    """No Weir is where one would be looked for."""
    return {"WEIR_PORT": "1"}


def has_served(cwd: Path) -> None:
    """A Weir has run there before: it has its database."""
    (cwd / "weir-data").mkdir()
    shutil.copy(prepared_database(), cwd / "weir-data" / DATABASE)


def test_without_a_server_one_is_started_and_results_stay(
    tmp_path: Path, upstream: Upstream
) -> None:
    has_served(tmp_path)
    (tmp_path / "runs").mkdir()  # a caller's folder that is called like a room
    env = free_port_env() | {
        "WEIR_MODELS_JSON": routes(upstream),
        "OPENAI_API_KEY": "sk-real",
        "WEIR_TOKEN": "not-for-this-machine",
    }
    ended = weir(tmp_path, "run", "--name", "own", "--", *CALLS, "m", FAST, **env)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "2 answered\n"
    assert "requests     2" in ended.stderr
    got = upstream.last("/v1/chat/completions")
    assert got.header("authorization") == b"Bearer sk-real"
    with WeirServer(tmp_path / "weir-data", NOWHERE) as later:
        assert {row["model"] for row in rows_of(later, tmp_path, "own")} == {"m", FAST}


def test_two_may_start_servers_at_once_in_one_directory(tmp_path: Path) -> None:
    jobs = [
        subprocess.Popen(
            [*WEIR_RUN, "--name", name, "--", *CALLS, *[FAST] * 5],
            cwd=tmp_path,
            env=environment(**free_port_env()),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for job in jobs:
        _, told = job.communicate(timeout=180)
        assert job.returncode == 0, told
        assert "requests     5" in told


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    env = free_port_env() | {"WEIR_WORKERS": "none"}
    ended = weir(tmp_path, "run", "--", "true", **env)
    assert ended.returncode == 125
    assert "WEIR_WORKERS must be a whole number" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_server_ends_with_the_command(tmp_path: Path) -> None:
    has_served(tmp_path)
    program = "import os; print(os.environ['WEIR_SERVER'])"
    command = (sys.executable, "-c", program)
    ended = weir(tmp_path, "run", "--", *command, **free_port_env())
    address = ended.stdout.strip()
    assert address.startswith("http://127.0.0.1:")
    gone = weir(tmp_path, "runs", "list", "--server", address)
    assert "No Weir answers" in gone.stderr
    wait_until(lambda: not list(tmp_path.glob("weir-data/journal/*.wj")), "drained")


# --- real clients -------------------------------------------------------------------
def test_the_official_sdks_need_nothing_but_the_environment(
    server: WeirServer, tmp_path: Path
) -> None:
    real = {"GOOGLE_API_KEY": "real", "ANTHROPIC_AUTH_TOKEN": "real"}
    keys = ("--keys", "run")
    ended = run(server, tmp_path, "--name", "sdks", *keys, "--", *SDK_CALLS, **real)
    assert ended.returncode == 0, ended.stderr
    formats = {row["wire_format"] for row in rows_of(server, tmp_path, "sdks")}
    assert formats == {
        "openai-chat",
        "openai-responses",
        "anthropic-messages",
        "gemini-generate",
    }
