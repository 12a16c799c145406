#!/usr/bin/env python
"""Django's usual entry point; the same thing as the `weir` command."""

from __future__ import annotations

from observe.cli import main

if __name__ == "__main__":
    main()
