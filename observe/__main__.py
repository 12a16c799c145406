"""`python -m observe` is the `weir` command."""

from __future__ import annotations

from observe.cli import main

main()
