"""What is measured of each contender: one round of every scenario gives some figures.

A figure is a name (`scenario/what`) and a number. Milliseconds end in `_ms`; what
is compared with the direct connection is subtracted in `results.py`, round by round.
"""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.contenders import Contender
from bench.measure import ALL
from bench.rig import cpu_us, proportional

CONNECTIONS = (1, 4, 16, 64)
SIZES = {"1 kB": 1_000, "50 kB": 50_000, "500 kB": 500_000, "2 MB": 2_000_000}
SLOW = "mock-20-0-0"
"""Answers after 20 ms, as a fast model would."""
STREAMS, CHUNKS, GAP_MS = 256, 40, 20
PACED = f"mock-0-{CHUNKS}-{GAP_MS}"

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long each scenario takes."""

    seconds: int
    rounds: int


def latency(one: Contender, pace: Pace) -> Figures:
    found: Figures = {}
    for count in CONNECTIONS:
        bound = ("-n", ALL, "-maxs", pace.seconds)
        told = one.load.run("-c", count, "-model", SLOW, *bound)
        for name in ("p50", "p95", "p99"):
            found[f"{count} connections/{name}_ms"] = told[name]
    return found


def throughput(one: Contender, pace: Pace) -> Figures:
    """Also what a request costs, until all of it is recorded and can be searched."""
    before = _spent(one)
    told = one.load.run("-c", 32, "-n", ALL, "-maxs", pace.seconds)
    settle(one)
    cost = (_spent(one) - before) / max(told["ok"], 1)
    return {"rps": told["rps"], "small/cpu_us": cost}


def sizes(one: Contender, pace: Pace) -> Figures:
    found: Figures = {}
    for name, size in SIZES.items():
        before = _spent(one)
        bound = ("-n", ALL, "-maxs", pace.seconds)
        told = one.load.run("-c", 4, "-size", size, *bound)
        settle(one)
        found[f"{name}/p50_ms"] = told["p50"]
        found[f"{name}/cpu_us"] = (_spent(one) - before) / max(told["ok"], 1)
    return found


def streams(one: Contender, pace: Pace) -> Figures:
    return {f"streams/{name}": value for name, value in _paced(one).items()}


def streams_beside(one: Contender, pace: Pace) -> Figures:
    """While 2 MB requests come in, and somebody looks at a list."""
    large = ("-c", 1, "-size", SIZES["2 MB"], "-n", 12, "-maxs", 2)
    with one.load.beside(*large), page_open(one):
        found = _paced(one)
    return {f"busy streams/{name}": value for name, value in found.items()}


def memory(one: Contender, pace: Pace) -> Figures:
    return {"memory_mib": proportional(one.pids()) / 1024**2}


SCENARIOS: tuple[Callable[[Contender, Pace], Figures], ...] = (
    latency,
    throughput,
    sizes,
    streams,
    streams_beside,
    memory,
)


def settle(one: Contender) -> None:
    """Until its recorder has nothing left to do: it must not disturb what follows."""
    before = -1
    while one.weir and ((now := one.recorded) != before or one.unread):
        before = now
        time.sleep(0.4)


def _paced(one: Contender) -> Figures:
    count = ("-c", STREAMS, "-n", STREAMS, "-maxs", 30)
    told = one.load.run("-stream", "-model", PACED, *count)
    figures = {"failed": float(told["errs"])}
    if told["ok"]:
        figures["alone_share"] = told["alone"] / (STREAMS * CHUNKS)
    # A gateway that makes chunks of its own leaves out when they were written.
    if told["lag50"] >= 0:
        figures |= {"added_gap_p99_ms": told["gap99"], "lag_p50_ms": told["lag50"]}
    return figures


def _spent(one: Contender) -> float:
    return sum(map(cpu_us, one.pids()))


@contextmanager
def page_open(one: Contender) -> Iterator[None]:
    """A list of requests, read again and again; only Weir has one."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            with urllib.request.urlopen(f"{one.load.url}/requests", timeout=30) as page:
                page.read()

    reader = threading.Thread(target=look, daemon=True)
    if one.weir:
        reader.start()
    try:
        yield
    finally:
        over.set()
        if one.weir:
            reader.join()
