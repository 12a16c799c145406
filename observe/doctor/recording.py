"""Is everything that was journalled also recorded?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import Sum
from django.utils.timezone import now

from observe import host_id
from observe.doctor.database import has_tables
from observe.doctor.finding import Finding, State
from proxy.journal import status as journal_status
from runs.models import HostPosition, JournalIncident

LAG_WARN_S = 30.0
RECENT = timedelta(days=7)


def journal() -> Iterable[Finding]:
    status = _status()
    if status is None:
        if _is_deleted():
            message = "The journal's directory is gone, and with it what waited there."
            todo = "A running `weir serve` makes it anew; if none does, start it again."
            yield Finding("journal", State.FAIL, message, todo)
        return
    waiting = f"{status.waiting_records:,} requests wait in the journal"
    if status.lag_s > LAG_WARN_S:
        message = f"{waiting}, the oldest for {status.lag_s:,.0f} s."
        todo = "Is `weir serve` running? Its log says why the recorder can't go on."
        yield Finding("journal", State.WARN, message, todo)
    elif status.waiting_bytes:
        yield Finding("journal", State.OK, f"{waiting}; the recorder is at it.")
    else:
        yield Finding("journal", State.OK, "Everything is recorded.")


def losses() -> Iterable[Finding]:
    status = _status()
    if status is None:
        return
    if not status.lost_requests and not status.lost_bodies:
        yield Finding("losses", State.OK, "No capture was ever lost.")
        return
    message = (
        f"{status.lost_requests:,} requests and {status.lost_bodies:,} bodies were "
        "forwarded but not recorded: there was no room in the journal, or the database "
        "refused them."
    )
    todo = "Free disk space, or see what the incidents of the journal say."
    yield Finding("losses", State.WARN, message, todo)


def incidents() -> Iterable[Finding]:
    if not has_tables():
        return
    recent = JournalIncident.objects.filter(at__gte=now() - RECENT)
    kinds = recent.order_by().values("kind").annotate(times=Sum("count"))
    if not kinds:
        yield Finding("incidents", State.OK, "No damaged journal record in 7 days.")
        return
    told = ", ".join(f"{row['times']} {row['kind']}" for row in kinds)
    latest = recent.latest("at")
    message = f"In 7 days: {told}. The latest: {latest.message or latest}"
    todo = "Torn tails follow a crash and are harmless; others hint at a bad disk."
    yield Finding("incidents", State.WARN, message, todo)


def _is_deleted() -> bool:
    """No journal, though this host has read one."""
    if settings.WEIR_JOURNAL_DIR.is_dir() or not has_tables("runs_hostposition"):
        return False
    host = host_id.read(settings.WEIR_DATA_DIR)
    return HostPosition.objects.filter(host=host).exists()


def _status() -> journal_status.JournalStatus | None:
    """None before the first start or an upgrade: no journal, or a table is missing."""
    is_made = settings.WEIR_JOURNAL_DIR.is_dir()
    if not is_made or not has_tables("runs_hostposition", "runs_hostloss"):
        return None
    host = host_id.read(settings.WEIR_DATA_DIR)
    return journal_status.read(settings.WEIR_JOURNAL_DIR, host)
