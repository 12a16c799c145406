"""What a run may be called and hold, and how it is answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from runs import lifecycle
from runs.schemas.runs import KeyIn, MoveIn, NewRunIn, RunChange, RunIn, RunOut


def refused(shape: type[RunIn | KeyIn | MoveIn], given: dict[str, Any]) -> list[Any]:
    """The place of each complaint."""
    with pytest.raises(ValidationError) as told:
        shape.model_validate(given)
    return [each["loc"][0] for each in told.value.errors()]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 201),
        ("name", "nul\0"),
        ("name", "half a pair \ud83d"),
        ("notes", "x" * 20_001),
        ("notes", "nul\0"),
        ("tags", ["x"] * 51),
        ("tags", [""]),
        ("tags", ["x" * 101]),
        ("tags", "ci"),
        ("metadata", {"": "x"}),
        ("metadata", {"k" * 101: "x"}),
        ("metadata", {"k": "v" * 2001}),
        ("metadata", {"k": "nul\0"}),
        ("metadata", {"k": float("nan")}),
        ("metadata", {"k": float("inf")}),
        ("metadata", {"k": ["a list"]}),
        ("metadata", {f"k{number}": 1 for number in range(101)}),
    ],
)
def test_what_cannot_be_kept_is_refused(field: str, value: Any) -> None:
    assert set(refused(RunIn, {"name": "ci", field: value})) == {field}


def test_the_largest_run_is_taken_as_it_is() -> None:
    given: dict[str, Any] = {
        "name": "é" * 200,
        "notes": "x" * 20_000,
        "tags": ["t" * 100] * 50,
        "metadata": {f"k{number}": "v" * 2000 for number in range(100)},
    }
    assert RunIn.model_validate(given).model_dump() == given


def test_values_keep_their_kind() -> None:
    metadata = {"text": "3", "whole": 3, "part": 0.5, "yes": True, "none": None}
    kept = RunIn.model_validate({"name": "ci", "metadata": metadata}).metadata
    assert [(key, type(value)) for key, value in kept.items()] == [
        (key, type(value)) for key, value in metadata.items()
    ]


def test_a_change_tells_emptied_from_untouched() -> None:
    change = RunChange.model_validate({"notes": "", "tags": []})
    assert change.model_dump(exclude_unset=True) == {"notes": "", "tags": []}
    assert (change.name, change.metadata) == (None, None)


def test_only_what_starts_runs_can_be_their_source() -> None:
    assert NewRunIn.model_validate({"name": "ci", "source": "cli"}).source == "cli"
    assert refused(NewRunIn, {"name": "ci", "source": "header"}) == ["source"]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2030-01-31T12:00:00Z", datetime(2030, 1, 31, 12, tzinfo=UTC)),
        ("2030-01-31T12:00:00", datetime(2030, 1, 31, 12, tzinfo=UTC)),
        ("2030-01-31T12:00:00+05:30", datetime(2030, 1, 31, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_in_utc(told: str, meant: datetime) -> None:
    found = KeyIn.model_validate({"expires_at": told}).expires_at
    assert found == meant
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize("told", ["0001-01-01T00:00:00+14:00", "tomorrow"])
def test_a_moment_that_no_calendar_has_is_refused(told: str) -> None:
    assert refused(KeyIn, {"expires_at": told}) == ["expires_at"]


def test_a_move_names_at_most_ten_thousand() -> None:
    one = "0199aaaa-0000-7000-8000-00000000abcd"
    assert (
        len(MoveIn.model_validate({"run": None, "ids": [one] * 10_000}).ids) == 10_000
    )
    assert refused(MoveIn, {"run": None, "ids": [one] * 10_001}) == ["ids"]


def test_a_move_says_where_to_even_where_that_is_nowhere() -> None:
    assert refused(MoveIn, {"ids": []}) == ["run"]


@pytest.mark.django_db
def test_a_run_is_answered_under_its_public_id() -> None:
    run = lifecycle.start("nightly")
    vars(run).update(request_count=3)  # as the router counts them
    answer = RunOut.from_orm(run).model_dump()
    assert answer["id"] == run.uid
    assert (answer["name"], answer["state"]) == ("nightly", "active")
    assert (answer["ended_at"], answer["request_count"]) == (None, 3)
    lifecycle.end(run)
    run.refresh_from_db()
    assert RunOut.from_orm(run).state == "ended"
