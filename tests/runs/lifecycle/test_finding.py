"""`runs/lifecycle/finding.py`: a run by its id, the start of one, or its name."""

from __future__ import annotations

import pytest

from runs import lifecycle
from runs.lifecycle.errors import RunError
from runs.models import Run

pytestmark = pytest.mark.django_db


def code(error: pytest.ExceptionInfo[RunError]) -> tuple[str, int]:
    return error.value.code, error.value.status


def test_a_run_is_found_by_id_name_or_the_start_of_its_id() -> None:
    old, new = lifecycle.start("same"), lifecycle.start("same")
    assert lifecycle.find("same") == new
    assert lifecycle.find(str(old.uid)) == lifecycle.find(old.uid.hex.upper()) == old
    assert lifecycle.find(str(old.uid)[:13]) == old
    for ref in ("nothing", "", "0" * 32, "0" * 12, "\0"):
        with pytest.raises(RunError) as refused:
            lifecycle.find(ref)
        assert code(refused) == ("RUN_NOT_FOUND", 404)


def test_an_ambiguous_start_of_an_id_is_said() -> None:
    for ending in ("0", "1"):
        run = lifecycle.start("run")
        Run.objects.filter(pk=run.pk).update(uid="abcdef12" + ending * 24)
    with pytest.raises(RunError) as refused:
        lifecycle.find("abcdef12")
    assert code(refused) == ("RUN_AMBIGUOUS", 409)
    named = lifecycle.start("abcdef12")
    assert lifecycle.find("abcdef12") == named
