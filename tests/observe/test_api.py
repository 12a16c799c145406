"""The API as a whole: joined, described, and wrong in one shape."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from ninja import Schema

from observe.api import api, benchmark

pytestmark = pytest.mark.django_db


@pytest.fixture
def http() -> Client:
    return Client(headers={"host": "127.0.0.1:8080"}, raise_request_exception=False)


def test_every_room_has_its_operations(http: Client) -> None:
    paths = http.get("/api/openapi.json").json()["paths"]
    for path in (
        "/api/requests",
        "/api/requests/{uid}",
        "/api/requests/{uid}/request",
        "/api/requests/{uid}/response",
        "/api/models",
        "/api/models/lookup",
        "/api/providers",
        "/api/routes",
        "/api/prices",
    ):
        assert path in paths


def test_every_operation_says_what_it_is_for(http: Client) -> None:
    paths = http.get("/api/openapi.json").json()["paths"]
    silent = [
        f"{method} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if not operation.get("summary")
    ]
    assert silent == []


def _shapes(above: type[Schema]) -> set[type[Schema]]:
    below = set(above.__subclasses__())
    return below.union(*map(_shapes, below))


def test_no_two_shapes_have_one_name() -> None:
    # The document has one of each name: the other's operations would be told wrong.
    assert api.get_openapi_schema()
    assert benchmark.get_openapi_schema()
    rooms = ("observe", "runs", "proxy", "pricing")
    places: dict[str, set[str]] = {}
    for shape in _shapes(Schema):
        if shape.__module__.startswith(rooms):
            places.setdefault(shape.__name__, set()).add(shape.__module__)
    assert [(name, at) for name, at in places.items() if len(at) > 1] == []


def test_the_docs_need_no_other_host(http: Client) -> None:
    page = http.get("/api/docs").content.decode()
    assert "/static/ninja/" in page
    assert "https://" not in page


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/requests/nothing", 404, "NOT_FOUND"),
        ("/api/requests?status=teapot", 422, "INVALID_VALUE"),
        ("/api/requests?limit=0", 422, "INVALID_VALUE"),
        (f"/api/requests?{'&'.join('q=a' for _ in range(3000))}", 400, "BAD_REQUEST"),
        ("/api/requests?cursor=x", 422, "INVALID_VALUE"),
        ("/api/models/lookup", 422, "INVALID_VALUE"),
        ("/api/no-such-thing", 404, "NOT_FOUND"),
    ],
)
def test_errors_have_one_shape(http: Client, path: str, status: int, code: str) -> None:
    answer = http.get(path)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"].endswith((".", "”"))


def operations(http: Client) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for document in ("/api/openapi.json", "/benchmark/openapi.json")
        for path, found in http.get(document).json()["paths"].items()
        for method, operation in found.items()
    ]


def test_every_operation_says_how_it_may_fail(http: Client) -> None:
    shape = {"$ref": "#/components/schemas/ErrorAnswer"}
    for name, operation in operations(http):
        answers = operation["responses"]
        assert {"401", "403"} <= set(answers), name
        assert any(int(status) < 300 for status in answers), name
        for status, answer in answers.items():
            assert answer["description"], name
            if int(status) >= 400:
                assert answer["content"]["application/json"]["schema"] == shape, name


def test_every_parameter_of_a_path_can_be_missing_its_thing(http: Client) -> None:
    for name, operation in operations(http):
        if "{" in name:
            assert "404" in operation["responses"], name


def test_operation_ids_are_unique(http: Client) -> None:
    ids = [operation["operationId"] for _, operation in operations(http)]
    assert len(ids) == len(set(ids))
