"""`weir serve`: flags become settings, then the supervisor takes over."""

from __future__ import annotations

from typing import Any

from observe.cli.terminal import Terminal
from observe.serve import flags


def act(options: dict[str, Any], terminal: Terminal) -> int:
    flags.apply(options)
    # It reads the settings when it is loaded: not before the flags are among them.
    from observe.serve import supervisor

    def prepare() -> int:
        # In a process that ends: nobody else is to hold what a migration loads.
        from observe.cli.commands import prepare

        return prepare.act({"json": True}, terminal)

    return supervisor.main(prepare)
