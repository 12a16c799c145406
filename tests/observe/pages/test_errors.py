"""What is answered while the database can't be used."""

from __future__ import annotations

import json
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.server import WeirServer


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/runs"), ("GET", "/admin/")]
)
def test_a_locked_database_is_no_mistake_of_weirs(
    tmp_path: Path, method: str, path: str
) -> None:
    with WeirServer(tmp_path, "http://127.0.0.1:9/v1") as weir:
        lock = sqlite3.connect(weir.database, timeout=30)
        lock.execute("BEGIN IMMEDIATE")  # what any long writer does
        asked = urllib.request.Request(
            weir.url + path,
            data=b'{"name": "x"}' if method == "POST" else None,
            headers={"content-type": "application/json"},
            method=method,
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked, timeout=30)
        lock.close()
        with refused.value as answer:
            assert answer.status == 503
            code = json.load(answer)["error"]["code"]
    assert code == "DATABASE_UNAVAILABLE"
