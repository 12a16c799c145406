"""What a second reading changed, told and written; what it didn't, left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pricing.usage import Usage
from runs.detail import unpack
from runs.models import CalledTool, CapturedRequest, RequestDetail
from runs.record import ExchangeRecord
from runs.store.rewriting import Reread, Rewriter
from tests import make

pytestmark = pytest.mark.django_db


def reread(record: ExchangeRecord, **read: Any) -> Reread:
    """A stored request, and its record as a better reader makes it."""
    row = make.stored(record)
    detail = unpack(bytes(RequestDetail.objects.get(request=row).data))
    return Reread(row=row, detail=detail, record=replace(record, **read))


def test_what_is_read_as_before_is_not_touched() -> None:
    assert Rewriter().write([reread(make.record())]) == {}


def test_what_is_read_otherwise_is_told_and_written() -> None:
    found = reread(make.record(), usage=Usage(input=7, output=3), preview="better")
    changes = Rewriter().write([found])[found.row.pk]
    assert changes["preview"] == ("What is the weather like?", "better")
    assert changes["output_tokens"] == (48, 3)
    row = CapturedRequest.objects.get(pk=found.row.pk)
    assert (row.preview, row.output_tokens) == ("better", 3)


def test_tools_that_nobody_wrote_down_are_found_by_their_names() -> None:
    found = reread(make.record(tool_calls=("bash", "read_file")))
    CalledTool.objects.all().delete()  # as 0.1 left it
    changes = Rewriter().write([found])[found.row.pk]
    assert changes == {"called_tools": ([], ["bash", "read_file"])}
    names = CalledTool.objects.order_by("name").values_list("name", flat=True)
    assert list(names) == ["bash", "read_file"]


def test_a_look_writes_nothing() -> None:
    found = reread(make.record(), preview="better")
    assert "preview" in Rewriter(writes=False).write([found])[found.row.pk]
    row = CapturedRequest.objects.get(pk=found.row.pk)
    assert row.preview == "What is the weather like?"


def test_an_answer_that_was_fetched_twice_counts_at_the_first() -> None:
    told = {"response_id": "resp_1", "counts_once": True, "usage": Usage(input=10)}
    found = [reread(make.record(usage=Usage()), **told) for _ in range(2)]
    Rewriter().write(found)
    rows = CapturedRequest.objects.order_by("pk")
    assert [row.input_tokens for row in rows] == [10, None]
