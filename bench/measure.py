"""One measurement each: runs `goload` against a server and reads its figures."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHAT = "/v1/chat/completions"
WHOLE = "mock-0-0-0"
ALL = 10_000_000
"""More requests than fit into the time: the time bound ends the run."""

Figures = dict[str, Any]


@dataclass(slots=True)
class Load:
    """`goload` against one server; counts what it sent."""

    goload: Path
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int = 0
    errors: int = 0

    def run(self, *arguments: object) -> Figures:
        """The figures of one run of `goload`."""
        done = subprocess.run(
            self._command(arguments),
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        return self._counted(done.stdout)

    def beside(self, *arguments: object) -> Beside:
        """One that goes on until its `with` is over."""
        return Beside(self, self._command(arguments))

    def _command(self, arguments: tuple[object, ...]) -> list[str]:
        command = [str(self.goload), "-url", self.url + CHAT, "-model", WHOLE]
        for pair in self.headers.items():
            command += ["-header", ": ".join(pair)]
        return command + [str(argument) for argument in arguments]

    def _counted(self, told: str) -> Figures:
        figures: Figures = json.loads(told)
        self.sent += figures["ok"] + figures["errs"]
        self.errors += figures["errs"]
        return figures


class Beside:
    """Load that another measurement has to live with."""

    def __init__(self, load: Load, command: list[str]) -> None:
        self._load = load
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        told = self._process.communicate(timeout=120)[0]
        self._load._counted(told)
