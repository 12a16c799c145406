"""What the commands that ask a server have in common.

They are Django commands for `weir help`, but run without Django being set
up: no database, no data directory, a third of the start-up time.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand

from observe.remote import address
from observe.remote.address import Address
from observe.remote.client import Weir
from observe.remote.problem import BadUsage, Problem


class RemoteCommand(BaseCommand):
    """Subclasses write `act`; its number is the exit code."""

    requires_system_checks = []
    suppressed_base_arguments = {
        "--version",
        "--verbosity",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
        "--skip-checks",
    }

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser("weir", subcommand, **kwargs)

    def handle(self, *args: Any, **options: Any) -> None:
        # Not all that goes to standard error is an error: only those are red.
        self.stderr.style_func = None
        try:
            code = self.act(options)
        except Problem as problem:
            self.stderr.write(f"weir: {problem}", self.style.ERROR)
            code = problem.exit_code
        if code:
            raise SystemExit(code)

    def act(self, options: dict[str, Any]) -> int:
        raise NotImplementedError

    def connect(self, options: dict[str, Any]) -> Weir:
        return Weir(chosen(options))


def add_server_flags(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--server",
        default="",
        metavar="URL",
        help="a running Weir (default: WEIR_SERVER, else this machine's)",
    )
    parser.add_argument(
        "--token",
        default="",
        help="for a Weir on another machine (default: WEIR_TOKEN)",
    )


def add_json_flag(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def add_run_flags(parser: ArgumentParser) -> None:
    """What a new run is told about itself."""
    parser.add_argument("--notes", default="", help="free text")
    parser.add_argument(
        "--tag", action="append", default=[], metavar="WORD", help="may be repeated"
    )
    parser.add_argument(
        "--meta",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="may be repeated",
    )


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """`["a=1", "b=2"]` as a mapping."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise BadUsage(f"--meta must be KEY=VALUE, not {text!r}.")
        found[name.strip()] = value
    return found


def chosen(options: dict[str, Any]) -> Address:
    return address.choose(options["server"], options["token"], os.environ)
