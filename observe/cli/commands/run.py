"""`weir run -- COMMAND…`: a command's LLM calls as a run, with limits to keep."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from observe.cli.terminal import Terminal
from observe.problem import NOT_FOUND, BadUsage, Problem
from observe.remote import job, limits, own_server, reports, surroundings
from observe.remote.client import Weir, chosen


def act(options: dict[str, Any], terminal: Terminal) -> int:
    def say(text: str) -> None:
        terminal.say(f"weir: {text}")

    asked = _job(options)
    reports.check(options)
    with _server(options, say) as weir:
        done = job.perform(weir, asked, say)
        if done.problem:
            say(done.problem)
        if done.report is not None:
            reports.write_all(done.report, options, terminal, terminal.words)
    return job.exit_code(done)


def _job(options: dict[str, Any]) -> job.Job:
    command = options["command"]
    if not command:
        raise BadUsage(
            "weir run needs a command behind --.",
            hint="such as: weir run --max-cost 0.50 -- pytest tests/agents",
        )
    if shutil.which(command[0]) is None:
        raise Problem(f"{command[0]!r} was not found.", exit_code=NOT_FOUND)
    return job.Job(
        command=command,
        name=options["name"] or os.path.basename(command[0]),
        notes=options["notes"],
        tags=options["tag"],
        metadata=surroundings.metadata(os.environ) | dict(options["meta"]),
        limits=limits.read(options),
        keys=options["keys"],
        wait_s=options["wait"],
    )


@contextmanager
def _server(options: dict[str, Any], say: job.Say) -> Iterator[Weir]:
    """The named one, this machine's, or one of our own."""
    address = chosen(options)
    with Weir(address) as weir:
        if weir.is_there():
            yield weir
            return
        if address.is_named:
            raise weir.absent()
    data_dir = own_server.data_dir(options["data_dir"])
    say(f"No Weir is running here: one is started, results stay in {data_dir}")
    with own_server.running(data_dir) as own, Weir(own) as weir:
        yield weir
