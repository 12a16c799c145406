"""When everything that a command sent is recorded, also beside other traffic."""

from __future__ import annotations

import pytest

from observe.remote.settle import is_past


@pytest.mark.parametrize(
    ("recorder", "since_end_s", "past"),
    [
        ({"waiting_bytes": 0, "waiting_records": 0, "lag_s": 0.0}, 0.0, True),
        ({"waiting_bytes": 900, "waiting_records": 2, "lag_s": 0.4}, 0.1, False),
        # What waits began after the command ended: it is somebody else's.
        ({"waiting_bytes": 900, "waiting_records": 2, "lag_s": 0.4}, 0.6, True),
        # Beginnings without an end: perhaps ours, that were just hung up.
        ({"waiting_bytes": 900, "waiting_records": 0, "lag_s": 0.0}, 0.1, False),
        ({"waiting_bytes": 900, "waiting_records": 0, "lag_s": 0.0}, 5.0, True),
        ({}, 0.0, True),
    ],
)
def test_what_waits_is_ours_or_not(
    recorder: dict[str, float], since_end_s: float, past: bool
) -> None:
    assert is_past(recorder, since_end_s) is past
