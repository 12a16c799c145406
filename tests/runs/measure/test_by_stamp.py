"""`runs/measure/by_stamp.py`: kept as long as the run stays as it is."""

from __future__ import annotations

import pytest
from django.db import connection

from runs import lifecycle
from runs.measure.by_stamp import ByStamp
from runs.models import RequestDetail, RunStamp
from runs.store import detail_rows
from tests import make
from tests.runs.make_run import run_with

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="kept on SQLite alone"),
]


def test_an_answer_is_kept_by_question_until_the_run_or_others_push_it_out() -> None:
    run = run_with(make.record(), name="one")
    other = run_with(make.record(), name="two")
    kept, asked = ByStamp[int](most=2), list[str]()

    def get(pk: int, question: str, *, is_worth: bool = True) -> int:
        def find() -> int:
            asked.append(question)
            return len(asked)

        return kept.get(pk, question, find, lambda _: is_worth)

    assert [get(run.pk, "a"), get(run.pk, "a"), get(run.pk, "b")] == [1, 1, 2]
    assert [get(other.pk, "a", is_worth=False) for _ in range(2)] == [3, 4]
    lifecycle.move(run.requests.all(), None)
    assert [get(run.pk, "b"), get(run.pk, "b")] == [5, 5]
    assert get(other.pk, "c") == 6  # "a" of the first run was asked for longest ago
    assert get(run.pk, "b") == 5
    assert get(run.pk, "a") == 7


@pytest.mark.parametrize("was_changed", [True, False])
def test_nothing_is_kept_of_before_rates_were_told(*, was_changed: bool) -> None:
    run, asked = run_with(make.record(), name="one"), list[int]()
    if not was_changed:  # its requests were added, and no more
        RunStamp.objects.all().delete()
    kept = ByStamp[int](most=1)

    def find() -> int:
        asked.append(1)
        return len(asked)

    def get() -> int:
        return kept.get(run.pk, "", find, bool)

    RequestDetail.objects.update(rates=None)
    assert [get(), get()] == [1, 1]
    detail_rows.fill()
    assert [get(), get()] == [2, 2]
