"""Tokens for the API: made by `weir token`, asked for by `observe/access.py`.

Only digests are stored. A token is random, so one fast hash is enough to keep it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from runs.models import ApiToken

PREFIX = "weir-api-"
SHOWN = len(PREFIX) + 6
USE_NOTED_EVERY = timedelta(minutes=1)


class TokenError(ValueError):
    """What can't be done; str() is a sentence for users."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token; `text` is never to be had again."""

    text: str = field(repr=False)
    token: ApiToken


def create(
    name: str, scope: str = ApiToken.Scope.READ, expires_at: datetime | None = None
) -> IssuedToken:
    """Raises TokenError for a blank name or one that is taken."""
    name = name.strip()
    if not name or len(name) > 100:
        raise TokenError("A token needs a name of at most 100 characters.")
    text = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        name=name,
        prefix=text[:SHOWN],
        digest=_digest(text),
        scope=ApiToken.Scope(scope),
        expires_at=expires_at,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise TokenError(f"There is a token {name!r} already.") from None
    return IssuedToken(text, row)


def revoke(name: str) -> ApiToken:
    """By name, or by the beginning that lists show; at once, and for good."""
    rows = ApiToken.objects.filter(Q(name=name) | Q(prefix=name))
    row = rows.first()
    if row is None:
        raise TokenError(f"There is no token {name!r}.")
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
    return row


def holder(text: str) -> ApiToken | None:
    """The token that this is, unless it is expired or revoked."""
    if not text.startswith(PREFIX):
        return None
    row = ApiToken.objects.filter(digest=_digest(text)).first()
    if row is None or not is_valid(row):
        return None
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def is_valid(token: ApiToken) -> bool:
    now = timezone.now()
    return token.revoked_at is None and (not token.expires_at or token.expires_at > now)


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()
