"""`runs/exporters/as_har.py`, held to the HAR 1.2 schema and opened by a reader.

`har_schema.json` is the published set of JSON schemas (har-schema 2.0.0, ISC licence,
© 2015 Ahmad Nassri), its files joined.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.runs.exporters.exported import BINARY, EVENTS, ODD, export, records

pytestmark = pytest.mark.django_db

SCHEMAS = json.loads((Path(__file__).parent / "har_schema.json").read_text())


def archive(*, content: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export("har", content=content))
    return found


def problems(har: object) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    draft = referencing.jsonschema.DRAFT6
    registry = referencing.Registry().with_resources(
        (name, draft.create_resource(schema)) for name, schema in SCHEMAS.items()
    )
    validator = jsonschema.Draft6Validator(
        SCHEMAS["har.json"],
        registry=registry,
        format_checker=jsonschema.Draft6Validator.FORMAT_CHECKER,
    )
    return [
        f"{error.json_path}: {error.message}" for error in validator.iter_errors(har)
    ]


@pytest.mark.parametrize("content", [True, False])
def test_it_follows_the_schema(content: bool) -> None:
    records()
    assert problems(archive(content=content)) == []


def test_the_schema_can_fail() -> None:
    records()
    har = archive()
    del har["log"]["entries"][0]["response"]["content"]["mimeType"]
    assert problems(har)


def test_an_archive_of_nothing_is_one_too() -> None:
    assert archive()["log"]["entries"] == []
    assert problems(archive()) == []


def test_a_reader_opens_it() -> None:
    haralyzer = pytest.importorskip("haralyzer")
    given = records()
    found = haralyzer.HarParser(archive()).har_data["entries"]
    entries = [haralyzer.HarEntry(entry) for entry in found]
    assert len(entries) == len(given)
    assert entries[0].request.method == "POST"
    assert entries[0].request.host == "127.0.0.1:8080"
    assert entries[0].response.status == 200
    assert entries[1].response.text == EVENTS
    assert entries[0].time == 812.5


def test_texts_are_text_and_the_rest_is_base64() -> None:
    records()
    entries = archive()["log"]["entries"]
    assert entries[0]["request"]["postData"]["text"] == ODD
    assert entries[0]["request"]["url"].endswith("/v1/chat/completions?a=1&b=%20x")
    assert entries[0]["request"]["queryString"][1] == {"name": "b", "value": " x"}
    assert entries[1]["response"]["content"]["size"] == len(EVENTS.encode())
    binary = entries[2]["request"]["postData"]
    assert base64.b64decode(binary["text"]) == BINARY
    assert binary["_encoding"] == "base64"


def test_a_request_without_an_answer_has_status_0_and_says_why() -> None:
    records()
    response = archive()["log"]["entries"][3]["response"]
    assert (response["status"], response["_error"]) == (0, "-no route")


def test_times_add_up() -> None:
    records()
    for entry in archive()["log"]["entries"]:
        assert entry["time"] == pytest.approx(sum(entry["timings"].values()))


def test_bodies_can_be_left_out() -> None:
    records()
    entry = archive(content=False)["log"]["entries"][0]
    assert "postData" not in entry["request"]
    assert "text" not in entry["response"]["content"]
