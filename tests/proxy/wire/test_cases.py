"""Each golden case says the same, in whatever pieces its bytes come."""

from __future__ import annotations

import pytest

from proxy.wire import FORMATS
from tests.proxy.wire.golden import (
    Case,
    all_cases,
    by_folder,
    case_id,
    show_message,
    show_response,
)

CASES = all_cases()
each_folder = pytest.mark.parametrize(
    "cases", [pytest.param(found, id=name) for name, found in by_folder().items()]
)
SMALL = 4096
ODD_SIZES = (1021, 7, 64)
MOST_CUTS = 300
"""In two, of one body; a small one is cut at each byte."""


def test_there_are_enough_cases_and_each_format_has_one() -> None:
    assert len(CASES) >= 45
    claimed = {case.wire_format.name for case in CASES}
    assert claimed == {each.name for each in FORMATS}


@each_folder
def test_path_is_claimed_by_the_format_the_case_belongs_to(cases: list[Case]) -> None:
    for case in cases:
        assert case.wire_format.name == case.expected["format"], case_id(case)


@each_folder
def test_request_facts(cases: list[Case]) -> None:
    for case in cases:
        told = case.expected.get("request", {})
        assert case.read_request() == told, case_id(case)


def test_request_messages() -> None:
    told = [case for case in CASES if "messages" in case.expected]
    assert told
    for case in told:
        messages = case.wire_format.read_messages(case.request)
        shown = [show_message(message) for message in messages]
        assert shown == case.expected["messages"], case_id(case)


@each_folder
def test_response_facts_in_one_piece(cases: list[Case]) -> None:
    for case in cases:
        facts = case.read_response([case.response])
        told = case.expected.get("response", {})
        assert show_response(facts) == told, case_id(case)


@each_folder
def test_response_facts_do_not_depend_on_the_pieces(cases: list[Case]) -> None:
    for case in cases:
        body = case.response
        whole = case.read_response([body])
        for size in (1,) if len(body) < SMALL else ODD_SIZES:
            pieces = [body[at : at + size] for at in range(0, len(body), size)]
            assert case.read_response(pieces) == whole, (case_id(case), size)


@each_folder
def test_response_facts_do_not_depend_on_one_cut(cases: list[Case]) -> None:
    for case in cases:
        body = case.response
        whole = case.read_response([body])
        step = 1 + len(body) // MOST_CUTS
        for at in range(0, len(body), step):
            assert case.read_response([body[:at], body[at:]]) == whole, (
                case_id(case),
                at,
            )
