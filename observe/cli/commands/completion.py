"""`weir completion SHELL`: prints a script that the shell reads at its start."""

from __future__ import annotations

from typing import Any

from observe.cli.completion import SHELLS
from observe.cli.completion.words import places
from observe.cli.terminal import Terminal
from observe.cli.verbs import VERBS


def act(options: dict[str, Any], terminal: Terminal) -> int:
    verbs = {name: (verb.about, verb.parser()) for name, verb in VERBS.items()}
    terminal.write(SHELLS[options["shell"]](list(places(verbs))))
    return 0
