"""What clients notice of this checkout against another one, in one sitting.

    python -m bench.ratio --against ../other-checkout [--rounds 3]

Requests a second, added latency, 2,000 open streams, and 256 streams beside requests of
2 MB and a page. Both serve with their own `.venv` and record everything; the rounds are
interleaved, because a machine's speed changes by the minute: trust the ratios. About
four minutes. `bench/cpu.py` beside it tells what a request costs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench import scratch
from bench.contenders import Contender, Place, straight
from bench.cpu import Checkout
from bench.measure import ALL, Load
from bench.results import DIRECT, Results, Spread
from bench.rig import allow_files, upstream
from bench.scenarios import SLOW, Figures, Pace, page_open, settle, streams_beside
from tests.server import wait_until

OTHER, THIS = "other", "this"
PACE = Pace(seconds=2, rounds=3)
OPEN, OPEN_PACED = 2000, "mock-0-20-500"
"""Streams, and how they come: 20 chunks in 10 s, so that all are open at once."""
LONGEST_S = 240.0
"""Nothing begins that would last longer, once a round is over."""

RPS, P50 = "32 connections/rps", "1 connection/p50_ms"
FAILED, LAG = f"{OPEN:,} streams/failed", f"{OPEN:,} streams/lag_p99_ms"
SHARE, GAP = "busy streams/alone_share", "busy streams/added_gap_p99_ms"
LOST = "lost"
ROWS = (
    (RPS, "requests/s, 32 connections"),
    (P50, "added p50, 1 connection, the upstream takes 20 ms, ms"),
    (FAILED, f"{OPEN:,} open streams: failed"),
    (LAG, f"{OPEN:,} open streams: lag of a chunk p99, ms"),
    (SHARE, "256 streams beside 2 MB and a page: chunks as they were sent, share"),
    (GAP, "256 streams beside 2 MB and a page: added gap p99, ms"),
    ("busy streams/failed", "256 streams beside 2 MB and a page: failed"),
    (LOST, "answered, but not in the database"),
)


def throughput(one: Contender) -> Figures:
    told = one.load.run("-c", 32, "-n", ALL, "-maxs", PACE.seconds)
    return {RPS: told["rps"]}


def latency(one: Contender) -> Figures:
    bound = ("-n", ALL, "-maxs", PACE.seconds)
    return {P50: one.load.run("-c", 1, "-model", SLOW, *bound)["p50"]}


def open_streams(one: Contender) -> Figures:
    count = ("-c", OPEN, "-n", OPEN, "-maxs", 60)
    told = one.load.run("-stream", "-model", OPEN_PACED, *count)
    return {FAILED: told["errs"], LAG: told["lag99"]}


def busy_streams(one: Contender) -> Figures:
    return streams_beside(one, PACE)


SCENARIOS: tuple[Callable[[Contender], Figures], ...] = (
    latency,
    throughput,
    busy_streams,
    open_streams,
)


def main() -> int:
    options = _options()
    # The client's, the worker's two and the upstream's are limited each for itself.
    allow_files(4 * OPEN)
    gomock, goload = scratch.load_tools()
    found = Results()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("weir-ratio")))
        mock = stack.enter_context(upstream(gomock, folder))
        place = Place(stack, folder, goload, mock)
        roots = ((OTHER, options.against), (THIS, Path.cwd()))
        running = [checkout(place, name, root.resolve()) for name, root in roots]
        rounds = _measure([straight(place), *running], found, options.rounds)
    print(_table(found))
    load = f"The machine's load is {os.getloadavg()[0]:.1f}"
    print(f"{rounds} rounds. {load}. Python {sys.version.split()[0]}.")
    return 0


def checkout(place: Place, name: str, root: Path) -> Contender:
    server = Checkout(root, place.folder / name, f"{place.mock.url}/v1")
    place.stack.enter_context(server)
    load = Load(place.goload, server.url)
    return Contender(name, load, lambda: [server.pid, *server.processes()], server)


def _measure(running: list[Contender], found: Results, wanted: int) -> int:
    """How many rounds there was time for."""
    started = time.monotonic()
    for one in running:
        one.load.run("-c", 4, "-n", ALL, "-maxs", 1)  # warms up
        settle(one)
        with page_open(one):  # its pages are loaded for whoever asks first
            time.sleep(1)
    for number in range(1, wanted + 1):
        began = time.monotonic()
        for scenario in SCENARIOS:
            for one in running if number % 2 else reversed(running):
                if one.weir or scenario is latency:
                    print(f"… round {number}: {scenario.__name__}, {one.name}")
                    for figure, value in scenario(one).items():
                        found.add(number, one.name, figure, value)
                    _settled(one)
        for one in running[1:]:
            found.add(number, one.name, LOST, _lost(one))
        now = time.monotonic()
        if now - started + (now - began) > LONGEST_S:
            return number
    return wanted


def _settled(one: Contender) -> None:
    """All is recorded, or won't be."""
    try:
        wait_until(lambda: not _lost(one), "everything is recorded", 30)
    except AssertionError as late:
        print(f"… {one.name}: {late}; {_lost(one)} are missing")
    settle(one)


def _lost(one: Contender) -> int:
    return one.load.sent - one.load.errors - one.recorded if one.weir else 0


def _table(found: Results) -> str:
    lines = ["| | other | this | ratio |", "|---|---:|---:|---:|"]
    for figure, words in ROWS:
        told = found.added if figure == P50 else found.spread
        before, after = told(OTHER, figure), told(THIS, figure)
        if before is not None and after is not None:
            ratio = f"{after.middle / before.middle:.2f}" if before.middle else "–"
            lines.append(f"| {words} | {_words(before)} | {_words(after)} | {ratio} |")
    direct = found.spread(DIRECT, P50)
    assert direct is not None
    return "\n".join([*lines, "", f"{DIRECT}, 1 connection: {_words(direct)} ms."])


def _words(value: Spread) -> str:
    low, middle, high = (
        f"{each:,.0f}" if each >= 1000 else f"{each:.4g}"
        for each in (value.low, value.middle, value.high)
    )
    return f"{middle} ({low} to {high})"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=PACE.rounds)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
