"""The formats in which `weir run` and `weir gate` tell how it went.

One file each with `name`, `about` and `write(report) -> str`; listed in REPORTS.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from observe.problem import BadUsage, Problem
from observe.remote.report import Report
from observe.remote.reports import as_json, as_junit, as_markdown, as_text


class Stream(Protocol):
    def write(self, text: str) -> object: ...


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    write: Callable[[Report], str]


REPORTS = (
    Format("text", as_text.write),
    Format("json", as_json.write),
    Format("markdown", as_markdown.write),
    Format("junit", as_junit.write),
)
NAMES = tuple(each.name for each in REPORTS)


def add_report_flags(parser: ArgumentParser) -> None:
    group = parser.add_argument_group(
        "reports",
        "--report may be repeated; each --report-file belongs to one, in order.",
    )
    group.add_argument(
        "--report",
        action="append",
        choices=NAMES,
        default=[],
        help="how the verdict is written",
    )
    group.add_argument(
        "--report-file",
        action="append",
        default=[],
        metavar="FILE",
        help="where to (default: standard output)",
    )


def check(options: Mapping[str, Any]) -> None:
    """Before anything is run: a file that belongs to no report is a mistake."""
    if len(options["report_file"]) > max(1, len(options["report"])):
        raise BadUsage("There are more --report-file than --report.")


def write_all(
    report: Report, options: Mapping[str, Any], out: Stream, otherwise: Stream
) -> None:
    """Files, then `out`; the text goes to `otherwise` where nothing else is shown."""
    wanted = list(options["report"])
    files = list(options["report_file"])
    if files and not wanted:
        wanted = ["text"]
    for number, name in enumerate(wanted):
        text = next(each.write(report) for each in REPORTS if each.name == name)
        if number < len(files):
            _save(files[number], text)
        else:
            (otherwise if name == "text" else out).write(text)
    if len(files) >= len(wanted):
        otherwise.write(as_text.write(report))


def _save(file: str, text: str) -> None:
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(text, "utf-8", errors="replace")
    except OSError as error:
        raise Problem(f"{file} can't be written: {error.strerror or error}.") from None
