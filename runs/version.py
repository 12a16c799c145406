"""Weir's version: pyproject.toml says it, everything else asks here.

Pages, `/api/openapi.json`, HAR files and `weir --version` show it.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = "llm-weir"
PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


@cache
def weir_version() -> str:
    """As it was installed; of a checkout that isn't, as the checkout says."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return str(tomllib.loads(PROJECT.read_text("utf-8"))["project"]["version"])
