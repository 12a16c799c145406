"""The data directory: named by settings, made by a start, and for its owner alone."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from observe import data_directory
from observe.env import BadSetting
from tests.observe.remote.weir_command import environment, weir
from tests.own_home import ROOT
from tests.server import WeirServer

NOWHERE = "http://127.0.0.1:1/v1"
IMPOSSIBLE = "/proc/weir"


def modes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder.parent)): oct(stat.S_IMODE(path.stat().st_mode))
        for path in (folder, *folder.rglob("*"))
    }


def prepared(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "observe", "prepare"],
        cwd=ROOT,
        env=environment(WEIR_DATA_DIR=str(folder)),
        stderr=subprocess.PIPE,
        text=True,
    )


# What each verb says of an impossible one: tests/observe/cli/test_failures.py.
LOOKING = [["manage", "check"], ["doctor"]]


@pytest.mark.parametrize("verb", LOOKING, ids=lambda verb: str(verb[0]))
def test_what_looks_at_the_settings_tells_of_it(
    tmp_path: Path, verb: list[str]
) -> None:
    ended = weir(tmp_path, *verb, WEIR_DATA_DIR=IMPOSSIBLE)
    assert ended.returncode == 1
    assert "observe.E002" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("verb", LOOKING, ids=lambda verb: str(verb[0]))
def test_looking_leaves_nothing_behind(tmp_path: Path, verb: list[str]) -> None:
    ended = weir(tmp_path, *verb)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(BadSetting, match="is not a directory"):
        data_directory.make(file / "below")


def test_what_a_server_keeps_is_for_its_owner(tmp_path: Path) -> None:
    """In a directory of an earlier version, too, which was open to all."""
    folder = tmp_path / "old"
    (folder / "journal").mkdir(parents=True)
    for name in ("secret-key", "weir.sqlite3", "journal/1.wj", "notes.txt"):
        (folder / name).touch(mode=0o644)
    assert len(list(data_directory.readable_by_others(folder))) == 5
    with WeirServer(tmp_path / "log", NOWHERE, "--data-dir", str(folder)):
        found = modes(folder)
    assert list(data_directory.readable_by_others(folder)) == []
    assert found["old"] == found["old/journal"] == "0o700"
    for name in ("weir.sqlite3", "weir.sqlite3-wal", "weir.sqlite3-shm", "secret-key"):
        assert found[f"old/{name}"] == "0o600"
    assert found["old/notes.txt"] == "0o644"


def test_a_directory_that_many_share_stays_open(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    data_directory.make_private(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


def test_of_three_first_starts_at_once_none_fails(tmp_path: Path) -> None:
    """Empty, the key file is what a full disk left of an earlier start."""
    folder = tmp_path / "new"
    folder.mkdir(mode=0o700)
    (folder / "secret-key").touch(mode=0o600)
    started = [prepared(folder) for _ in range(3)]
    said = [each.communicate(timeout=90)[1] for each in started]
    assert [each.returncode for each in started] == [0, 0, 0], said
    assert list(data_directory.readable_by_others(folder)) == []


SAY_KEY = (
    "from observe import settings;"
    "import sys; sys.stdin.readline(); print(settings.SECRET_KEY)"
)


def test_processes_that_start_at_once_agree_on_a_key(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SAY_KEY],
            cwd=ROOT,
            env=environment(WEIR_DATA_DIR=str(folder)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    assert not folder.exists()
    keys = {each.communicate("go\n", timeout=60)[0].strip() for each in started}
    assert keys == {folder.joinpath("secret-key").read_text()}
    assert re.fullmatch(r"\S{50,}", keys.pop())
    assert modes(folder) == {"new": "0o700", "new/secret-key": "0o600"}
