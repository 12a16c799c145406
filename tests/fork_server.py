"""The Python that `tests/forked.py` has commands forked from: it has loaded Weir.

`weir serve` itself loads once and forks. What is forked here takes its environment,
directory and streams, and then does what `python -m observe` does; the settings are
read by it alone, when it asks for them.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import runpy
import socket
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from typing import IO, Any

from tests.forked import LARGEST, Order
from tests.own_home import ROOT

LIBRARIES = (
    *("django.core.management.commands.migrate", "django.db.backends.sqlite3.base"),
    *("sqlparse", "rich.console", "rich.table", "rich.text"),
)
WEIR = ("observe.first_page", "observe.urls", "observe.cli.verbs")
PACKAGES = (
    *("observe.cli.commands", "observe.remote"),
    *(f"{room}.migrations" for room in ("proxy", "runs", "pricing")),
)
HAVE_READ_SETTINGS = (
    *("observe.settings", "observe.serve.supervisor", "observe.serve.daily"),
)


def load() -> None:
    """Everything that a command or a server needs, and no setting."""
    from observe.serve import warming

    warming.load()
    for name in (*LIBRARIES, *WEIR, *_below(PACKAGES)):
        import_module(name)
    _forget_settings()
    # A fork takes no thread along, and must not share a connection.
    assert threading.active_count() == 1
    gc.collect()
    gc.freeze()  # else the first collection of a fork would copy all of it


def _below(packages: tuple[str, ...]) -> Iterator[str]:
    for package in packages:
        places = import_module(package).__path__
        for module in pkgutil.walk_packages(places, f"{package}."):
            yield module.name


def _forget_settings() -> None:
    """As if nobody had read any; Django is set up once more, and finds its apps."""
    from django.apps import apps
    from django.conf import settings
    from django.db import connections
    from django.utils.functional import empty

    assert all(each.connection is None for each in connections.all())
    vars(connections).clear()
    connections.__init__()  # type: ignore[misc]
    for name in HAVE_READ_SETTINGS:
        package, _, module = name.rpartition(".")
        if sys.modules.pop(name, None):
            delattr(sys.modules[package], module)
    settings._wrapped = empty
    apps.ready = False

    def populate(installed_apps: object = None) -> None:
        apps.ready = True

    apps.populate = populate  # type: ignore[method-assign]


def main(channel: socket.socket) -> Order:
    """Returns in each command's process; where the orders end, ends."""
    load()
    _tell_coverage_once()
    while True:
        told, streams, _, _ = socket.recv_fds(channel, LARGEST, 4)
        _reap()
        if not told:
            raise SystemExit
        # A process between: it waits for the command, and tells how it ended.
        if os.fork() == 0:
            channel.close()
            return _born(Order(*json.loads(told)), streams)
        for each in streams:
            os.close(each)


def _tell_coverage_once() -> None:
    """`make coverage`: what loading ran is written here, not by all that are forked."""
    coverage = sys.modules.get("coverage")
    if coverage is not None and (measuring := coverage.Coverage.current()):
        measuring.save()
        measuring.save = lambda: None


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _born(order: Order, streams: list[int]) -> Order:
    *standard, status = streams
    if pid := os.fork():
        for each in standard:
            os.close(each)
        os.write(status, f"{pid}\n".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(status, f"{code}\n".encode())
        os._exit(0)
    for number, each in enumerate(standard):
        os.dup2(each, number)
    os.closerange(3, max(streams) + 1)
    os.chdir(order.cwd)
    os.environ.clear()
    os.environ.update(order.env)
    return order


def _stream(fd: int, env: dict[str, str], errors: str) -> IO[Any]:
    is_unbuffered = bool(env.get("PYTHONUNBUFFERED"))
    stream = open(fd, "w", errors=errors, closefd=False)  # noqa: SIM115
    stream.reconfigure(write_through=is_unbuffered, line_buffering=fd == 2)
    return stream


def _run(order: Order) -> None:
    """What `python -m observe` does. At the end it doesn't take down, object by object,
    what all share: that would copy all of it."""
    code = 1

    def end() -> None:
        sys.stdout.flush()  # a reader that is gone ends it as it ends any Python
        sys.stderr.flush()
        os._exit(code)

    sys.stdout = _stream(1, order.env, "strict")
    sys.stderr = _stream(2, order.env, "backslashreplace")
    sys.argv = ["weir", *order.arguments]
    sys.path[:1] = [order.cwd, str(ROOT)]
    atexit.register(end)  # what is registered later is done before
    try:
        runpy.run_module("observe", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            code = ended.code or 0
        raise


if __name__ == "__main__":
    _run(main(socket.socket(fileno=int(sys.argv[1]))))
