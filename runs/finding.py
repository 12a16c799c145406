"""Which run a person or a script means. Part of `runs/lifecycle.py`."""

from __future__ import annotations

import re
from uuid import UUID

from runs.cleaning import text
from runs.errors import RunError
from runs.models import Run

_WHOLE_UID = re.compile(r"[0-9a-f]{32}")
_UID_START = re.compile(r"[0-9a-f]{4,31}")


def find(ref: str) -> Run:
    """By id, by name (the newest of that name), or by the start of an id."""
    ref = text(ref.strip())
    digits = ref.lower().replace("-", "")
    found: Run | None = None
    if _WHOLE_UID.fullmatch(digits):
        found = Run.objects.filter(uid=UUID(digits)).first()
    if found is None:
        found = Run.objects.filter(name=ref).order_by("-pk").first()
    if found is None and _UID_START.fullmatch(digits):
        found = _by_start(ref, digits)
    if found is None:
        raise RunError("RUN_NOT_FOUND", f"There is no run {ref[:100]!r}.")
    return found


def _by_start(ref: str, digits: str) -> Run | None:
    bounds = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    matches = list(Run.objects.filter(uid__range=bounds)[:2])
    if len(matches) > 1:
        raise RunError("RUN_AMBIGUOUS", f"Several runs' ids begin with {ref}.")
    return matches[0] if matches else None
