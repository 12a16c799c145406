"""What somebody meant."""

from __future__ import annotations

from observe.nearest import did_you_mean


def test_a_misspelt_name_is_met_by_the_nearest() -> None:
    assert did_you_mean("modle", ("model", "route")) == "; did you mean model?"


def test_what_is_like_nothing_is_met_by_nothing() -> None:
    assert did_you_mean("migrate", ("gate",)) == ""
