"""Which run a person or a script means. Part of `runs/lifecycle/__init__.py`."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from runs.lifecycle.errors import RunError
from runs.models import AuditEntry, Run

AUDITED_AS = "run"


def find(ref: str) -> Run:
    """The one run that is called so (`Run.objects.called`)."""
    found = Run.objects.called(ref)
    if not found:
        raise RunError("RUN_NOT_FOUND", f"There is no run {ref.strip()[:100]!r}.")
    if len(found) > 1:
        raise RunError("RUN_AMBIGUOUS", f"Several runs' ids begin with {ref.strip()}.")
    return found[0]


def were_deleted(uids: Collection[UUID]) -> set[UUID]:
    """Those of these ids that runs had which aren't there any more."""
    entries = AuditEntry.objects.filter(
        kind=AUDITED_AS,
        key__in=[str(uid) for uid in uids],
        action=AuditEntry.Action.DELETED,
    )
    return {UUID(key) for key in entries.values_list("key", flat=True)}
