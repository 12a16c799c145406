#!/usr/bin/env python
"""Django's usual entry point: `weir manage …`."""

from __future__ import annotations

import sys

from observe.cli.main import run

if __name__ == "__main__":
    raise SystemExit(run(["manage", *sys.argv[1:]]))
