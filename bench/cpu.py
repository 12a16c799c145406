"""CPU per request of this checkout against another one, in one sitting.

    python -m bench.cpu --against ../other-checkout [--rounds 7]

Both serve with their own `.venv`; the rounds are interleaved, because a machine's speed
changes by the minute: trust the ratios, not the microseconds. The worker is read over
the time of the load, the recorder until everything that was sent is stored.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import rig, scratch
from bench.measure import Load
from bench.rig import upstream
from tests.server import WeirServer, command_line


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request, and how many of it make a round."""

    words: str
    count: int
    arguments: tuple[object, ...]


KINDS = (
    Kind("small call, 8 clients", 1500, ("-c", 8)),
    Kind("small call, 1 client", 600, ("-c", 1)),
    Kind("stream of 50 chunks", 300, ("-c", 8, "-stream", "-model", "mock-0-50-0")),
    Kind("stream of 500 chunks", 60, ("-c", 4, "-stream", "-model", "mock-0-500-0")),
    Kind(
        "50 streams, a chunk in 10 ms",
        150,
        ("-c", 50, "-stream", "-model", "mock-0-50-10"),
    ),
    Kind("400 KB body", 80, ("-c", 4, "-size", 400_000)),
)


class Checkout(WeirServer):
    """A server of any checkout that has a `.venv`."""

    makes_its_database = True

    def __init__(self, root: Path, data_dir: Path, upstream_url: str) -> None:
        super().__init__(data_dir, upstream_url, "--quiet")
        self._command[0] = str(root / ".venv" / "bin" / "python")
        self.root = root

    def workers(self) -> list[int]:
        return self._called("worker")

    def recorders(self) -> list[int]:
        return self._called("record")

    def _called(self, what: str) -> list[int]:
        """By name, which forks have, or command: older checkouts have other modules."""
        return [
            pid
            for pid in self.processes()
            if what in command_line(pid) or what in rig.process_name(pid)
        ]

    def cpu_us(self, pids: Iterable[int]) -> float:
        """User and system time of these children."""
        return sum(map(rig.cpu_us, pids))


@dataclass(slots=True)
class Series:
    """One checkout's rounds: µs a request, by kind."""

    server: Checkout
    load: Load
    worker: dict[str, list[float]] = field(default_factory=dict)
    recorder: dict[str, list[float]] = field(default_factory=dict)

    def round(self, kind: Kind) -> None:
        workers, recorders = self.server.workers(), self.server.recorders()
        before = self.server.cpu_us(workers), self.server.cpu_us(recorders)
        self.load.run("-n", kind.count, "-maxs", 120, *kind.arguments)
        worker = self.server.cpu_us(workers) - before[0]
        self.server.wait_recorded(self.load.sent)
        recorder = self.server.cpu_us(recorders) - before[1]
        self.worker.setdefault(kind.words, []).append(worker / kind.count)
        self.recorder.setdefault(kind.words, []).append(recorder / kind.count)


def main() -> int:
    options = _options()
    gomock, goload = scratch.load_tools()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("weir-cpu")))
        mock = stack.enter_context(upstream(gomock, folder))
        series = []
        for name, root in (("other", options.against), ("this", Path.cwd())):
            server = Checkout(root.resolve(), folder / name, f"{mock.url}/v1")
            stack.enter_context(server)
            series.append(Series(server, Load(goload, server.url)))
        kinds = [kind for kind in KINDS if options.only in kind.words]
        for kind in kinds:
            for number in range(options.rounds + 1):
                for each in series if number % 2 else reversed(series):
                    each.round(kind)
        print(_table(kinds, series[0], series[1]))
        lost = [each.load.errors for each in series]
    print(f"Failed requests: {lost[0]} and {lost[1]}. Python {sys.version.split()[0]}.")
    return 0


def _table(kinds: list[Kind], other: Series, this: Series) -> str:
    lines = [
        "| load | process | other, µs | this, µs | ratio | of the fastest rounds |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for kind in kinds:
        for process in ("worker", "recorder"):
            # The first round warms up.
            before, after = (
                getattr(each, process)[kind.words][1:] for each in (other, this)
            )
            middle, fastest = (f"{of(after) / of(before):.2f}" for of in (median, min))
            lines.append(
                f"| {kind.words} | {process} | {median(before):,.0f} |"
                f" {median(after):,.0f} | {middle} | {fastest} |"
            )
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="", help="kinds with these words")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
