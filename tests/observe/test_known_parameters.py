"""No operation of the API takes a query parameter that it does not know."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.observe.test_api_odd_values import OPERATIONS, filled, names

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "if-match": "*"})


def message(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 422, answer.content
    return str(answer.json()["error"]["message"])


@pytest.mark.parametrize(("method", "path", "document"), OPERATIONS)
def test_an_unknown_one_is_named_by_every_operation(
    client: Client, method: str, path: str, document: dict[str, Any]
) -> None:
    parameters = document["operation"].get("parameters", [])
    address = f"{filled(path, parameters)}?nonsense=1"
    answer = client.generic(method, address, b"{}", "application/json")
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith("nonsense: there is no such")


@pytest.mark.parametrize(("method", "path", "document"), OPERATIONS)
def test_what_the_description_lists_is_known(
    client: Client, method: str, path: str, document: dict[str, Any]
) -> None:
    """The unknown one is told, so those before it passed."""
    parameters = document["operation"].get("parameters", [])
    query = "".join(f"{name}=x&" for name in names(parameters, "query"))
    address = f"{filled(path, parameters)}?{query}nonsense=1"
    answer = client.generic(method, address, b"{}", "application/json")
    assert answer.json()["error"]["message"].startswith("nonsense: ")


def test_the_nearest_known_one_is_offered(client: Client) -> None:
    told = message(client, "/api/requests?modle=x")
    assert told == "modle: there is no such query parameter here; did you mean model?"


def test_few_are_listed_and_many_are_not(client: Client) -> None:
    assert message(client, "/api/requests/x?a=1").endswith("; it takes none.")
    assert message(client, "/api/requests/x/request?a=1").endswith("it takes side.")
    assert message(client, "/api/requests?a=1").endswith("/api/docs lists them.")


def test_an_endless_name_is_told_cut(client: Client) -> None:
    assert len(message(client, f"/api/requests?{'a' * 5000}=1")) < 250


@pytest.mark.parametrize("path", ["models", "routes", "prices", "requests"])
def test_pages_have_no_numbers(client: Client, path: str) -> None:
    assert "pages have no numbers" in message(client, f"/api/{path}?page=2")
