"""Which requests the database has already, and which it has refused before.

Of a batch `batch.py` asks first; `proxy/recorder.py` of what it reads a second time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from runs import sql
from runs.incident import IncidentKind
from runs.models import CapturedRequest, JournalIncident
from runs.sql import Adapter


def known(uids: list[UUID]) -> dict[UUID, tuple[Any, ...]]:
    """Requests that are there already, by uid. Where others write beside this, they
    wait until it is over: what is moved meanwhile would be put back."""
    table, adapt = CapturedRequest._meta.db_table, Adapter()
    columns = "uid, id, outcome, run_id, conversation_id"
    query = f"SELECT {columns} FROM {table} WHERE uid IN ({{}})"
    if connection.vendor == "postgresql":
        query += " ORDER BY id FOR NO KEY UPDATE"
    rows = sql.select(query, [adapt.uuid(uid) for uid in uids])
    return {as_uuid(uid): tuple(others) for uid, *others in rows}


def counted_as_lost(uids: Collection[UUID]) -> set[UUID]:
    """Those of which an incident tells that they could not be stored."""
    told = JournalIncident.objects.filter(kind=IncidentKind.UNREADABLE)
    return {uid for uid in uids if told.filter(message__contains=str(uid)).exists()}


def as_uuid(value: Any) -> UUID:
    """As a database gives it."""
    return value if isinstance(value, UUID) else UUID(value)
