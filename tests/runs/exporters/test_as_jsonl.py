"""`runs/exporters/as_jsonl.py`: everything, and each line by itself."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.runs.exporters.exported import BINARY, EVENTS, ODD, export, records

pytestmark = pytest.mark.django_db


def lines(*, content: bool = True) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export("jsonl", content=content).splitlines()]


def test_a_line_a_request_with_its_bodies_as_text() -> None:
    given = records()
    found = lines()
    assert [each["id"] for each in found] == [str(each.uid) for each in given]
    assert found[0]["bodies"]["request"]["text"] == ODD
    assert found[0]["preview"] == '=1+1, "hm"\nnext 🌊'
    assert found[1]["bodies"]["response"]["text"] == EVENTS
    assert found[1]["bodies"]["response"]["content_encoding"] == "gzip"
    assert base64.b64decode(found[2]["bodies"]["request"]["base64"]) == BINARY
    assert found[0]["request_headers"][0] == ["host", "127.0.0.1:8080"]
    assert found[5]["bodies"] == {}


def test_a_cut_body_ends_with_its_last_whole_character() -> None:
    records()
    body = lines()[4]["bodies"]["request"]
    assert body["text"] == '{"text":"'
    assert (body["size_bytes"], body["kept_bytes"]) == (5000, 10)


def test_without_content_only_sizes_are_left() -> None:
    records()
    body = lines(content=False)[0]["bodies"]["request"]
    assert "text" not in body
    assert body["size_bytes"] == len(ODD.encode())
