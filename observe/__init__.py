"""The project package: pages, live updates, composition root. Shows."""

from __future__ import annotations

import sys

# httpx loads a command line of its own where `rich` is installed: 60 ms of each start
# and of each client verb, for nothing. With this it is as if `rich` were not.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
