"""The flags of `weir serve`, which become environment variables before anything loads.

So every process (supervisor, workers, recorder, commands) reads one source of truth,
the environment. Used by the verb `serve` in `observe/cli/`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from typing import Any

from observe.env import FLAGS_GIVEN

FLAGS: tuple[tuple[str, str, str], ...] = (
    ("--host", "WEIR_HOST", "address to listen on (default: 127.0.0.1)"),
    ("--port", "WEIR_PORT", "port to listen on; 0 takes a free one (default: 8080)"),
    ("--workers", "WEIR_WORKERS", "worker processes (default: 1)"),
    ("--upstream-url", "WEIR_UPSTREAM_URL", "where calls go that no route matches"),
    ("--models-file", "WEIR_MODELS_FILE", "JSON file with startup routes"),
    ("--data-dir", "WEIR_DATA_DIR", "database and journal (default: ./weir-data)"),
)
METAVARS = {
    "--port": "N",
    "--workers": "N",
    "--upstream-url": "URL",
    "--models-file": "FILE",
    "--data-dir": "DIR",
}
SERVERS = ("uvicorn", "daphne")


def add_flags(parser: argparse.ArgumentParser) -> None:
    for flag, variable, text in FLAGS:
        metavar = METAVARS.get(flag, "TEXT")
        parser.add_argument(flag, dest=variable, metavar=metavar, help=text)
    parser.add_argument(
        "--server", choices=SERVERS, default=None, help="ASGI server (default: uvicorn)"
    )
    parser.add_argument(
        "--quiet", action="store_true", help="no line for each finished request"
    )


def apply(options: Mapping[str, Any]) -> None:
    """Put the given flags into the environment."""
    given = {variable: options[variable] for _, variable, _ in FLAGS}
    given["WEIR_QUIET"] = "1" if options["quiet"] else None
    told = {name: value for name, value in given.items() if value is not None}
    os.environ.update(told)
    os.environ[FLAGS_GIVEN] = ",".join(told)
    if options["server"]:
        os.environ["WEIR_SERVER_KIND"] = options["server"]
