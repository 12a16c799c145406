"""`make bench`: one table of straight, Weir and a peer, in one sitting.

    python -m bench.run [--rounds 3] [--no-peer] [--write]

The rounds are interleaved (straight, Weir, peer, and again), because a machine's speed
changes by the minute; each figure is the median of its rounds. At the end every
request that Weir was sent must be in its database.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench import scratch, table
from bench.measure import Load
from bench.rig import PeakMemory, Process, free_port
from bench.table import Column
from tests.server import WeirServer, wait_until

STREAMS = 1000
BACKLOG = 6000


def main() -> int:
    options = _options()
    _allow_files(8 * STREAMS)
    started = time.monotonic()
    try:
        gomock, goload = scratch.load_tools()
    except scratch.Missing as error:
        print(f"The benchmark needs Go for its load tools. {error}", file=sys.stderr)
        return 1
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("weir-bench")))
        mock = stack.enter_context(_mock(gomock, folder))
        weir = stack.enter_context(
            WeirServer(folder / "weir", f"{mock.url}/v1", PYTHONUNBUFFERED="")
        )
        peer = None if options.no_peer else _peer(stack, folder, mock)
        runs = [
            (Column("straight"), Load(goload, mock.url)),
            (Column("Weir"), Load(goload, weir.url)),
        ]
        if peer:
            runs.append((Column(scratch.PEER), Load(goload, peer.url)))
        _measure(runs, options.rounds, weir, peer)
        rate = _drain_rate(weir, runs[1][1])
        text = _report(runs, weir, rate, time.monotonic() - started)
    print(f"\n{text}")
    if options.write:
        table.write(text)
    return 0 if "every request" in text else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true", help="leave the peer out")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md"
    )
    return parser.parse_args()


def _mock(gomock: Path, folder: Path) -> Process:
    port = free_port()
    command = [str(gomock), "-addr", f"127.0.0.1:{port}"]
    return Process(command, port, folder / "mock.log")


def _peer(stack: ExitStack, folder: Path, mock: Process) -> Process | None:
    try:
        command, environ = scratch.peer()
        port = free_port()
        flags = ["--port", str(port), "--upstream-url", f"{mock.url}/v1"]
        flags += ["--database-url", f"sqlite:///{folder}/peer.sqlite3"]
        server = Process([str(command), *flags], port, folder / "peer.log", **environ)
    except (scratch.Missing, RuntimeError) as error:
        print(f"Without the peer: {error}")
        return None
    return stack.enter_context(server)


def _measure(
    runs: list[tuple[Column, Load]],
    rounds: int,
    weir: WeirServer,
    peer: Process | None,
) -> None:
    figures = [lambda: 0, weir.rss, *([peer.rss] if peer else [])]
    for number in range(rounds):
        for (column, load), figure in zip(runs, figures, strict=True):
            with PeakMemory(figure) as memory:
                _say(f"round {number + 1} of {rounds}: {column.name}")
                column.throughput.append(load.throughput(seconds=3))
                # What is recorded after the burst must not disturb what follows.
                _settle(weir)
                column.latency.append(load.latency(seconds=2))
                column.chunk_lag.append(load.chunk_lag())
                if number == rounds - 1:
                    _say(f"{STREAMS:,} streams at once: {column.name}")
                    whole, failed = load.many_streams(STREAMS)
                    column.streams = f"{whole:,} whole, {failed:,} failed"
            column.memory = max(column.memory, memory.bytes)
            _settle(weir)


def _settle(weir: WeirServer) -> None:
    """Until Weir's recorder has nothing left to do."""
    before = -1
    while (now := _recorded(weir)) != before:
        before = now
        time.sleep(0.7)


def _recorded(weir: WeirServer) -> int:
    sql = "SELECT count(*) AS n FROM runs_capturedrequest WHERE outcome = 'completed'"
    return int(weir.query(sql)[0]["n"])


def _drain_rate(weir: WeirServer, load: Load) -> float:
    """Requests/s that the recorder stores when it comes back to a full journal."""
    _say("recorder: draining a backlog")
    (recorder,) = weir.recorders()
    already = _recorded(weir)
    os.kill(recorder, signal.SIGSTOP)
    try:
        answered = load.burst(BACKLOG)
    finally:
        os.kill(recorder, signal.SIGCONT)
    started = time.monotonic()
    goal = already + answered
    try:
        wait_until(lambda: _recorded(weir) >= goal, "the backlog is recorded", 120)
    except AssertionError:
        _say(f"{_recorded(weir):,} of {goal:,} are recorded. The end of Weir's log:")
        _say(weir.log()[-3000:])
        raise
    return answered / (time.monotonic() - started)


def _report(
    runs: list[tuple[Column, Load]], weir: WeirServer, rate: float, seconds: float
) -> str:
    load = runs[1][1]
    recorded = _recorded(weir)
    complete = recorded == load.sent - load.errors
    verdict = ", every request of the run." if complete else ": NOT ALL OF THEM."
    today = datetime.now(UTC).date()
    return "\n".join(
        [
            table.markdown([column for column, _ in runs]),
            "",
            f"Sent through Weir: {load.sent:,} requests, {load.errors:,} failed; in",
            f"its database: {recorded:,} completed{verdict}",
            f"A backlog of {BACKLOG:,} requests was recorded at {rate:,.0f} a second.",
            f"{today}, {os.cpu_count()} cores, {platform.system()}, "
            f"Python {platform.python_version()}; the run took {seconds:,.0f} s.",
        ]
    )


def _allow_files(wanted: int) -> None:
    """1,000 streams are 2,000 sockets in a proxy; children inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
