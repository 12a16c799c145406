"""The secret key is made once, and whatever a failed start left is made good."""

from __future__ import annotations

from pathlib import Path

import pytest

from observe.env import BadSetting
from observe.secret_key import read_or_make


def test_it_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    assert read_or_make(path) == read_or_make(path) == path.read_text()


@pytest.mark.parametrize("left", ["", "\n", "\0" * 64])
def test_an_empty_file_gets_a_key(tmp_path: Path, left: str) -> None:
    path = tmp_path / "secret-key"
    path.write_text(left)
    key = read_or_make(path)
    assert len(key) >= 50
    assert read_or_make(path) == path.read_text() == key


def test_a_key_of_an_older_version_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    path.write_text("theirs\n")
    assert read_or_make(path) == "theirs"


def test_a_directory_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"secret key .* can't be used") as told:
        read_or_make(tmp_path)
    assert "WEIR_DATA_DIR" in told.value.hint


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    path.write_bytes(b"\xcd\xff\x80")
    with pytest.raises(BadSetting, match="isn't text") as told:
        read_or_make(path)
    assert "Remove it" in told.value.hint
