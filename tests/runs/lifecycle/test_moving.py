"""`runs/lifecycle/moving.py`: requests change runs, and their turns go along."""

from __future__ import annotations

from typing import Any

import pytest

from runs import lifecycle
from runs.models import CapturedRequest, Run, Turn
from tests import make

pytestmark = pytest.mark.django_db


def in_run(run: Run, **fields: Any) -> CapturedRequest:
    row = make.stored(make.record(**fields))
    turn = Turn.objects.create(
        run=run, number=1, digest=row.pk, started_at=row.started_at
    )
    CapturedRequest.objects.filter(pk=row.pk).update(run=run, turn=turn)
    return row


def test_moved_requests_take_their_turns_along_and_are_counted_once() -> None:
    old, new = lifecycle.start("old"), lifecycle.start("new")
    row, alone = in_run(old), make.stored(make.record())
    everything = CapturedRequest.objects.all()
    assert lifecycle.move(everything, new) == 2
    assert lifecycle.move(everything, new) == 0
    assert list(everything.values_list("run", flat=True)) == [new.pk] * 2
    assert Turn.objects.get().run == new
    assert lifecycle.move(everything.filter(pk=alone.pk), None) == 1
    assert set(everything.filter(run=new)) == {row}


def test_requests_that_leave_a_turn_behind_leave_it() -> None:
    old, new = lifecycle.start("old"), lifecycle.start("new")
    first, second = in_run(old), make.stored(make.record())
    turn = CapturedRequest.objects.get(pk=first.pk).turn
    CapturedRequest.objects.filter(pk=second.pk).update(run=old, turn=turn)
    lifecycle.move(CapturedRequest.objects.filter(pk=second.pk), new)
    turns = dict(CapturedRequest.objects.values_list("pk", "turn"))
    assert turn is not None
    assert turns == {first.pk: turn.pk, second.pk: None}
    assert Turn.objects.get().run == old
