"""What is answered while the database can't be used."""

from __future__ import annotations

import json
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.http import Http404, HttpRequest
from django.test import Client

from observe.pages.errors import not_found
from tests.server import WeirServer

OPENED = {"host": "127.0.0.1", "accept": "text/html", "sec-fetch-mode": "navigate"}


@pytest.mark.django_db
def test_an_error_of_the_api_is_a_page_in_a_tab_and_json_for_programs() -> None:
    address = "/api/requests/export?format=csv&status=odd"
    shown = Client(headers=OPENED).get(address)
    assert (shown.status_code, shown["content-type"][:9]) == (422, "text/html")
    assert "must be a status such as 404" in shown.content.decode()
    for headers in ({"host": "127.0.0.1"}, OPENED | {"sec-fetch-mode": "cors"}):
        told = Client(headers=headers).get(address)
        assert told.json()["error"]["code"] == "INVALID_VALUE"


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


def test_an_address_with_two_slashes_is_told_as_that() -> None:
    request = HttpRequest()
    request.path = "//v1/chat/completions"
    told = json.loads(not_found(request, Http404({"tried": []})).content)["error"]
    assert told["code"] == "NOT_FOUND"
    assert "begins with two slashes" in told["message"]
