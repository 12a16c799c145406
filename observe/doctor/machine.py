"""Can Weir live on this machine: its directory, the disk, its port."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from observe.data_directory import HINT, nearest, readable_by_others, why_unusable
from observe.doctor.finding import Finding, State
from proxy.route.hosts import is_everywhere

SPACE_WARN = 1024**3
SPACE_FAIL = 100 * 1024**2


def data_directory() -> Iterable[Finding]:
    folder = settings.WEIR_DATA_DIR
    if not folder.exists():
        yield _not_made_yet(folder)
        return
    try:
        # Asking for the right isn't enough: a read-only mount says yes.
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"weir")
    except OSError as error:
        message = f"Can't write in {folder}: {error}"
        yield Finding("data directory", State.FAIL, message, HINT)
    else:
        yield Finding("data directory", State.OK, f"{folder} can be written.")


def _not_made_yet(folder: Path) -> Finding:
    if why := why_unusable(folder):
        message = f"{folder} can't be made: {why}."
        return Finding("data directory", State.FAIL, message, HINT)
    message = f"{folder} is not there yet; `weir serve` makes it."
    return Finding("data directory", State.OK, message)


def privacy() -> Iterable[Finding]:
    """What is captured is for whoever runs Weir."""
    folder = settings.WEIR_DATA_DIR
    if not folder.is_dir():
        return
    open_to_all = list(readable_by_others(folder))
    if not open_to_all:
        yield Finding("privacy", State.OK, "Only this user can read what is captured.")
        return
    message = f"Other users of this machine can read {open_to_all[0]}"
    more = f" and {len(open_to_all) - 1} more." if open_to_all[1:] else "."
    todo = f"`weir serve` closes what is its own; or chmod -R go= {folder}"
    yield Finding("privacy", State.WARN, message + more, todo)


def free_space() -> Iterable[Finding]:
    free = shutil.disk_usage(nearest(settings.WEIR_DATA_DIR)).free
    message = f"{free / 1024**3:,.1f} GiB free for the database and the journal."
    todo = "Free some space: with a full disk traffic goes on, but is not recorded."
    if free < SPACE_FAIL:
        yield Finding("disk space", State.FAIL, message, todo)
    elif free < SPACE_WARN:
        yield Finding("disk space", State.WARN, message, todo)
    else:
        yield Finding("disk space", State.OK, message)


def port() -> Iterable[Finding]:
    """Is the port free, or is it Weir that has it?"""
    host, number = settings.WEIR_HOST, settings.WEIR_PORT
    local = "127.0.0.1" if is_everywhere(host) else host.strip("[]")
    try:
        socket.create_connection((local, number), timeout=1).close()
    except OSError:
        yield Finding("port", State.OK, f"Port {number} is free; Weir isn't running.")
        return
    if _is_weir(f"http://{f'[{local}]' if ':' in local else local}:{number}"):
        yield Finding("port", State.OK, f"Weir is running on port {number}.")
    else:
        message = f"Another program listens on port {number}."
        todo = "Stop it, or start Weir with --port (WEIR_PORT)."
        yield Finding("port", State.FAIL, message, todo)


def _is_weir(url: str) -> bool:
    import httpx  # as in upstreams.py

    try:
        answer = httpx.get(f"{url}/healthz", timeout=3, trust_env=False)
        return answer.status_code == 200 and answer.json()["status"] == "ok"
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return False
