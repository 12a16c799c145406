"""`prune_lock.py`: the second one is told, and a killed one is no obstacle."""

from __future__ import annotations

import pytest

from runs.keeping.prune_lock import AlreadyPruning, _file, alone

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_second_one_is_refused_until_the_first_is_over() -> None:
    with _file("own"), pytest.raises(AlreadyPruning), _file("own"):
        raise AssertionError("two at once")
    with _file("own"):
        pass


def test_it_is_free_again_after_a_failure() -> None:
    with pytest.raises(KeyError), alone():
        raise KeyError
    with alone():
        pass
