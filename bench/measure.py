"""One measurement each: runs `goload` against a URL and reads its figures."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHAT = "/v1/chat/completions"
WHOLE = "mock-0-0-0"
PACED = "mock-0-50-20"
MANY = "mock-0-20-100"
ALL = 10_000_000
"""More requests than fit into the time: the time bound ends the run."""


@dataclass(slots=True)
class Load:
    """`goload` against one server; counts what it sent."""

    goload: Path
    url: str
    sent: int = 0
    errors: int = 0

    def throughput(self, seconds: int) -> float:
        """Requests/s of 32 clients that ask again as soon as they are answered."""
        return float(self.run("-c", 32, "-n", ALL, "-maxs", seconds)["rps"])

    def latency(self, seconds: int) -> float:
        """Median ms of one client alone."""
        return float(self.run("-c", 1, "-n", ALL, "-maxs", seconds)["p50"])

    def chunk_lag(self) -> float:
        """Median ms from the mock writing a chunk to the client reading it."""
        run = self.run("-c", 100, "-n", 100, "-stream", "-model", PACED, "-maxs", 30)
        return float(run["lag50"])

    def many_streams(self, count: int) -> tuple[int, int]:
        """`(whole, failed)` of `count` streams that are open at the same time."""
        run = self.run("-c", count, "-n", count, "-stream", "-model", MANY, "-maxs", 60)
        return int(run["ok"]), int(run["errs"])

    def burst(self, count: int) -> int:
        """How many of `count` requests were answered."""
        return int(self.run("-c", 32, "-n", count, "-maxs", 60)["ok"])

    def run(self, *arguments: object) -> dict[str, Any]:
        """The figures of one run of `goload`."""
        command = [str(self.goload), "-url", self.url + CHAT, "-model", WHOLE]
        command += [str(argument) for argument in arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=300, check=True
        )
        figures: dict[str, Any] = json.loads(done.stdout)
        self.sent += figures["ok"] + figures["errs"]
        self.errors += figures["errs"]
        return figures
