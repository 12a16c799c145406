"""`runs/exporters/zip_stream.py`, read back by the standard library and `unzip`."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runs.exporters.zip_stream import ZipStream

AT = datetime(2026, 3, 1, 9, 0, 2, tzinfo=UTC)


def archive(members: dict[str, list[bytes]]) -> bytes:
    stream = ZipStream()
    pieces = [p for name, data in members.items() for p in stream.add(name, AT, data)]
    return b"".join([*pieces, *stream.close()])


def test_members_come_back() -> None:
    given = {"a.txt": [b"one ", b"two"], "größe/🌊": [b"\0" * 500_000], "empty": []}
    with zipfile.ZipFile(io.BytesIO(archive(given))) as found:
        assert found.testzip() is None
        assert {n: found.read(n) for n in found.namelist()} == {
            name: b"".join(data) for name, data in given.items()
        }
        assert found.getinfo("a.txt").date_time == (2026, 3, 1, 9, 0, 2)


def test_an_archive_of_nothing_is_one_too() -> None:
    with zipfile.ZipFile(io.BytesIO(archive({}))) as found:
        assert found.namelist() == []


def test_more_members_than_the_old_format_counts() -> None:
    given = {f"{number}": [b"x"] for number in range(66_000)}
    with zipfile.ZipFile(io.BytesIO(archive(given))) as found:
        assert len(found.namelist()) == 66_000
        assert found.read("65999") == b"x"


@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not installed")
def test_unzip_finds_nothing_wrong(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(archive({"a": [b"some text " * 1000], "b": []}))
    done = subprocess.run(["unzip", "-t", file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
