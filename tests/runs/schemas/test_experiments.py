"""What operations of experiments take: nothing that can't be stored or added up."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from runs.schemas.experiments import ClaimIn, ScoreIn


@pytest.mark.parametrize(
    "score",
    [{"name": ""}, {"name": "a\0"}, {"name": "a", "value": float("nan")}],
)
def test_a_score_has_a_name_and_a_number(score: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ScoreIn.model_validate(score)


def test_a_claim_has_bounds() -> None:
    with pytest.raises(ValidationError):
        ClaimIn.model_validate({"repeats": 1001})
