"""The session that a harness names in its headers."""

from __future__ import annotations

import pytest

from proxy.recording.session import SESSION_HEADERS, told_session


@pytest.mark.parametrize("name", SESSION_HEADERS)
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
