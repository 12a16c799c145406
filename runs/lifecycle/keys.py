"""Run keys: issued per run, shown once, kept as digests.

Part of `runs/lifecycle/__init__.py`. The proxy finds them in requests, and
`proxy/table/snapshot.py` knows which are valid (a database trigger tells it of each
change here).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from runs.lifecycle.errors import RunError
from runs.models import Run, RunKey
from runs.models.run import RunState

PREFIX = "sk-weir-"
SHOWN = len(PREFIX) + 6
FACTS = "facts"
"""The capture of a key whose requests leave figures and no text."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key; `text` is never to be had again."""

    text: str = field(repr=False)
    key: RunKey


def issue_key(
    run: Run, *, expires_at: datetime | None = None, keeps_content: bool = True
) -> IssuedKey:
    """A key whose requests belong to `run`; valid until it expires or the run ends."""
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        # Held, so that a run which ends at this moment revokes this key too.
        rows = Run.objects.select_for_update(no_key=True).filter(pk=run.pk)
        state = rows.values_list("state", flat=True).first()
        if state is None:
            raise RunError("RUN_NOT_FOUND", f"The run {run.name!r} has been deleted.")
        if state == RunState.ENDED:
            raise RunError("RUN_ENDED", "An ended run takes no more keys.")
        key = RunKey.objects.create(
            run=run,
            prefix=text[:SHOWN],
            digest=digest(text),
            expires_at=expires_at,
            capture=None if keeps_content else FACTS,
        )
    return IssuedKey(text, key)


def revoke_key(key: RunKey) -> None:
    """At once, and for good."""
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])


def valid_digests() -> dict[str, float]:
    """Digest → when it expires, Unix time (inf: never); for the routing table."""
    rows = RunKey.objects.filter(revoked_at=None).values_list("digest", "expires_at")
    return {
        digest: expires_at.timestamp() if expires_at else float("inf")
        for digest, expires_at in rows
    }


def contentless_digests() -> frozenset[str]:
    """Of the valid keys, those whose requests leave no text; for the routing table."""
    rows = RunKey.objects.filter(revoked_at=None, capture=FACTS)
    return frozenset(rows.values_list("digest", flat=True))


def digest(text: str) -> str:
    """A key is random, so one fast hash is enough to keep it."""
    return sha256(text.encode(errors="replace")).hexdigest()
