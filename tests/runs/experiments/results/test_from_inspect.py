"""Logs of Inspect: every kind of value, and archives that are broken or bombs."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
import zstandard

from runs.experiments.results import BadFile, Result, Unusable, archive, results

Row = dict[str, Any]
SCORES = {
    "match": {"value": "C"},
    "wrong": {"value": "I"},
    "silent": {"value": "N"},
    "half": {"value": "P"},
    "said": {"value": "Yes"},
    "bool": {"value": False},
    "number": {"value": "0.25"},
    "plain": 0.5,
}
READ = {
    "match": (1.0, True),
    "wrong": (0.0, False),
    "silent": (0.0, False),
    "half": (0.5, None),
    "said": (1.0, True),
    "bool": (0.0, False),
    "number": (0.25, None),
    "plain": (0.5, None),
}
SAMPLE: Row = {"id": "plan", "epoch": 1, "scores": SCORES}
BAD: Row = {"id": 2, "epoch": "x", "scores": {"list": {"value": [1]}, "no": None}}
FAILED: Row = {"id": "fix", "epoch": 1, "scores": {}, "error": {"message": "boom"}}
UNSCORED: Row = {"id": "fix", "epoch": 2}


def told(path: Path) -> tuple[list[Result], list[Unusable]]:
    found = list(results(path))
    good = [each for each in found if isinstance(each, Result)]
    return good, [each for each in found if isinstance(each, Unusable)]


def packed(folder: Path, members: Row, name: str = "log.eval") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for place, value in members.items():
            data = value if isinstance(value, bytes) else json.dumps(value)
            file.writestr(place, data)
    return path


def test_the_older_json_and_an_archive_say_the_same(tmp_path: Path) -> None:
    samples = [SAMPLE, BAD, FAILED, UNSCORED]
    log = {"version": 2, "eval": {"metadata": {}}, "samples": samples}
    plain = tmp_path / "log.json"
    plain.write_text(json.dumps(log))
    members = {f"samples/{at}.json": each for at, each in enumerate(samples)}
    zipped = packed(tmp_path, {"header.json": log, **members}, "LOG.EVAL")
    for path in (plain, zipped):
        good, bad = told(path)
        assert {each.name: (each.value, each.passed) for each in good} == READ
        assert {(each.task, each.repeat) for each in good} == {("plan", 1)}
        assert [each.reason for each in bad] == [
            "list is no number and no verdict.",
            "no is no number and no verdict.",
            "It ended in an error.",
            "It has no score.",
        ]


def test_a_log_without_samples_has_no_scores(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text('{"version": 2, "eval": {}, "samples": "none"}')
    assert told(path) == ([], [])
    assert told(packed(tmp_path, {"samples/a.json": [1], "other.json": {}}))[0] == []


def test_more_samples_than_anybody_scores_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runs.experiments.results import from_inspect

    monkeypatch.setattr(from_inspect, "SAMPLES", 1)
    members = {f"samples/{at}.json": SAMPLE for at in range(3)}
    good, [bad] = told(packed(tmp_path, members))
    assert len(good) == len(READ)
    assert bad.reason == "It has more than 1 samples."


def test_an_archive_that_unpacks_to_too_much_is_read_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "SMALL", 400_000)
    blown = {"samples/b.json": b"0" * 300_000, "samples/c.json": b"1" * 300_000}
    members = {"samples/a.json": SAMPLE, **blown, "samples/d.json": SAMPLE}
    good, bad = told(packed(tmp_path, members))
    assert len(good) == len(READ)
    assert bad[-1].reason == "It unpacks to too much: the rest is not read."
    # What is large because much is in it is read.
    monkeypatch.setattr(archive, "DENSEST", 1_000)
    assert len(told(tmp_path / "log.eval")[0]) == 2 * len(READ)


def zstandard_zip(data: bytes, name: bytes = b"samples/a.json") -> bytes:
    """As Inspect writes it, with a method that `zipfile` may not know."""
    sizes = struct.pack("<3I", 0, len(data), 10)
    local = b"PK\x03\x04" + struct.pack("<5H", 20, 0, archive.ZSTD, 0, 0) + sizes
    local += struct.pack("<2H", len(name), 0) + name + data
    listed = b"PK\x01\x02" + struct.pack("<6H", 20, 20, 0, archive.ZSTD, 0, 0) + sizes
    listed += struct.pack("<5H2I", len(name), 0, 0, 0, 0, 0, 0) + name
    ends = struct.pack("<4H2IH", 0, 0, 1, 1, len(listed), len(local), 0)
    return local + listed + b"PK\x05\x06" + ends


def test_members_of_zstandard_are_bounded_as_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.eval"
    pack = zstandard.ZstdCompressor().compress
    path.write_bytes(zstandard_zip(pack(json.dumps(SAMPLE).encode())))
    assert len(told(path)[0]) == len(READ)
    monkeypatch.setattr(archive, "SMALL", 400_000)
    path.write_bytes(zstandard_zip(pack(b"0" * 9_000_000)))
    good, [bad] = told(path)
    assert (good, bad.reason[:23]) == ([], "It unpacks to too much:")
    path.write_bytes(zstandard_zip(b"no frame"))
    assert "samples/a.json is damaged" in told(path)[1][0].reason


def broken(whole: bytes) -> dict[str, bytes]:
    name = whole.rindex(b"samples/a.json")
    flags = whole.rindex(b"PK\x01\x02") + 8
    return {
        "half": whole[:-30],
        "a name that is no text": whole[:flags]
        + b"\0\x08"
        + whole[flags + 2 : name]
        + b"\xff\xfe"
        + whole[name + 2 :],
        "of a later version": whole.replace(
            b"PK\x01\x02\x14\x03\x14\0", b"PK\x01\x02\x14\x03\xff\0"
        ),
    }


@pytest.mark.parametrize(
    "how", ["half", "a name that is no text", "of a later version"]
)
def test_an_archive_that_is_broken_is_told_in_a_sentence(
    how: str, tmp_path: Path
) -> None:
    whole = packed(tmp_path, {"samples/a.json": SAMPLE}).read_bytes()
    (tmp_path / "log.eval").write_bytes(broken(whole)[how])
    with pytest.raises(
        BadFile, match=r"log\.eval is no archive of Inspect's: it .*\.$"
    ):
        list(results(tmp_path / "log.eval"))


def test_a_header_that_is_damaged_is_told_once(tmp_path: Path) -> None:
    path = packed(tmp_path, {"header.json": b"{", "samples/a.json": SAMPLE})
    with pytest.raises(BadFile) as error:
        list(results(path))
    assert "header.json is no JSON" in str(error.value)
    assert not str(error.value).endswith("..")


def test_bytes_at_random_never_end_in_a_traceback(tmp_path: Path) -> None:
    from random import Random

    chance = Random(11)
    members = {"header.json": {"eval": {}}, "samples/a.json": SAMPLE}
    whole = packed(tmp_path, members).read_bytes()
    path = tmp_path / "log.eval"
    told = set()
    for _ in range(100):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        data[:4] = b"PK\x03\x04"
        path.write_bytes(data)
        try:
            list(results(path))
        except BadFile as error:
            told.add(str(error))
    assert told
    assert all(each.endswith(".") for each in told)


def test_a_sample_of_damaged_lzma_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as file:
        for number in (1, 2):
            file.writestr(f"samples/{number}.json", json.dumps(SAMPLE))
    data = bytearray(path.read_bytes())
    data[data.index(b"1.json") + 20] ^= 0xFF
    path.write_bytes(data)
    good, bad = told(path)
    assert len(good) == len(SCORES)
    [one] = bad
    assert one.reason == "samples/1.json is damaged: Corrupt input data."
