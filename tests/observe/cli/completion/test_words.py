"""Every script knows every word."""

from __future__ import annotations

import re

import pytest

from observe.cli.completion import SHELLS
from observe.cli.verbs import VERBS
from tests.observe.cli.commands.told import weir


@pytest.mark.parametrize("shell", SHELLS)
def test_every_verb_option_and_choice_is_in_it(shell: str) -> None:
    told = weir("completion", shell).out
    for verb in VERBS.values():
        parser = verb.parser()
        for each in (parser, *parser.verbs.values()):
            for action in each.actions:
                names = [*action.option_strings, *(action.choices or ())]
                bare = [str(name).lstrip("-") for name in names]
                missing = [n for n in bare if not re.search(rf"\b{n}\b", told)]
                assert missing == [], each.prog
