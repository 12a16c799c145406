"""No verb ends in a traceback: nothing prepared, nothing writable, nobody there.

Every verb is tried with its own example, so that a new one is, too.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from observe.cli.failures import explain
from observe.cli.verbs import VERBS, Needs, Verb
from observe.problem import BAD_USAGE, FAILED, RUN_FAILED
from tests import answers as a
from tests.observe.cli.test_verbs import words_of
from tests.observe.remote.weir_command import sentence, weir
from tests.runs.importers import rows
from tests.upstream import Upstream, send

pytestmark = pytest.mark.server
NOBODY = "http://127.0.0.1:1"
IMPOSSIBLE = "/proc/x"
SERVES = "serve"
"""Works in an empty directory until it is stopped: tests/server.py does that."""
LOOKS = "doctor"
"""Tells of it among what else it finds."""
SAFE = {
    "run": ["run", "--", "true"],
    "demo": ["demo", "--rate", "1"],
    "experiments": ["experiments", "validate"],
}
"""Instead of an example that starts or writes something, or names what isn't here."""
WORKS = {"completion": (0,), "doctor": (0, 1), "prepare": (0,)}
"""What has something to do in an empty directory, without a server."""

every_verb = pytest.mark.parametrize(
    "verb", VERBS.values(), ids=lambda verb: str(verb.name)
)


@every_verb
def test_in_an_empty_directory(verb: Verb, tmp_path: Path) -> None:
    if verb.name == SERVES:
        pytest.skip("it serves")
    words = SAFE.get(verb.name) or words_of(verb.examples[0])
    ended = weir(tmp_path, *words, WEIR_SERVER=NOBODY)
    assert "Traceback" not in ended.stderr
    assert ended.returncode in WORKS.get(verb.name, (verb.failed,))
    if verb.name not in WORKS:
        assert ended.stdout == ""
        assert sentence(ended).endswith(".")
        assert "\nhint: " in ended.stderr


@pytest.mark.parametrize(
    "verb",
    [verb for verb in VERBS.values() if verb.needs is not Needs.NOTHING]
    + [VERBS[SERVES]],
    ids=lambda verb: str(verb.name),
)
def test_with_a_data_directory_that_cannot_be(verb: Verb, tmp_path: Path) -> None:
    words = words_of(verb.examples[0])
    ended = weir(tmp_path, *words, WEIR_DATA_DIR=IMPOSSIBLE)
    assert "Traceback" not in ended.stderr + ended.stdout
    if verb.name == LOOKS:
        assert ended.returncode == FAILED
        assert IMPOSSIBLE in ended.stdout
        return
    assert ended.returncode == BAD_USAGE
    tells_of_the_impossible(ended.stderr)


def tells_of_the_impossible(said: str) -> None:
    """At the end, in a sentence and a hint."""
    *_, told, hint = said.splitlines()
    assert told.startswith("weir: ")
    assert f"The data directory {IMPOSSIBLE} can't be used" in told
    assert hint.startswith("hint: ")
    assert "WEIR_DATA_DIR" in hint


def test_a_run_whose_own_server_cannot_keep_anything(tmp_path: Path) -> None:
    nobody = {"WEIR_PORT": "1", "WEIR_DATA_DIR": IMPOSSIBLE}
    ended = weir(tmp_path, "run", "--", "true", **nobody)
    assert ended.returncode == RUN_FAILED
    assert "Traceback" not in ended.stderr
    tells_of_the_impossible(ended.stderr)


def database(data_dir: Path, content: bytes) -> dict[str, str]:
    data_dir.mkdir()
    (data_dir / "weir.sqlite3").write_bytes(content)
    return {"WEIR_DATA_DIR": str(data_dir)}


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    env = database(tmp_path / "data", b"not a database, but long enough" * 40)
    ended = weir(tmp_path, "token", "list", **env)
    assert ended.returncode == FAILED
    assert "can't be used: file is not a database" in sentence(ended)
    assert "`weir doctor`" in ended.stderr
    debugged = weir(tmp_path, "token", "list", **env, WEIR_DEBUG="1")
    assert "Traceback" in debugged.stderr
    assert debugged.stderr.endswith(ended.stderr)


def test_a_database_without_our_tables(tmp_path: Path) -> None:
    env = database(tmp_path / "data", b"")
    with sqlite3.connect(tmp_path / "data" / "weir.sqlite3") as other:
        other.execute("CREATE TABLE theirs (x)")
    ended = weir(tmp_path, "providers", "list", **env)
    assert "not of this version of Weir (no such table" in sentence(ended)
    assert "`weir prepare`" in ended.stderr
    spend = tmp_path / "spend.jsonl"
    spend.write_text(rows.lines(rows.LITELLM))
    ended = weir(tmp_path, "import", str(spend), **env)
    assert "can't be written now: no such table" in sentence(ended)
    assert "hint: `weir prepare`" in ended.stderr


def test_a_server_that_answers_json_and_is_not_weir(tmp_path: Path) -> None:
    with Upstream() as other:
        for told in ([], {"items": "none"}, [1], "up", None):
            other.on("/*", send(a.as_json(told)))
            other.on("/api/*", send(a.as_json(told)))
            ended = weir(tmp_path, "runs", "list", "--server", other.url)
            assert sentence(ended) == f"weir: {other.url} answers, but it isn't Weir."
            assert "\nhint: " in ended.stderr
            assert (ended.returncode, ended.stdout) == (FAILED, "")


def test_nothing_is_made_where_nothing_is_asked_for(tmp_path: Path) -> None:
    weir(tmp_path, "routes", "list")
    assert not list(tmp_path.rglob("*.sqlite3"))


def test_a_surprise_says_its_kind_and_how_to_learn_more() -> None:
    told = explain(RuntimeError("what now"))
    assert told.sentence.endswith("RuntimeError: what now")
    assert "WEIR_DEBUG=1" in told.hint


def test_a_file_that_may_not_be_read_is_named() -> None:
    told = explain(PermissionError(13, "Permission denied", "/root/x"))
    assert told.sentence == "/root/x: Permission denied."
