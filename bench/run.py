"""`make bench`: what Weir costs beside a direct connection, a bare relay and its peers.

    python -m bench.run [--quick] [--no-peers] [--rounds 3] [--write]

One sitting, interleaved: in each round every scenario is run of one contender after the
other, because a machine's speed changes by the minute. About ten minutes; `--quick`
takes one. At the end every request that Weir was sent must be in its database.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench import charts, contenders, results, scratch, table
from bench.contenders import FLOORS, PEERS, WEIRS, Contender, Place
from bench.measure import ALL
from bench.results import Results
from bench.rig import allow_files, upstream
from bench.scenarios import SCENARIOS, STREAMS, Pace, settle
from tests.server import wait_until

LONGEST_S = 540
"""No round begins later."""


def main() -> int:
    options = _options()
    allow_files(16 * STREAMS)
    started = time.monotonic()
    try:
        gomock, goload = scratch.load_tools()
    except scratch.Missing as error:
        print(f"The benchmark needs Go for its load tools. {error}", file=sys.stderr)
        return 1
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("weir-bench")))
        mock = stack.enter_context(upstream(gomock, folder))
        place = Place(stack, folder, goload, mock)
        makers = FLOORS + WEIRS + (() if options.no_peers else PEERS)
        running, missing = contenders.started(place, makers)
        found = Results(about=_about(missing))
        pace = Pace(seconds=1, rounds=1 if options.quick else options.rounds)
        _measure(running, found, pace, started)
        is_whole = _check(running, found)
    found.about["took"] = f"{time.monotonic() - started:,.0f} s"
    _give(found, options)
    return 0 if is_whole else 1


def _measure(
    running: list[Contender], found: Results, pace: Pace, started: float
) -> None:
    for one in running:
        one.load.run("-c", 4, "-n", ALL, "-maxs", 1)  # warms up
        settle(one)
    for number in range(1, pace.rounds + 1):
        if time.monotonic() - started > LONGEST_S:
            return
        for scenario in SCENARIOS:
            for one in running:
                _say(f"round {number} of {pace.rounds}: {_named(scenario, one)}")
                for figure, value in scenario(one, pace).items():
                    found.add(number, one.name, figure, value)
                settle(one)


def _named(scenario: Callable[..., object], one: Contender) -> str:
    return f"{scenario.__name__}, {one.name}"


def _check(running: list[Contender], found: Results) -> bool:
    """Whether all that Weir answered is stored; told of everybody: sent and failed."""
    is_whole = True
    for one in running:
        sent, failed = one.load.sent, one.load.errors
        told = f"{sent:,} sent, {failed:,} failed"
        if one.weir and "off" not in one.name:
            is_whole = _has(one, sent - failed)
            verdict = "every one of them" if is_whole else "NOT ALL OF THEM"
            told += f"; {one.recorded:,} completed in its database, {verdict}"
        found.about[one.name] = told
    return is_whole


def _has(one: Contender, answered: int) -> bool:
    try:
        wait_until(lambda: one.recorded >= answered, "everything is recorded", 60)
    except AssertionError:
        return False
    return one.recorded == answered


def _about(missing: list[str]) -> dict[str, str]:
    is_optimised = "--enable-optimizations" in (
        sysconfig.get_config_var("CONFIG_ARGS") or ""
    )
    build = "optimised (PGO)" if is_optimised else "not optimised: 10 to 15 % slower"
    about = {
        "date": str(datetime.now(UTC).date()),
        "machine": f"{os.cpu_count()} cores, {platform.system()}",
        "load average before": f"{os.getloadavg()[0]:.1f}",
        "Python": f"{platform.python_version()}, {build}",
    }
    return about | {f"left out {n}": told for n, told in enumerate(missing, 1)}


def _give(found: Results, options: argparse.Namespace) -> None:
    file = results.FILE if options.write else scratch.SCRATCH / "performance.csv"
    found.write(file)
    kept = results.read(file)  # a figure has fewer digits there
    text = table.markdown(kept)
    print(f"\n{text}")
    _say(f"all figures are in {file.relative_to(Path.cwd())}")
    if options.write:
        charts.draw(kept, results.DOCS)
        table.write(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--no-peers", action="store_true", help="leave the peers out")
    parser.add_argument(
        "--write", action="store_true", help="put CSV, charts and tables into docs/"
    )
    return parser.parse_args()


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
