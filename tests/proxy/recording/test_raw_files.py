"""Requests and answers as files: what stands in them, and how many there may be."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

import pytest

from observe.remote.raw_file import parsed, read
from proxy.recording.raw_files import RawFiles
from runs.keeping import raw_files
from runs.record import Side
from tests import make

ROOM = 10 * 1024 * 1024


def names(directory: Path) -> list[str]:
    return sorted(file.name for file in directory.iterdir())


def test_a_pair_can_be_read_back_and_holds_no_key(tmp_path: Path) -> None:
    record = make.record(path="/openai/v1/chat/completions", query="a=1")
    written = RawFiles(tmp_path / "raw", ROOM)
    written.write(record)
    written.write(record)  # a batch that is tried twice
    stem = f"2026-03-01_09-00-00.000_{record.uid.hex}"
    assert names(tmp_path / "raw") == [
        f"{stem}_{side}{ending}"
        for side in ("request", "response")
        for ending in (".bin", "_metadata.json")
    ]
    file = tmp_path / "raw" / f"{stem}_request.bin"
    data = file.read_bytes()
    assert data.startswith(
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: api.openai.com\r\n"
        b"x-proxy-path: /openai/v1/chat/completions?a=1\r\n"
    )
    assert b"authorization: Bearer masked sha256:" in data
    assert file.stat().st_mode & 0o77 == 0

    again = read(file)
    (asked,) = (body for body in record.bodies if body.side is Side.REQUEST)
    assert (again["method"], again["path"]) == ("POST", "/openai/v1/chat/completions")
    assert (again["query"], again["resend_of"]) == ("a=1", str(record.uid))
    assert b64decode(again["body_base64"]) == asked.source.read()

    answer = file.with_name(f"{stem}_response.bin").read_bytes()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert f"content-length: {len(body)}".encode() in head
    told = json.loads(file.with_name(f"{stem}_request_metadata.json").read_bytes())
    assert told["bytes_written"] == len(data)
    assert (told["completed"], told["metadata"]["target_url"]) == (
        True,
        "https://api.openai.com/v1/chat/completions",
    )


def test_the_oldest_go_where_there_is_no_room(tmp_path: Path) -> None:
    files = RawFiles(tmp_path, 60_000)
    records = [
        make.record(
            request=b"x" * 9_000, started_at=make.START + timedelta(seconds=number)
        )
        for number in range(12)
    ]
    for record in records:
        files.write(record)
    left = raw_files.found(tmp_path)
    assert sum(file.stat().st_size for file in left) <= 60_000
    assert {file.name[:19] for file in left} == {
        f"{record.started_at:%Y-%m-%d_%H-%M-%S}"
        for record in records[-len(left) // 4 :]
    } or len(left) >= 12
    assert f"{records[-1].uid.hex}_request.bin" in "".join(names(tmp_path))
    assert records[0].uid.hex not in "".join(names(tmp_path))


def test_what_a_prune_took_makes_room(tmp_path: Path) -> None:
    files = RawFiles(tmp_path, 50_000)
    for _ in range(3):
        files.write(make.record(request=b"x" * 9_000))
    for file in raw_files.found(tmp_path):
        file.unlink()
    kept = [make.record(request=b"x" * 9_000) for _ in range(3)]
    for record in kept:
        files.write(record)
    assert len(raw_files.found(tmp_path)) == 4 * len(kept)


def test_a_disk_that_takes_nothing_costs_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "raw").write_text("no directory")
    files = RawFiles(tmp_path / "raw", ROOM)
    for _ in range(3):
        files.write(make.record())
    assert len(caplog.records) == 1


def test_a_file_without_its_metadata_is_never_taken_for_done(tmp_path: Path) -> None:
    record, files = make.record(), RawFiles(tmp_path, ROOM)
    stem = f"2026-03-01_09-00-00.000_{record.uid.hex}_request"
    in_the_way = tmp_path / f".{stem}_metadata.json.tmp"
    in_the_way.mkdir()
    files.write(record)
    assert names(tmp_path) == [in_the_way.name]
    in_the_way.rmdir()
    files.write(record)
    assert len(names(tmp_path)) == 4
    # What a crash between the two leaves: the batch is tried again.
    (tmp_path / f"{stem}.bin").rename(tmp_path / f".{stem}.bin.tmp")
    RawFiles(tmp_path, ROOM).write(record)
    assert len(names(tmp_path)) == 4
    assert f"{stem}.bin" in names(tmp_path)


@pytest.mark.django_db
def test_a_prune_takes_them_along(tmp_path: Path) -> None:
    files = RawFiles(tmp_path, ROOM)
    old, new = make.record(), make.record(started_at=make.START + timedelta(days=2))
    for record in (old, new):
        files.write(record)
    (tmp_path / f".2026-02-01_00-00-00.000_{old.uid.hex}_request.bin.tmp").touch()
    before = make.START + timedelta(days=1)
    assert raw_files.prune(tmp_path, before, keep_runs=True) == 5
    assert new.uid.hex in "".join(names(tmp_path))
    assert old.uid.hex not in "".join(names(tmp_path))


def test_a_file_of_logging_proxy_is_understood() -> None:
    told = parsed(
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:1234\r\n"
        b"Transfer-Encoding: chunked\r\nX-Proxy-Path: /lmstudio/v1/chat/completions\r\n"
        b'\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n',
        "x.bin",
    )
    assert told["path"] == "/lmstudio/v1/chat/completions"
    assert b64decode(told["body_base64"]) == b'{"a":1}'
    assert "X-Proxy-Path" not in [each["name"] for each in told["headers"]]
