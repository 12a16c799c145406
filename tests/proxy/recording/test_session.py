"""The session that a harness names in its headers."""

from __future__ import annotations

import pytest

from proxy.recording.session import told_session
from proxy.wire.session_ids import HEADERS


@pytest.mark.parametrize("name", HEADERS)
def test_each_known_header_is_a_session(name: str) -> None:
    told = told_session([("accept", "x"), (name, " ses_1 ")])
    assert told is not None
    assert (told.key, told.rule) == ("ses_1", f"header:{name}")


def test_the_more_specific_header_wins_whatever_the_order() -> None:
    told = told_session([("x-session-id", "b"), ("session-id", "a")])
    assert told is not None
    assert told.rule == "header:session-id"


def test_no_header_is_no_session() -> None:
    assert told_session([("user-agent", "x"), ("x-session-id", "")]) is None


def test_a_session_id_has_a_longest_length() -> None:
    told = told_session([("session-id", "x" * 5000)])
    assert told is not None
    assert len(told.key) == 200


@pytest.mark.parametrize(
    "name",
    [
        "x-litellm-session-id",
        "x-acme-agent-session-id",
        "x-acme-thread-id",
        "x-acme-sessionid",
    ],
)
def test_any_vendors_session_header_is_a_session(name: str) -> None:
    told = told_session([("accept", "x"), (name, "s1")])
    assert told is not None
    assert (told.key, told.rule) == ("s1", f"header:{name}")


@pytest.mark.parametrize(
    "name", ["x-codex-parent-thread-id", "x-request-id", "x-session-id-count"]
)
def test_other_ids_are_no_session(name: str) -> None:
    assert told_session([(name, "s1")]) is None


def test_a_known_header_goes_before_a_vendors_own() -> None:
    told = told_session([("x-acme-session-id", "a"), ("x-session-id", "b")])
    assert told is not None
    assert told.key == "b"
