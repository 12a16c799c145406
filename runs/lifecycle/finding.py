"""Which run a person or a script means. Part of `runs/lifecycle/__init__.py`."""

from __future__ import annotations

from runs.lifecycle.errors import RunError
from runs.models import Run


def find(ref: str) -> Run:
    """The one run that is called so (`Run.objects.called`)."""
    found = Run.objects.called(ref)
    if not found:
        raise RunError("RUN_NOT_FOUND", f"There is no run {ref.strip()[:100]!r}.")
    if len(found) > 1:
        raise RunError("RUN_AMBIGUOUS", f"Several runs' ids begin with {ref.strip()}.")
    return found[0]
