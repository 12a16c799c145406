"""Each golden case says the same, in whatever pieces its bytes come."""

from __future__ import annotations

import pytest

from proxy.wire import FORMATS
from tests.proxy.wire.golden import (
    Case,
    all_cases,
    case_id,
    show_message,
    show_response,
)

CASES = all_cases()
each_case = pytest.mark.parametrize("case", CASES, ids=case_id)
SMALL = 4096
ODD_SIZES = (1021, 7, 64)
MOST_CUTS = 300
"""In two, of one body; a small one is cut at each byte."""


def test_there_are_enough_cases_and_each_format_has_one() -> None:
    assert len(CASES) >= 45
    claimed = {case.wire_format.name for case in CASES}
    assert claimed == {each.name for each in FORMATS}


@each_case
def test_path_is_claimed_by_the_format_the_case_belongs_to(case: Case) -> None:
    assert case.wire_format.name == case.expected["format"]


@each_case
def test_request_facts(case: Case) -> None:
    assert case.read_request() == case.expected.get("request", {})


@pytest.mark.parametrize(
    "case", [case for case in CASES if "messages" in case.expected], ids=case_id
)
def test_request_messages(case: Case) -> None:
    messages = case.wire_format.read_messages(case.request)
    assert [show_message(message) for message in messages] == case.expected["messages"]


@each_case
def test_response_facts_in_one_piece(case: Case) -> None:
    facts = case.read_response([case.response])
    assert show_response(facts) == case.expected.get("response", {})


@each_case
def test_response_facts_do_not_depend_on_the_pieces(case: Case) -> None:
    body = case.response
    whole = case.read_response([body])
    for size in (1,) if len(body) < SMALL else ODD_SIZES:
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        assert case.read_response(pieces) == whole


@each_case
def test_response_facts_do_not_depend_on_one_cut(case: Case) -> None:
    body = case.response
    whole = case.read_response([body])
    step = 1 + len(body) // MOST_CUTS
    for at in range(0, len(body), step):
        assert case.read_response([body[:at], body[at:]]) == whole
