"""No operation of the API fails on odd values; each refuses or takes them.

A small, fixed cousin of the schemathesis run in docs/api.md: it needs nothing
installed, and covers operations the day they are joined.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from observe.api import api, benchmark
from observe.openapi import DocumentedAPI
from runs import lifecycle, store
from tests import make

pytestmark = pytest.mark.django_db

TEXTS = (
    *("", " ", "0", "-1", "1", "null", "true", "ci", "\0", "%", "'", "[", "../x"),
    *("\u202e😀", "a" * 300, "9223372036854775808", "9" * 40, "1e999", "NaN"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    *("older-1", "newer-9999999999999999999"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, 1.5, "", "ci", "\0", "\ud83d", "😀", "a" * 30_000),
    *([], [None], ["\0"], {}, {"": None}, {"a": {"b": []}}),
)
BODIES = (
    b"",
    b"\0",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"{}",
    b'{"name": NaN}',
    b"\xff\xfe",
)
LEFT_OUT = {"/api/providers/{slug}/test", "/api/providers/health-checks"}
"""Calls that leave this machine."""


@pytest.fixture(autouse=True)
def _something_there() -> None:
    store.write(make.agent_session(2, session="s"), {})
    lifecycle.start("ci", is_global=False)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for each, root in ((api, "/api/"), (benchmark, "/benchmark/")):
        assert isinstance(each, DocumentedAPI)
        document = each.get_openapi_schema(path_prefix=root)
        for path, found in document["paths"].items():
            for method, operation in found.items():
                if path not in LEFT_OUT:
                    yield method.upper(), path, {**document, "operation": operation}


OPERATIONS = [pytest.param(*each, id=f"{each[0]} {each[1]}") for each in operations()]


@pytest.mark.parametrize(("method", "path", "document"), OPERATIONS)
def test_odd_values_are_refused_or_taken(
    method: str, path: str, document: dict[str, Any]
) -> None:
    headers = {"host": "127.0.0.1:8080"}
    if method != "PUT":  # else nothing new could be made
        headers["if-match"] = "*"
    client = Client(headers=headers, raise_request_exception=False)
    documented = {int(status) for status in document["operation"]["responses"]}
    for address, body in requests(path, document):
        answer = client.generic(method, address, body, "application/json")
        if answer.streaming:
            answer.getvalue()
        told = (method, address[:200], body[:200], answer.status_code)
        assert answer.status_code != 500, told
        # A value with a slash, or none, is another address.
        assert answer.status_code in documented | {404, 405}, told


def requests(path: str, document: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    operation = document["operation"]
    parameters = operation.get("parameters", [])
    plain = filled(path, parameters)
    body = b"{}" if "requestBody" in operation else b""
    for name in names(parameters, "query"):
        yield from ((f"{plain}?{urlencode({name: text})}", body) for text in TEXTS)
    for name in names(parameters, "path"):
        for text in TEXTS:
            yield filled(path, parameters, {name: text}), body
    if body:
        yield from ((plain, odd) for odd in BODIES)
        for name in properties(operation, document):
            for value in VALUES:
                yield plain, json.dumps({"name": "x", name: value}).encode()


def names(parameters: list[dict[str, Any]], place: str) -> list[str]:
    return [each["name"] for each in parameters if each["in"] == place]


def filled(
    path: str, parameters: list[dict[str, Any]], odd: dict[str, str] | None = None
) -> str:
    for name in names(parameters, "path"):
        value = (odd or {}).get(name, "ci" if name == "run" else "1")
        path = path.replace(f"{{{name}}}", quote(value or "x", safe=""))
    return path


def properties(operation: dict[str, Any], document: dict[str, Any]) -> list[str]:
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    options = [schema, *schema.get("anyOf", [])]
    refs = [each["$ref"].rpartition("/")[2] for each in options if "$ref" in each]
    schemas = document["components"]["schemas"]
    return [name for ref in refs for name in schemas[ref].get("properties", {})]
