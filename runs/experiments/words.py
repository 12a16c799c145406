"""A report in words: how far it is, the method and its limits. Pure.

Used by the formats in `runs/experiments/reports/` and by the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from runs.experiments.findings import Arm, ExperimentReport
from runs.experiments.scales import Scale

METHOD = (
    "The unit is the session, a repeat of a task; requests within one are no witnesses"
    " of their own. With six tasks or more on both sides the differences within tasks"
    " are tested, else repeats are dealt anew within their task, and what is said is"
    " said of these tasks.",
    "Of all ways to deal, at most 5 % give any metric of any variant a difference"
    " as large as one that is called more than noise (Westfall and Young's stepwise"
    " maxT over the metrics, the level shared between the variants). The primary"
    " metric, chosen beforehand, is judged alone first. “Not shown” is not “no"
    " difference”: beside it stands what eight of ten such experiments would have"
    " shown. “Not enough” is said below four sessions a side.",
    "Intervals are 95 % bootstrap intervals of one metric each, drawn within tasks;"
    " with few repeats they are often too narrow. Percentiles are nearest rank. A cost"
    " that isn't known in full is not compared.",
    "Sessions that the outage rule names, and aborted and open ones, are counted and"
    " not measured.",
)


def usd(number: float | None) -> str:
    return Scale.of("usd", [number]).told(number)


def passes(arm: Arm) -> str:
    return f"{arm.passed} of {arm.judged}" if arm.judged else "not judged"


def standing(report: ExperimentReport) -> str:
    """How far it is, in a sentence."""
    parts = [f"{report.measured} of {report.wanted} sessions are measured"]
    for number, what in (
        (report.outages, "apart as outages"),
        (report.open, "open"),
        (report.aborted, "aborted"),
    ):
        if number:
            parts.append(f"{number} {what}")
    return ", ".join(parts) + "."


def method(report: ExperimentReport) -> Iterator[str]:
    yield from METHOD
    yield f"An outage: {report.outage_rule}."
