"""A trim on request: what `weir prune` does, at once, and told in the audit log.

Behind `POST /api/retention/trim` and the page of the data.
"""

from __future__ import annotations

from runs.keeping import audit, retention, shrinking, sweeping
from runs.keeping.prune_lock import alone
from runs.keeping.retention import Removed, Rule
from runs.models import AuditEntry
from runs.text import purging

KIND = "retention"


def trim(rule: Rule, older_than: str) -> Removed:
    """What went. Raises AlreadyPruning; `older_than` is the age as it was asked for."""
    found = retention.measure(rule)
    with alone():
        found.requests = sum(retention.prune(rule))
        for steps in (sweeping.sweep(rule.before), purging.purge(), shrinking.shrink()):
            for _ in steps:
                pass
    audit.write(AuditEntry.Action.APPLIED, KIND, older_than, {}, _told(rule, found))
    return found


def _told(rule: Rule, found: Removed) -> dict[str, object]:
    return {
        "before": rule.before.isoformat(),
        "requests": found.requests,
        "bodies": found.bodies,
        "stored_bytes": found.stored_bytes,
        "only": rule.bodies_only,
    }
