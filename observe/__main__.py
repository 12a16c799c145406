"""`python -m observe` is the `weir` command."""

from __future__ import annotations

from observe.cli.main import main

main()
