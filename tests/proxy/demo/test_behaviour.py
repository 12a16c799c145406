"""The model's name picks how it behaves."""

from __future__ import annotations

import pytest

from proxy.demo.behaviour import MODELS, behaviour_of


def test_plain_model_keeps_a_realistic_pace() -> None:
    how = behaviour_of("weir-demo")
    assert how.first_ms == 150
    gaps = [how.gap_s(index) for index in range(200)]
    assert min(gaps) >= 0.015
    assert max(gaps) <= 0.041
    assert len(set(gaps)) > 10


def test_fast_model_never_waits() -> None:
    how = behaviour_of("weir-demo-fast")
    assert how.first_ms == 0
    assert sum(how.gap_s(index) for index in range(50)) == 0


@pytest.mark.parametrize("status", [400, 429, 500, 529])
def test_error_models_carry_their_status(status: int) -> None:
    assert behaviour_of(f"weir-demo-error-{status}").error_status == status


def test_only_error_statuses_are_taken_from_a_name() -> None:
    assert behaviour_of("weir-demo-error-200").error_status is None


def test_a_prefix_of_another_tool_changes_nothing() -> None:
    assert behaviour_of("openai/WEIR-demo-Fast").first_ms == 0


def test_every_listed_model_but_errors_answers() -> None:
    failing = [name for name in MODELS if behaviour_of(name).error_status]
    assert failing == ["weir-demo-error-429", "weir-demo-error-500"]
