"""`weir completion bash`: a real bash is asked what it would offer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.observe.cli.completion.shells import every_offer, needs, said

BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_weir
printf '%s\\n' "${COMPREPLY[@]}"
"""


@needs("bash")
@pytest.mark.parametrize("shell", ["bash"])
@every_offer
def test_bash_offers(words: tuple[str, ...], offered: set[str], script: Path) -> None:
    found = said("bash", "-c", BASH, "_", str(script), *words, cwd=script.parent)
    assert offered <= set(found.split("\n"))


@needs("bash")
@pytest.mark.parametrize("shell", ["bash"])
def test_bash_offers_nothing_where_it_knows_nothing(script: Path) -> None:
    words = ("weir", "runs", "list", "--tag", "")
    found = said("bash", "-c", BASH, "_", str(script), *words, cwd=script.parent)
    assert found.strip() == ""


@needs("bash")
@pytest.mark.parametrize("shell", ["bash"])
def test_bash_takes_an_option_apart_at_the_equals_sign(script: Path) -> None:
    words = ("weir", "runs", "list", "--state", "=", "act")
    found = said("bash", "-c", BASH, "_", str(script), *words, cwd=script.parent)
    assert found.split() == ["active"]
