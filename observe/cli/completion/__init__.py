"""What `weir completion SHELL` prints: verbs, verbs below them, options, values.

One file a shell, listed in `SHELLS`; each writes its script from `words.py`. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from observe.cli.completion import bash, fish, zsh
from observe.cli.completion.words import Place

SHELLS: dict[str, Callable[[Sequence[Place]], str]] = {
    "bash": bash.script,
    "zsh": zsh.script,
    "fish": fish.script,
}
