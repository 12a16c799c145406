"""The example is written to any folder, and runs from there."""

from __future__ import annotations

import shlex
from pathlib import Path

from observe.remote import definitions
from runs.experiments.harness import Harness


def test_the_example_starts_its_agent_in_a_folder_of_any_name(tmp_path: Path) -> None:
    place = tmp_path / "it's my experiments"
    written = definitions.write_example(place)
    agent = next(path for path in written if path.name == "agent.py")
    found = definitions.read(place)
    assert found.faults == ()
    harness = next(e.value for e in found.found if e.value.name == "scripted")
    assert isinstance(harness, Harness)
    assert shlex.split(harness.batch)[1] == agent.as_posix()
