"""What is stored, how it grows, and letting go of it: the API's and `weir prune`'s.

Nothing is removed without a preview and a confirmation. Backups are made in the data
directory, beside the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from observe.pages.errors import refusal
from observe.pages.settings.addresses import with_query
from observe.pages.settings.growth import DatabaseGrowth, growth
from observe.pages.settings.menu import MenuLink, menu
from observe.rendering.template_context import TemplateContext, show
from runs.api.keeping import CONFIRM, storage
from runs.exporters import Exporter, available
from runs.filters.kinds import is_id
from runs.keeping import backup, retention, space, trimming
from runs.keeping.prune_lock import BUSY, AlreadyPruning
from runs.keeping.retention import Removed, Rule
from runs.keeping.space import TableSize
from runs.models import AuditEntry

BACKUPS = "backups"
MOST_BACKUPS = 10
MOST_TABLES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLine:
    of: TableSize
    share: float
    """Per cent of the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What was asked for, and what would go."""

    older_than: str
    bodies_only: bool
    keep_runs: bool
    before: datetime | None
    """None: nothing was asked, or it can't be."""
    found: Removed
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFile:
    name: str
    bytes: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPage(TemplateContext):
    template: ClassVar[str] = "settings/data.html"

    menu: list[MenuLink]
    storage: dict[str, Any]
    free: int
    sizes: list[SizeLine]
    measure: str
    """Address that measures tables, where that takes its time."""
    growth: DatabaseGrowth
    in_force: list[tuple[str, str]]
    retention: Retention
    trimmed: dict[str, Any]
    """What a trim has just removed."""
    backups: list[BackupFile]
    backup_folder: str
    exporters: list[Exporter]


@require_http_methods(["GET", "HEAD", "POST"])
def data_page(request: HttpRequest) -> HttpResponse:
    act = {"trim": _trim, "backup": _backup}.get(request.POST.get("act", ""))
    if request.method == "POST":
        if act is None:
            why = "Nothing here is called so."
            return refusal(request, 400, "BAD_REQUEST", why)
        return act(request)
    stored = storage(request)
    must_measure = space.is_quick() or "measure" in request.GET
    return show(
        request,
        DataPage(
            menu=menu("data"),
            storage=stored,
            free=space.free_bytes(),
            sizes=_sizes() if must_measure else [],
            measure="" if must_measure else with_query(request, measure="1"),
            growth=growth(stored["database_bytes"], stored["requests"]),
            in_force=_in_force(),
            retention=_asked(request),
            trimmed=_trimmed(request),
            backups=_backups(),
            backup_folder=BACKUPS if stored["database"] == "sqlite" else "",
            exporters=available(),
        ),
    )


def _sizes() -> list[SizeLine]:
    tables = space.tables()
    found, rest = tables[:MOST_TABLES], tables[MOST_TABLES:]
    if rest:
        others = sum(each.bytes for each in rest)
        found.append(TableSize("", f"{len(rest)} others", others))
    most = max((each.bytes for each in found), default=0) or 1
    return [
        SizeLine(of=each, share=round(each.bytes / most * 100, 2)) for each in found
    ]


def _in_force() -> list[tuple[str, str]]:
    kept = "but what belongs to a run" if settings.WEIR_RETENTION_KEEP_RUNS else ""
    return [
        ("Requests", f"{settings.WEIR_RETENTION or 'kept for ever'} {kept}".strip()),
        ("Bodies", str(settings.WEIR_BODY_RETENTION or "as long as their request")),
    ]


def _asked(request: HttpRequest) -> Retention:
    query = request.GET
    age = query.get("older_than", "").strip()
    bodies_only, keep_runs = "bodies_only" in query, "keep_runs" in query
    before, found, problem = None, Removed(), ""
    if age:
        try:
            rule = Rule.older_than(age, bodies_only, keep_runs)
            before, found = rule.before, retention.measure(rule)
        except ValueError as error:
            problem = str(error)
    return Retention(
        older_than=age,
        bodies_only=bodies_only,
        keep_runs=keep_runs,
        before=before,
        found=found,
        problem=problem,
    )


def _trim(request: HttpRequest) -> HttpResponse:
    posted = request.POST
    if "confirm" not in posted:
        return refusal(request, 400, "BAD_REQUEST", CONFIRM)
    age = posted.get("older_than", "").strip()
    try:
        rule = Rule.older_than(age, "bodies_only" in posted, "keep_runs" in posted)
        trimming.trim(rule, age)
    except ValueError as error:
        return refusal(request, 422, "BAD_REQUEST", f"older_than: {error}")
    except AlreadyPruning:
        return refusal(request, 409, "CONFLICT", BUSY)
    entry = AuditEntry.objects.filter(kind=trimming.KIND)[0]
    return HttpResponseRedirect(f"{request.path}?did={entry.pk}")


def _trimmed(request: HttpRequest) -> dict[str, Any]:
    number = request.GET.get("did", "")
    rows = AuditEntry.objects.filter(kind=trimming.KIND)
    entry = rows.filter(pk=int(number)).first() if is_id(number) else None
    return dict(entry.after) if entry else {}


def _backup(request: HttpRequest) -> HttpResponse:
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"weir-{timezone.now():%Y%m%d-%H%M%S}.sqlite3"
    try:
        backup.back_up(file, lambda done, pages: None)
    except backup.NoBackup as error:
        return refusal(request, 409, "CONFLICT", str(error))
    return HttpResponseRedirect(f"{request.path}#backups")


def _folder() -> Path:
    return Path(settings.WEIR_DATA_DIR) / BACKUPS


def _backups() -> list[BackupFile]:
    found = sorted(_folder().glob("*.sqlite3"), reverse=True)[:MOST_BACKUPS]
    return [_file(each) for each in found]


def _file(path: Path) -> BackupFile:
    told = path.stat()
    at = datetime.fromtimestamp(told.st_mtime, timezone.get_current_timezone())
    return BackupFile(name=path.name, bytes=told.st_size, at=at)
