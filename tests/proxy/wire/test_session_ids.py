"""Session ids in bodies, by the fields of clients and gateways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proxy.wire.members import Members
from proxy.wire.session_ids import FIELDS, session_of


def of(body: dict[str, Any]) -> tuple[str | None, str]:
    return session_of(Members(json.dumps(body).encode()))


@pytest.mark.parametrize("path", FIELDS, ids=".".join)
def test_each_known_field_is_a_session(path: tuple[str, ...]) -> None:
    value: Any = "s-1"
    for name in reversed(path):
        value = {name: value}
    assert of(value) == ("s-1", f"body:{'.'.join(path).removesuffix('.id')}")


def test_claude_codes_session_stands_at_the_end_of_its_user_id() -> None:
    user = "user_abc_account__session_5f0c1d2e-0000-4000-8000-770388259939"
    rule = "body:metadata.user_id"
    session = "5f0c1d2e-0000-4000-8000-770388259939"
    assert of({"metadata": {"user_id": user}}) == (session, rule)
    as_json = json.dumps({"session_id": session})
    assert of({"metadata": {"user_id": as_json}}) == (session, rule)


@pytest.mark.parametrize(
    "body", [{}, {"session_id": ""}, {"session_id": 7}, {"user": "u"}], ids=str
)
def test_anything_else_is_none(body: dict[str, Any]) -> None:
    assert of(body) == (None, "")
