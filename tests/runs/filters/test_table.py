"""`runs/filters/table.py`: a row of the table is all that a filter needs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import pytest

from observe.pages.requests.bar import read_bar
from observe.remote import filters as remote
from runs.filters import FILTERS, Filter
from runs.filters.kinds import MARK, BadFilter
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest
from runs.schemas.request_query import query_of
from tests import make

CUT: Filter[Any] = Filter(
    name="cut",
    kind=MARK,
    condition=lambda asked, _: asked.are(is_cut=True),
    help="`1`: a captured body is cut.",
    indexes={"1": "request_cut"},
    label="cut short",
)
TABLE = (*FILTERS, CUT)


def test_a_new_row_is_read_and_given_back() -> None:
    chosen = RequestFilter.from_query({"cut": "yes", "model": "m"}, TABLE)
    assert chosen.as_query() == {"model": "m", "cut": "1"}
    with pytest.raises(BadFilter, match="cut must be 1"):
        RequestFilter.from_query({"cut": "0"}, TABLE)


@pytest.mark.django_db
def test_a_new_row_narrows() -> None:
    make.stored()
    cut = make.stored()
    CapturedRequest.objects.filter(pk=cut.pk).update(is_cut=True)
    chosen = RequestFilter.from_query({"cut": "1"}, TABLE)
    assert list(chosen.apply(CapturedRequest.objects.all())) == [cut]


def test_a_new_row_is_described_by_the_api() -> None:
    described = query_of(TABLE).json_schema()["properties"]["cut"]
    assert described["description"] == CUT.help
    assert (described["examples"], described["pattern"]) == (["1"], "^1?$")


@pytest.mark.django_db
def test_a_new_row_has_a_chip() -> None:
    chosen = RequestFilter.from_query({"cut": "1", "model": "m"}, TABLE)
    chips = [(chip.text, chip.without) for chip in read_bar(chosen, {}).chips]
    assert chips[-1] == ("cut:yes", "/requests?where=model:m")


def test_a_new_row_is_an_option_of_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "FILTERS", TABLE)
    parser = ArgumentParser()
    remote.add_filters(parser)
    assert "1: a captured body is cut." in parser.format_help()
    asked = parser.parse_args(["--cut", "1", "--where=-model:m"])
    assert remote.query(vars(asked)) == {"cut": "1", "where": "-model:m"}


def test_every_row_says_what_it_is_and_from_which_index_it_is_read() -> None:
    names = [row.name for row in FILTERS]
    assert len(set(names)) == len(names)
    for row in FILTERS:
        assert row.help.endswith(".")
        assert row.indexes
        for value in row.indexes:
            (chosen,) = RequestFilter.from_query({row.name: value}).chosen
            assert chosen.filter is row
