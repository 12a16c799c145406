"""A comment for a pull request, or a job's summary page. Pure."""

from __future__ import annotations

import re

from observe.remote.report import BROKEN, KEPT, NOT_JUDGED, GateCheck, Report

SIGNS = {KEPT: "✅", BROKEN: "❌", NOT_JUDGED: "❔"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def write(report: Report) -> str:
    lines = [f"### {_sign(report)} {_title(report)}", ""]
    if report.checks:
        lines += ["| limit | | |", "|---|---|---|"]
        lines += [_row(check) for check in report.checks]
        lines.append("")
    lines += ["| figure | value |", "|---|---|"]
    lines += [f"| {name} | {plain(value)} |" for name, value in report.figures]
    lines += ["", *(f"> {plain(note)}" for note in report.notes)]
    return "\n".join(lines).rstrip() + "\n"


def _title(report: Report) -> str:
    name = plain(report.name)
    linked = f"[{name}]({report.url})" if report.url else name
    if report.exit_code:
        return f"{linked}: the command failed with exit code {report.exit_code}"
    if not report.checks:
        return linked
    if not report.passed:
        return f"{linked}: limits broken"
    judged = f", {report.not_judged} not judged" if report.not_judged else ""
    return f"{linked}: within its limits{judged}"


def _sign(report: Report) -> str:
    return "✅" if report.passed and not report.exit_code else "❌"


def _row(check: GateCheck) -> str:
    breaches = "<br>".join(plain(breach) for breach in check.breaches)
    said = "<br>".join(part for part in (plain(check.sentence), breaches) if part)
    return f"| {SIGNS[check.verdict]} | {plain(check.name)} | {said} |"


def plain(text: str) -> str:
    """Names and errors come from outside: nothing in them is Markdown."""
    one_line = " ".join(text.split())
    return _SPECIAL.sub(r"\\\1", one_line).replace("@", "@\u200b")
