"""Errors are pages for people and JSON for programs."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from observe import urls

pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


handler404 = urls.handler404
handler500 = urls.handler500
urlpatterns = [path("broken", broken), path("api/broken", broken), *urls.urlpatterns]


def client(accept: str) -> Client:
    headers = {"host": "127.0.0.1", "accept": accept}
    return Client(raise_request_exception=False, headers=headers)


def test_browsers_get_a_page_that_says_what_is_missing() -> None:
    answer = client("text/html").get("/nothing")
    assert answer.status_code == 404
    assert "There is no such page." in answer.content.decode()
    assert "Content-Security-Policy" in answer


@pytest.mark.parametrize("url", ["/nothing", "/api/nothing"])
def test_programs_get_json(url: str) -> None:
    answer = client("*/*").get(url)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"


@pytest.mark.urls("tests.observe.pages.test_errors")
def test_a_mistake_of_ours_tells_no_details() -> None:
    page = client("text/html").get("/broken")
    assert page.status_code == 500
    assert "Weir made a mistake" in page.content.decode()
    assert "secret detail" not in page.content.decode()
    assert client("*/*").get("/api/broken").json()["error"]["code"] == "INTERNAL_ERROR"
