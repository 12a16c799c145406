"""`weir requests` against a real server: list, show, tail, and clear refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from observe.remote.client import step
from tests.observe.remote.weir_command import environment, sentence, weir, weir_json
from tests.rounds import least
from tests.server import WeirServer

NOWHERE = "http://127.0.0.1:1/v1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    with WeirServer(tmp_path_factory.mktemp("weir"), NOWHERE) as running:
        for text in ("first", "second"):
            ask(running, text)
        running.wait_recorded(2)
        yield running


def ask(server: WeirServer, text: str) -> None:
    body = {"model": "weir-demo-fast", "messages": [{"role": "user", "content": text}]}
    request = urllib.request.Request(
        f"{server.url}/v1/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


def test_list_shows_the_newest_first(server: WeirServer, tmp_path: Path) -> None:
    rows = weir_json(tmp_path, "requests", "list", WEIR_SERVER=server.url)
    assert [row["preview"] for row in rows][-2:] == ["second", "first"]
    oldest = ("requests", "list", "--order", "time-asc")
    turned = weir_json(tmp_path, *oldest, WEIR_SERVER=server.url)
    assert [row["id"] for row in turned] == [row["id"] for row in rows][::-1]
    table = weir(tmp_path, "requests", "list", "--server", server.url).stdout
    assert table.index("second") < table.index("first")
    assert "weir-demo-fast" in table
    assert rows[0]["id"][:18] in table


def test_list_is_narrowed_by_filters(server: WeirServer, tmp_path: Path) -> None:
    arguments = ("requests", "list", "--server", server.url, "--status", "5xx")
    assert weir_json(tmp_path, *arguments) == []
    none = weir(tmp_path, *arguments)
    assert (none.stdout, none.stderr) == ("", "No requests.\n")


def test_show_takes_the_start_of_an_id(server: WeirServer, tmp_path: Path) -> None:
    where = ("--server", server.url)
    newest = weir_json(tmp_path, "requests", "list", *where)[0]
    shown = weir(tmp_path, "requests", "show", newest["id"][:18], *where)
    assert newest["id"] in shown.stdout
    full = weir_json(tmp_path, "requests", "show", newest["id"], *where)
    assert full["sent_headers"] == full["request_headers"] or full["sent_headers"]


def test_show_prints_a_body_byte_for_byte(server: WeirServer, tmp_path: Path) -> None:
    where = ("--server", server.url)
    newest = weir_json(tmp_path, "requests", "list", *where)[0]
    ended = weir(
        tmp_path, "requests", "show", newest["id"], "--body", "request", *where
    )
    assert json.loads(ended.stdout)["messages"][0]["content"] == newest["preview"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "ffffffff"), "No request has an id that starts with 'ffffffff'."),
        (("show", "00000000-0000-0000-0000-000000000000"), "No request has the id"),
        (("list", "--status", "many"), "status must be a status"),
        (("list", "--after", "noon"), "after must be a time"),
    ],
)
def test_a_refusal_is_one_sentence(
    server: WeirServer, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = weir(tmp_path, "requests", *arguments, "--server", server.url)
    assert ended.returncode == 1
    assert said in sentence(ended)


def test_without_a_server_it_says_how_to_get_one(tmp_path: Path) -> None:
    ended = weir(tmp_path, "requests", "list", "--server", "127.0.0.1:1")
    assert ended.returncode == 1
    assert sentence(ended).startswith("weir: No Weir answers at http://127.0.0.1:1 ")
    assert "weir serve" in ended.stderr


def test_tail_prints_what_was_and_what_comes(
    server: WeirServer, tmp_path: Path
) -> None:
    tail = subprocess.Popen(
        [sys.executable, "-m", "observe", "requests", "tail", "--json", "--last", "1"],
        cwd=tmp_path,
        env=environment(WEIR_SERVER=server.url),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert tail.stdout is not None
        assert json.loads(tail.stdout.readline())["preview"] == "second"
        for text in ("third", "fourth"):
            ask(server, text)
            assert json.loads(tail.stdout.readline())["preview"] == text
    finally:
        tail.terminate()
        tail.communicate()


def test_it_answers_within_a_second_and_leaves_nothing_behind(
    server: WeirServer, tmp_path: Path
) -> None:
    def took() -> float:
        began = time.monotonic()
        weir(tmp_path, "requests", "list", WEIR_SERVER=server.url)
        return time.monotonic() - began

    def worked() -> float:
        """Processor time: what else runs on the machine does not count."""
        before = sum(os.times()[2:4])
        weir(tmp_path, "requests", "list", WEIR_SERVER=server.url)
        return sum(os.times()[2:4]) - before

    assert least(worked, 1) < 1
    assert least(took, 4) < 4  # it waits for nothing
    assert list(tmp_path.iterdir()) == []


def test_a_name_of_bytes_that_are_no_text_is_one_step_of_a_path() -> None:
    assert step("a/b") == "a%2Fb"
    assert step("\udced\udca0") == "%3F%3F"
