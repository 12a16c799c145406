"""`weir completion fish`: a real fish is asked what it would offer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.observe.cli.completion.shells import every_offer, needs, said


@needs("fish")
@pytest.mark.parametrize("shell", ["fish"])
@every_offer
def test_fish_offers(words: tuple[str, ...], offered: set[str], script: Path) -> None:
    asked = f"source {script.name}; complete -C {' '.join(words)!r}"
    found = said("fish", "--no-config", "-c", asked, cwd=script.parent)
    assert offered <= {line.partition("\t")[0] for line in found.split("\n")}
