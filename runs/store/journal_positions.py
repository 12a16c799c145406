"""How far each host's journal is stored, for `proxy/recorder.py` and who watches it.

Hosts share a database and no journal: each reads, moves and drops its own positions
alone. `runs/store/writer.py` moves them on with the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from runs import sql
from runs.models import HostLoss, HostPosition, JournalPosition

COLUMNS = ("host", "segment", "offset")


class JournalFile(NamedTuple):
    """A file's name says nothing without the host that has it."""

    host: str
    segment: str


def positions(host: str) -> dict[str, int]:
    """How far each of this host's journal files has been stored."""
    rows = HostPosition.objects.filter(host=host)
    return dict(rows.values_list("segment", "offset"))


def move_on(positions: Mapping[JournalFile, int]) -> None:
    """Inside the transaction that stores what stands before them."""
    rows = [(*file, offset) for file, offset in positions.items()]
    sql.upsert(HostPosition, COLUMNS, rows, keys=2)


def count_lost(host: str, requests: int) -> None:
    """Inside the transaction that moves on behind them: so each counts once."""
    more = HostLoss.objects.filter(host=host).update(requests=F("requests") + requests)
    if not more:
        HostLoss.objects.create(host=host, requests=requests)


def lost(host: str) -> int:
    """Requests of this host's journal that the database never got."""
    found = HostLoss.objects.filter(host=host).values_list("requests", flat=True)
    return found.first() or 0


def forget(host: str, segments: Collection[str]) -> None:
    """Drops the positions of files that this host has deleted."""
    HostPosition.objects.filter(host=host, segment__in=segments).delete()


def of_no_host(segments: Collection[str]) -> dict[str, int]:
    """What 0.1 kept of these files, which the host that has them hasn't taken yet."""
    rows = JournalPosition.objects.filter(segment__in=segments)
    return dict(rows.values_list("segment", "offset"))


def take_over(host: str, segments: Collection[str]) -> None:
    """What 0.1 kept of this host's files is this host's from now on.

    What it kept of other files stays: another host may still run 0.1.
    """
    found = of_no_host(segments)
    if not found:
        return
    with transaction.atomic():
        known = positions(host)
        # Known and further on in the old table: 0.1 ran here again in between.
        move_on(
            {
                JournalFile(host, segment): max(offset, known.get(segment, 0))
                for segment, offset in found.items()
            }
        )
        sql.delete(JournalPosition.objects.filter(segment__in=list(found)))
