"""A server for the duration of one `weir run`, where none runs.

`weir serve` on a free port with the configured data directory, so results stay. It
inherits the real keys of the environment before the command gets the run's.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from observe import own_process
from observe.problem import RUN_FAILED, Problem
from observe.remote.address import Address
from observe.remote.client import Weir

START_WAIT_S = 60.0
STOP_WAIT_S = 130.0
HINTS = "hint: "
LISTENS = re.compile(rb"Weir listens on (http://\S+)")


def data_dir(given: str) -> Path:
    """Where results stay: as told, else as every Weir started here would."""
    named = given or os.environ.get("WEIR_DATA_DIR", "").strip() or "weir-data"
    return Path(named).absolute()


@contextmanager
def running(data_dir: Path) -> Iterator[Address]:
    """The address of a server that lives as long as the `with` block."""
    environ = _environment(data_dir)
    with tempfile.NamedTemporaryFile(prefix="weir-serve-", suffix=".log") as log:
        server = _start(environ, log)
        try:
            yield _await(server, log)
        finally:
            _stop(server)


def _environment(data_dir: Path) -> dict[str, str]:
    # Only this machine reaches it: it needs no token, but would ask for a set one.
    unwanted = ("WEIR_TOKEN", "WEIR_HOST", "WEIR_PORT", "WEIR_SERVER")
    environ = own_process.environment(WEIR_DATA_DIR=str(data_dir))
    return {name: text for name, text in environ.items() if name not in unwanted}


def _start(environ: dict[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--quiet"]
    return subprocess.Popen(
        [sys.executable, "-m", "observe", *arguments],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        # Ctrl-C is for the command; the server ends after the last call is recorded.
        start_new_session=True,
    )


def _await(server: subprocess.Popen[bytes], log: IO[bytes]) -> Address:
    deadline = time.monotonic() + START_WAIT_S
    while True:
        text = Path(log.name).read_bytes()
        if found := LISTENS.search(text):
            address = Address(found[1].decode())
            with Weir(address) as weir:
                if weir.is_there():
                    return address
        if server.poll() is not None or time.monotonic() > deadline:
            raise _failure(text)
        time.sleep(0.05)


def _failure(log: bytes) -> Problem:
    """What the server told as its failure, else the last line that it said."""
    lines = [line.strip() for line in log.decode(errors="replace").splitlines()]
    said = [line for line in lines if line] or ["it said nothing."]
    hint = said.pop().removeprefix(HINTS) if said[-1].startswith(HINTS) else ""
    why = said[-1].removeprefix("weir: ") if said else hint
    return Problem(f"Weir did not start: {why}", hint=hint, exit_code=RUN_FAILED)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """It drains its journal before it ends."""
    server.terminate()
    try:
        server.wait(STOP_WAIT_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
