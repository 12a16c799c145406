"""The host's id is made once, and looking makes none."""

from __future__ import annotations

from pathlib import Path

import pytest

from observe import host_id
from observe.env import BadSetting


def test_each_data_directory_has_its_own(tmp_path: Path) -> None:
    one, two = (tmp_path / name for name in ("one", "two"))
    assert host_id.read_or_make(one) == host_id.read_or_make(one) == host_id.read(one)
    assert host_id.read_or_make(two) != host_id.read(one)
    assert (one / "host-id").stat().st_mode & 0o777 == 0o600


def test_looking_makes_none(tmp_path: Path) -> None:
    assert host_id.read(tmp_path / "new") == ""
    assert not (tmp_path / "new").exists()


def test_one_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "host-id").mkdir()
    for look in (host_id.read, host_id.read_or_make):
        with pytest.raises(BadSetting, match=r"host id .* can't be used"):
            look(tmp_path)
