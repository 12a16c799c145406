"""`weir runs` and `weir export` against a real server."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proxy.route import model_list
from tests.observe.remote import calls
from tests.observe.remote.weir_command import sentence, weir, weir_json
from tests.server import WeirServer

NOWHERE = "http://127.0.0.1:1/v1"
FAST = "weir-demo-fast"
CALLS = (sys.executable, str(calls.__file__))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    """Has the runs `agents main` (two calls) and `agents/branch` (one)."""
    home = tmp_path_factory.mktemp("weir")
    with WeirServer(home, NOWHERE, WEIR_LIST_MODELS="1") as running:
        for name, count in (("agents main", 2), ("agents/branch", 1)):
            command = ("run", "--name", name, "--tag", "ci", "--", *CALLS)
            ended = weir(home, *command, *[FAST] * count, WEIR_SERVER=running.url)
            assert ended.returncode == 0, ended.stderr
        yield running


def asked(server: WeirServer, cwd: Path, *arguments: str) -> Any:
    return weir_json(cwd, *arguments, "--server", server.url)


def said(server: WeirServer, cwd: Path, *arguments: str) -> str:
    ended = weir(cwd, *arguments, WEIR_SERVER=server.url)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_list_shows_runs_and_narrows(server: WeirServer, tmp_path: Path) -> None:
    table = said(server, tmp_path, "runs", "list", "--tag", "ci")
    assert table.index("agents/branch") < table.index("agents main")
    assert "ended" in table
    narrowed = asked(server, tmp_path, "runs", "list", "--q", "MAIN")
    assert [row["name"] for row in narrowed] == ["agents main"]
    none = weir(tmp_path, "runs", "list", "--tag", "none", WEIR_SERVER=server.url)
    assert (none.stdout, none.stderr) == ("", "No runs.\n")


@pytest.mark.parametrize("name", ["agents main", "agents/branch"])
def test_a_run_is_found_by_name_and_by_id(
    server: WeirServer, tmp_path: Path, name: str
) -> None:
    found = asked(server, tmp_path, "runs", "show", name)["run"]
    assert found["name"] == name
    again = asked(server, tmp_path, "runs", "show", found["id"][:13])["run"]
    assert again["id"] == found["id"]
    assert found["id"] in said(server, tmp_path, "runs", "show", name)


def test_a_run_from_start_to_end(server: WeirServer, tmp_path: Path) -> None:
    started = asked(server, tmp_path, "runs", "start", "by hand", "--notes", "n")
    assert (started["state"], started["is_global"]) == ("active", True)
    assert "by hand" in said(server, tmp_path, "runs", "pause")
    assert (
        asked(server, tmp_path, "runs", "show", "by hand")["run"]["state"] == "paused"
    )
    nothing = weir(tmp_path, "runs", "end", WEIR_SERVER=server.url)
    assert nothing.returncode == 1
    assert "No global run is active" in sentence(nothing)
    assert asked(server, tmp_path, "runs", "resume", "by hand")["state"] == "active"
    assert asked(server, tmp_path, "runs", "end", "by hand")["state"] == "ended"
    again = weir(tmp_path, "runs", "resume", "by hand", WEIR_SERVER=server.url)
    assert again.returncode == 1
    said(server, tmp_path, "runs", "delete", "by hand")
    gone = weir(tmp_path, "runs", "show", "by hand", WEIR_SERVER=server.url)
    assert gone.returncode == 1
    assert "by hand" in gone.stderr


def test_a_run_with_a_key_is_beside_others(server: WeirServer, tmp_path: Path) -> None:
    started = asked(server, tmp_path, "runs", "start", "keyed", "--key")
    assert started["key"].startswith("sk-weir-")
    assert started["is_global"] is False
    shown = said(server, tmp_path, "runs", "start", "keyed too", "--key")
    assert re.fullmatch(r"sk-weir-\S+\n", shown)


def test_delete_with_requests_takes_them_along(
    server: WeirServer, tmp_path: Path
) -> None:
    command = ("run", "--name", "short-lived", "--", *CALLS, FAST)
    said(server, tmp_path, *command)
    [row] = asked(server, tmp_path, "requests", "list", "--run", "short-lived")
    said(server, tmp_path, "runs", "delete", "short-lived", "--with-requests")
    gone = weir(tmp_path, "requests", "show", row["id"], WEIR_SERVER=server.url)
    assert gone.returncode == 1


def test_compare_puts_runs_side_by_side(server: WeirServer, tmp_path: Path) -> None:
    names = ("agents main", "agents/branch")
    table = said(server, tmp_path, "runs", "compare", *names)
    assert "requests" in table.lower()
    assert all(name in table for name in names)
    assert asked(server, tmp_path, "runs", "compare", *names)
    alone = weir(tmp_path, "runs", "compare", names[0], WEIR_SERVER=server.url)
    assert (alone.returncode, "two runs or more" in alone.stderr) == (2, True)


# --- export -----------------------------------------------------------------------
def test_export_saves_under_the_servers_name(
    server: WeirServer, tmp_path: Path
) -> None:
    ended = weir(
        tmp_path, "export", "agents main", "--format", "jsonl", WEIR_SERVER=server.url
    )
    assert ended.returncode == 0, ended.stderr
    [file] = tmp_path.iterdir()
    assert file.name in ended.stderr
    assert len(file.read_text("utf-8").splitlines()) == 2


def test_export_takes_the_format_from_the_files_name(
    server: WeirServer, tmp_path: Path
) -> None:
    said(server, tmp_path, "export", "agents main", "-o", "run.har")
    assert (tmp_path / "run.har").stat().st_mode & 0o777 == 0o600
    har = json.loads((tmp_path / "run.har").read_text("utf-8"))
    assert len(har["log"]["entries"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["run.har"]


def test_export_of_requests_to_standard_output(
    server: WeirServer, tmp_path: Path
) -> None:
    command = ("export", "--model", FAST, "--format", "jsonl", "-o", "-")
    whole = said(server, tmp_path, *command)
    bare = said(server, tmp_path, *command, "--without-content")
    assert len(whole.splitlines()) == len(bare.splitlines()) >= 3
    assert ("messages" in whole, "messages" in bare) == (True, False)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("never-was", "-o", "x.csv"), 1, "never-was"),
        (("agents main", "--format", "word"), 1, "format"),
        (("agents main", "--model", "m"), 2, "no filter goes with it"),
        (("agents main", "-o", "no/such/folder/x.csv"), 1, "can't be written"),
    ],
)
def test_an_export_that_cannot_be_is_one_sentence(
    server: WeirServer,
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    ended = weir(tmp_path, "export", *arguments, WEIR_SERVER=server.url)
    assert ended.returncode == code
    assert told in sentence(ended)
    assert list(tmp_path.iterdir()) == []


def test_routes_are_edited_where_the_server_runs(
    server: WeirServer, tmp_path: Path
) -> None:
    said(server, tmp_path, "routes", "add", "far", "provider=openai", "priority=7")
    row = asked(server, tmp_path, "routes", "list", "--search", "far")[0]
    assert (row["match"], row["priority"]) == ("far", 7)
    said(server, tmp_path, "routes", "export", "routes.toml")
    assert 'match = "far"' in (tmp_path / "routes.toml").read_text()
    assert said(server, tmp_path, "routes", "remove", "far") == "- route far\n"
    again = said(server, tmp_path, "routes", "import", "routes.toml")
    assert again.startswith("+ route far: ")
    # And the list of models, which this server tells from its routes, has it at once.
    listed = httpx.get(f"{server.url}/v1/models").json()
    assert [each["id"] for each in listed["data"]] == ["far"]
    assert httpx.get(f"{server.url}/v1/models/near").status_code == 404
    server.wait_recorded(2, "/v1/models%")
    rows = server.requests("/v1/models%")
    assert [(row["status"], row["operation"]) for row in rows] == [
        *((200, "models"), (404, "models"))
    ]
    assert model_list.NOTE in server.detail(rows[0]).notes
    said(server, tmp_path, "routes", "remove", "far")
    assert [path.name for path in tmp_path.iterdir()] == ["routes.toml"]
