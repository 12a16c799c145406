"""A folder of raw messages whose metadata are missing, odd or broken off."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runs.importers import Imported, Unread, http_files, importer, opened, read
from runs.record import Outcome
from tests.runs.importers.rows import MESSAGE

ASKED, ANSWERED = MESSAGE["request"], MESSAGE["response"]
WHEN = "2026-01-07_00-00-00.000"
CHOSEN = importer("logging-proxy")


def of_folder(folder: Path) -> Imported | Unread:
    assert CHOSEN
    [one] = read(opened(str(folder), CHOSEN), CHOSEN)
    assert isinstance(one, Imported | Unread)
    return one


def put(folder: Path, stamp: str, asked: str, answered: str | None) -> None:
    (folder / f"{stamp}_092d0424_request.bin").write_text(asked, newline="")
    if answered is not None:
        name = f"{stamp}_092d0424_response.bin"
        (folder / name).write_text(answered, newline="")


@pytest.mark.parametrize(
    ("answered", "end", "status", "outcome"),
    [
        (ANSWERED, {"completed": False}, 200, Outcome.INTERRUPTED),
        ("HTTP/1.1 429 Too Many Requests\r\n\r\n{}", None, 429, Outcome.COMPLETED),
        ("HTTP/1.1 ²00 OK\r\n\r\n{}", None, None, Outcome.UPSTREAM_ERROR),
        (f"HTTP/1.1 {'9' * 5000} OK\r\n\r\n", None, None, Outcome.UPSTREAM_ERROR),
        (
            "\x16\x03 no HTTP",
            {"metadata": {"response_status_code": 200}},
            200,
            Outcome.COMPLETED,
        ),
        (None, {"error": "unexpected EOF"}, None, Outcome.UPSTREAM_ERROR),
    ],
)
def test_the_status_is_the_answers_own_or_none(
    answered: str | None,
    end: dict[str, Any] | None,
    status: int | None,
    outcome: Outcome,
    tmp_path: Path,
) -> None:
    put(tmp_path, WHEN, ASKED, answered)
    if end is not None:
        name = f"{WHEN}_092d0424_response_metadata.json"
        (tmp_path / name).write_text(json.dumps(end))
    one = of_folder(tmp_path)
    assert isinstance(one, Imported)
    assert (one.status, one.outcome) == (status, outcome)
    assert (one.method, one.url) == ("POST", "/v1/chat/completions")
    assert one.request_type == "application/json"


@pytest.mark.parametrize(
    ("stamp", "asked", "why"),
    [
        ("2026-13-45_00-00-00.000", ASKED, "Neither its name nor its metadata tells"),
        ("note", ASKED, "Neither its name nor its metadata tells"),
        (WHEN, "\x16\x03\x01 \x00 no HTTP", "It begins with no line of HTTP."),
        (WHEN, "", "It begins with no line of HTTP."),
    ],
)
def test_what_is_no_message_of_a_time_is_told(
    stamp: str, asked: str, why: str, tmp_path: Path
) -> None:
    put(tmp_path, stamp, asked, ANSWERED)
    one = of_folder(tmp_path)
    assert isinstance(one, Unread)
    assert one.reason.startswith(why)


def no_text(data: bytearray) -> None:
    """Its directory says that names are UTF-8, and the first is none."""
    listed = data.index(b"PK\x01\x02")
    data[listed + 9] = 8
    data[listed + 46] = 0xFF


def below_zero(data: bytearray) -> None:
    """Its directory says that it begins further behind than it does."""
    at = data.rindex(b"PK\x05\x06") + 16
    data[at : at + 4] = struct.pack(
        "<I", int.from_bytes(data[at : at + 4], "little") + 99
    )


@pytest.mark.parametrize("spoil", [no_text, below_zero])
def test_an_archive_whose_directory_lies_is_told_in_a_sentence(
    spoil: Callable[[bytearray], None], tmp_path: Path
) -> None:
    assert CHOSEN
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{WHEN}_092d0424_request.bin", ASKED)
        archive.writestr(f"{WHEN}_092d0424_response.bin", ANSWERED)
    assert len(list(read(opened(str(path), CHOSEN), CHOSEN))) == 1
    data = bytearray(path.read_bytes())
    spoil(data)
    path.write_bytes(data)
    [one] = read(opened(str(path), CHOSEN), CHOSEN)
    assert isinstance(one, Unread)
    assert one.reason.startswith("It is damaged: ")


def test_damaged_lzma_costs_the_exchange_alone(tmp_path: Path) -> None:
    assert CHOSEN
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for number in (1, 2):
            name = f"2026-01-07_00-00-0{number}.000_092d042{number}_request.bin"
            archive.writestr(name, ASKED)
    data = bytearray(path.read_bytes())
    data[data.index(b"request.bin") + 25] ^= 0xFF
    path.write_bytes(data)
    bad, good = read(opened(str(path), CHOSEN), CHOSEN)
    assert isinstance(bad, Unread)
    assert bad.reason == "It is damaged: Corrupt input data"
    assert isinstance(good, Imported)


def test_the_messages_of_an_exchange_are_bounded_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CHOSEN
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{WHEN}_092d0424_request.bin", ASKED)
        archive.writestr(f"{WHEN}_092d0424_response.bin", ANSWERED)
    both = len(ASKED) + len(ANSWERED)
    monkeypatch.setattr(http_files, "MOST", both)
    assert isinstance(next(read(opened(str(path), CHOSEN), CHOSEN)), Imported)
    monkeypatch.setattr(http_files, "MOST", both - 1)
    one = next(read(opened(str(path), CHOSEN), CHOSEN))
    assert isinstance(one, Unread)
    assert "longer than" in one.reason
