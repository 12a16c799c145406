"""Do the settings make sense? Asks Django's system checks, Weir's own among
them, and reads the routes that Weir starts with.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.core.checks import ERROR, WARNING, run_checks

from observe.doctor.finding import Finding, State
from proxy.route import startup


def settings_checks() -> Iterable[Finding]:
    complaints = [each for each in run_checks() if each.level >= WARNING]
    if not complaints:
        return [Finding("settings", State.OK, "All settings make sense.")]
    return [
        Finding(
            f"settings ({each.id})",
            State.FAIL if each.level >= ERROR else State.WARN,
            str(each.msg),
            str(each.hint or ""),
        )
        for each in complaints
    ]


def routes_file() -> Iterable[Finding]:
    """Can the startup routes be read?"""
    file, text = settings.WEIR_MODELS_FILE, settings.WEIR_MODELS_JSON
    named = settings.WEIR_DEFAULT_FIXES
    if not (file or text or named):
        return
    try:
        rules = startup.load(file, text)
        startup.load_default_fixes(file, text, named)
    except startup.BadStartupRoutes as error:
        todo = "Correct WEIR_MODELS_FILE, WEIR_MODELS_JSON or WEIR_DEFAULT_FIXES; Weir"
        todo += " won't start so."
        yield Finding("startup routes", State.FAIL, str(error), todo)
    else:
        yield Finding("startup routes", State.OK, f"{len(rules)} routes at start.")
