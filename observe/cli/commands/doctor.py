"""`weir doctor`: looks at everything Weir needs and says what to do.

Exit code 1 when something fails; warnings alone leave it 0.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.text import Text

from observe import doctor
from observe.cli.terminal import Terminal
from observe.doctor import Finding, State

SIGNS = {
    State.OK: ("ok  ", "green"),
    State.WARN: ("warn", "yellow"),
    State.FAIL: ("FAIL", "red"),
}


def act(options: dict[str, Any], terminal: Terminal) -> int:
    findings = []
    for finding in doctor.run():
        findings.append(finding)
        is_worth_a_line = options["all"] or finding.state is not State.OK
        if is_worth_a_line and not options["json"]:
            _print(finding, terminal)
    failed = sum(each.state is State.FAIL for each in findings)
    warned = sum(each.state is State.WARN for each in findings)
    if options["json"]:
        rows = [asdict(each) for each in findings]
        terminal.show_json({"ok": not failed, "findings": rows})
    else:
        _print_well(findings, terminal, told=options["all"])
        terminal.write(_summary(failed, warned))
    return 1 if failed else 0


def _print(finding: Finding, terminal: Terminal) -> None:
    sign = SIGNS[finding.state]
    said = f"  {finding.name}: {finding.message}"
    terminal.show(Text.assemble(sign, said, overflow="ignore", no_wrap=True))
    if finding.todo:
        terminal.write(f"        → {finding.todo}")


def _print_well(findings: list[Finding], terminal: Terminal, *, told: bool) -> None:
    """What is well, in one line: who looks for trouble has enough to read."""
    well = dict.fromkeys(each.name for each in findings if each.state is State.OK)
    if well and not told:
        told_well = f"  {', '.join(well)}"
        line = Text.assemble(
            SIGNS[State.OK], told_well, overflow="ignore", no_wrap=True
        )
        terminal.show(line)


def _summary(failed: int, warned: int) -> str:
    if not failed and not warned:
        return "\nWeir is well."
    return f"\n{failed} failed, {warned} to look at."
