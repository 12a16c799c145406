"""`weir doctor`: looks at everything Weir needs and says what to do.

Exit code 1 when something fails; warnings alone leave it 0.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from observe import doctor
from observe.doctor import Finding, State

SIGNS = {State.OK: "ok  ", State.WARN: "warn", State.FAIL: "FAIL"}


class Command(BaseCommand):
    help = "Check settings, database, journal and upstreams; say what to do."
    # The doctor reports what the system checks find instead of dying of it.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> None:
        findings = []
        for finding in doctor.run():
            findings.append(finding)
            if not options["json"]:
                self._print(finding)
        failed = sum(each.state is State.FAIL for each in findings)
        warned = sum(each.state is State.WARN for each in findings)
        if options["json"]:
            rows = [asdict(each) for each in findings]
            report = {"ok": not failed, "findings": rows}
            self.stdout.write(json.dumps(report, indent=2))
        else:
            self.stdout.write(_summary(failed, warned))
        if failed:
            raise SystemExit(1)

    def _print(self, finding: Finding) -> None:
        styles = {State.WARN: self.style.WARNING, State.FAIL: self.style.ERROR}
        style = styles.get(finding.state, self.style.SUCCESS)
        sign = style(SIGNS[finding.state])
        self.stdout.write(f"{sign}  {finding.name}: {finding.message}")
        if finding.todo:
            self.stdout.write(f"        → {finding.todo}")


def _summary(failed: int, warned: int) -> str:
    if not failed and not warned:
        return "\nWeir is well."
    return f"\n{failed} failed, {warned} to look at."
