"""What figures over time and the words of full text cost the recorder's drain rate.

    python -m bench.drain [--rounds 3] [--most 15]
    python -m bench.drain --into DATA_DIR      # a large database against an empty one

A backlog of the journal is drained by a recorder that keeps all, and by one that keeps
neither figures over time nor words, alternately, each in a process and a database
(SQLite) of its own. Processor time, so that other work on the machine counts little.
While there is a backlog words have a small share of the time, and the rest of them come
behind it: what they take until all is found is told beside. Fails where the drain rate
loses more than `--most` per cent. What is drained into DATA_DIR stays there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.journals import KINDS

ALL, BARE = "all", "bare"


class Drained(NamedTuple):
    """µs of processor time a request."""

    backlog: float
    words: float
    """What the words took that were left when the journal was drained."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=float, default=15.0, help="per cent")
    parser.add_argument("--into", type=Path)
    asked = parser.parse_args(arguments)
    lost = [0.0]
    with tempfile.TemporaryDirectory(prefix="weir-drain-") as folder:
        empty = Path(folder, "empty")
        _python("-m", "observe", "prepare", data_dir=empty)
        for kind, write in KINDS.items():
            if asked.into:
                _grown(kind, {"an empty one": empty, "it": asked.into}, asked.rounds)
                continue
            shutil.copytree(empty, Path(folder, kind))
            write(Path(folder, kind, "journal"))
            lost.append(_compared(kind, Path(folder, kind), asked.rounds))
    return int(max(lost) > asked.most)


def _compared(kind: str, template: Path, rounds: int) -> float:
    """Prints one line; gives what the drain rate loses, in per cent."""
    found: dict[str, list[Drained]] = {ALL: [], BARE: []}
    for number in range(rounds):
        for what in (ALL, BARE) if number % 2 else (BARE, ALL):
            found[what].append(_drained(template, what))
    full, bare = (median(each.backlog for each in found[way]) for way in (ALL, BARE))
    left = median(each.words for each in found[ALL])
    lost = 100 * (1 - bare / full)
    print(
        f"{kind}: {1e6 / full:,.0f} requests a second of processor time"
        f" ({full:,.0f} µs each), {1e6 / bare:,.0f} without figures and words:"
        f" {lost:.1f} % less. The words left behind: {left:,.0f} µs each.",
        flush=True,
    )
    return lost


def _grown(kind: str, places: dict[str, Path], rounds: int) -> None:
    """Prints a line for each database; each journal is a new one."""
    found: dict[str, list[Drained]] = {name: [] for name in places}
    for number in range(rounds):
        for name in sorted(places, reverse=bool(number % 2)):
            journal = places[name] / "journal"
            before = set(journal.glob("*.wj"))
            KINDS[kind](journal)
            told = _python("-m", "bench.drained", ALL, data_dir=places[name])
            for segment in set(journal.glob("*.wj")) - before:
                segment.unlink()  # another recorder would read it again
            found[name].append(Drained(*map(float, told.split()[-2:])))
    for name, drained in found.items():
        backlog, words = (sorted(each) for each in zip(*drained, strict=True))
        print(
            f"{kind}, into {name}: {backlog[0]:,.0f} µs a request"
            f" (to {backlog[-1]:,.0f}), words {words[0]:,.0f} (to {words[-1]:,.0f})",
            flush=True,
        )


def _drained(template: Path, what: str) -> Drained:
    folder = template.with_name("round")
    shutil.copytree(template, folder)
    try:
        told = _python("-m", "bench.drained", what, data_dir=folder)
    finally:
        shutil.rmtree(folder)
    return Drained(*map(float, told.split()[-2:]))


def _python(*command: str, data_dir: Path) -> str:
    own = {"WEIR_DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "observe.settings"}
    done = subprocess.run(
        [sys.executable, *command],
        env=os.environ | own,
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
