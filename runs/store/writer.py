"""The only writer of captured requests: a batch is one transaction.

The recorder hands down finished records with the journal position they end at; rows
and position are committed together, so each record is stored exactly once whatever is
killed when. A record that is there already is not stored again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from runs import cleaning
from runs.bodies.writer import BodyWriter
from runs.grouping.conversations import Conversations
from runs.grouping.turn_writer import Turns
from runs.incident import Incident, IncidentKind
from runs.models import JournalIncident
from runs.record import BodyAway, ExchangeRecord, Outcome
from runs.store import open_writes
from runs.store.batch import Gathered
from runs.store.combinations import Combinations, of_row
from runs.store.counted import CountedAnswers
from runs.store.facets import Facets
from runs.store.figures import RollupWriter
from runs.store.journal_positions import JournalFile, count_lost, move_on
from runs.store.newer_columns import wants_unknown_column

__all__ = ["Incident", "restart", "write"]

log = logging.getLogger(__name__)

UNAVAILABLE = (OperationalError, InterfaceError, BodyAway)
"""The database or the journal, not the data: the recorder tries the batch again."""
NOT_OF_THE_DATA = frozenset({"42P01", "42703", "42501", "25006"})
"""The same of PostgreSQL, by its codes: no such table, no such column (a newer Weir on
another host has upgraded it), not allowed, read-only."""


def write(
    records: Sequence[ExchangeRecord],
    positions: Mapping[JournalFile, int],
    incidents: Sequence[Incident] = (),
    host: str = "",
) -> list[int]:
    """Stores a batch; gives the ids of the requests that are new or changed. What it
    loses is `host`'s, where a host captured it."""
    return _store.write(records, positions, incidents, host)


def restart() -> None:
    """Forgets what is only in memory, as a new recorder process would."""
    _store.forget()


class Store:
    """The writer, with what it remembers from batch to batch."""

    def __init__(self) -> None:
        self._bodies = BodyWriter()
        self._conversations = Conversations()
        self._turns = Turns()
        self._facets = Facets()
        self._combinations = Combinations()
        self._counted = CountedAnswers()
        self._rollups = RollupWriter()

    def write(
        self,
        records: Sequence[ExchangeRecord],
        positions: Mapping[JournalFile, int],
        incidents: Sequence[Incident],
        host: str,
    ) -> list[int]:
        try:
            return self._write_at_once(records, positions, incidents, host)
        except Exception as error:
            self.forget()
            if _is_unavailable(error):
                raise
            # What is remembered may be gone from there (retention): look it up again.
            if not isinstance(error, IntegrityError):
                log.warning("A batch could not be stored at once", exc_info=True)
        return self._write_one_by_one(records, positions, incidents, host)

    def forget(self) -> None:
        self._bodies.forget()
        self._conversations.forget()
        self._turns.forget()
        self._facets.forget()
        self._combinations.forget()
        self._counted.forget()

    def _write_at_once(
        self,
        records: Sequence[ExchangeRecord],
        positions: Mapping[JournalFile, int],
        incidents: Sequence[Incident],
        host: str,
    ) -> list[int]:
        with transaction.atomic():
            open_writes.begin()
            changed = self._add(records)
            _close(positions, incidents, host)
        return changed

    def _write_one_by_one(
        self,
        records: Sequence[ExchangeRecord],
        positions: Mapping[JournalFile, int],
        incidents: Sequence[Incident],
        host: str,
    ) -> list[int]:
        """Stores what can be stored; the rest becomes incidents."""
        changed, troubles = list[int](), list(incidents)
        try:
            with transaction.atomic():
                open_writes.begin()
                for record in records:
                    added = self._try(record)
                    changed += added if isinstance(added, list) else []
                    troubles += [added] if isinstance(added, Incident) else []
                _close(positions, troubles, host)
        except BaseException:
            self.forget()
            raise
        return changed

    def _try(self, record: ExchangeRecord) -> list[int] | Incident:
        try:
            with transaction.atomic():
                return self._add([record])
        except Exception as error:
            if _is_unavailable(error):
                raise
            log.exception("Request %s could not be stored", record.uid)
            self.forget()
            if record.outcome is Outcome.PENDING:
                return []  # nothing is lost yet: it comes again when it has ended
            message = f"Request {record.uid} could not be stored: {error}"
            return Incident(kind=IncidentKind.UNREADABLE, message=message)

    def _add(self, records: Sequence[ExchangeRecord]) -> list[int]:
        if not records:
            return []
        batch = Gathered(
            self._bodies,
            self._conversations,
            self._turns,
            self._facets,
            self._counted,
        )
        changed = batch.add(records)
        self._combinations.add(of_row(row) for _, row in batch.stored)
        self._rollups.add(batch.stored)  # last: other writers of figures wait
        return changed


def _is_unavailable(error: Exception) -> bool:
    code = getattr(error.__cause__, "sqlstate", None)
    if isinstance(error, UNAVAILABLE) or code in NOT_OF_THE_DATA:
        return True
    return wants_unknown_column(error)


def _close(
    positions: Mapping[JournalFile, int], incidents: Sequence[Incident], host: str
) -> None:
    """What ends every transaction: how far the journal is read, and what was lost."""
    move_on(positions)
    lost = sum(each.count for each in incidents if each.kind is IncidentKind.UNREADABLE)
    if lost and host:
        count_lost(host, lost)
    JournalIncident.objects.bulk_create(
        JournalIncident(
            kind=incident.kind.value,
            segment=incident.segment[:128],
            offset=incident.offset,
            count=incident.count,
            message=cleaning.text(incident.message, 2000),
        )
        for incident in incidents
    )


_store = Store()
