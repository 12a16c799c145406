"""`weir run -- COMMAND…`: a command's LLM calls as a run, with limits to keep."""

from __future__ import annotations

import os
import shutil
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from observe.remote import job, limits, own_server, surroundings
from observe.remote.client import Weir
from observe.remote.command import (
    RemoteCommand,
    add_run_flags,
    add_server_flags,
    chosen,
    pairs,
)
from observe.remote.problem import NOT_FOUND, RUN_FAILED, BadUsage, Problem
from observe.remote.reports import add_report_flags, write_all


class Command(RemoteCommand):
    help = (
        "Run a command whose LLM calls are recorded as a run. Starts a server for the "
        "duration when none runs. Ends with the command's exit code; 3 when it "
        "succeeded but a limit was broken; 125 when Weir itself failed."
    )
    command: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        # Everything behind the first `--` is the command's, whatever it looks like.
        if "--" in argv:
            at = argv.index("--")
            argv, self.command = argv[:at], argv[at + 1 :]
        super().run_from_argv(argv)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.usage = "weir run [options] [limits] -- COMMAND [ARGUMENT …]"
        add_run_flags(parser)
        parser.add_argument("--name", default="", help="default: the command's name")
        parser.add_argument(
            "--keys",
            choices=("auto", "run", "own"),
            default="auto",
            help="whose keys the command gets (auto: the run's, but your own where "
            "only you have one for a provider)",
        )
        parser.add_argument(
            "--wait", type=float, default=30.0, metavar="S", help="for the last records"
        )
        parser.add_argument(
            "--data-dir", default="", help="of a server started for the duration"
        )
        add_server_flags(parser)
        limits.add_flags(parser)
        add_report_flags(parser)

    def act(self, options: dict[str, Any]) -> int:
        asked = self._job(options)
        with self._server(options) as weir:
            try:
                done = job.perform(weir, asked, self._say)
            except Problem as problem:
                raise _own(problem) from None
            if done.problem:
                self._say(done.problem)
            if done.report is not None:
                write_all(done.report, options, self.stdout, self.stderr)
        return job.exit_code(done)

    def _job(self, options: dict[str, Any]) -> job.Job:
        if not self.command:
            raise BadUsage("Say what to run: weir run [options] -- COMMAND …")
        if shutil.which(self.command[0]) is None:
            raise Problem(f"{self.command[0]!r} was not found.", exit_code=NOT_FOUND)
        return job.Job(
            command=self.command,
            name=options["name"] or os.path.basename(self.command[0]),
            notes=options["notes"],
            tags=options["tag"],
            metadata=surroundings.metadata(os.environ) | pairs(options["meta"]),
            limits=limits.read(options),
            keys=options["keys"],
            wait_s=options["wait"],
        )

    @contextmanager
    def _server(self, options: dict[str, Any]) -> Iterator[Weir]:
        """The named one, this machine's, or one of our own."""
        address = chosen(options)
        with Weir(address) as weir:
            if weir.is_there():
                yield weir
                return
            if address.is_named:
                raise _own(weir.absent())
        data_dir = own_server.data_dir(options["data_dir"])
        self._say(
            f"No Weir is running here: one is started, results stay in {data_dir}"
        )
        with own_server.running(data_dir) as own, Weir(own) as weir:
            yield weir

    def _say(self, text: str) -> None:
        self.stderr.write(f"weir: {text}")
        self.stderr.flush()


def _own(problem: Problem) -> Problem:
    """Told apart from the command's exit codes."""
    if problem.exit_code == 1:
        problem.exit_code = RUN_FAILED
    return problem
