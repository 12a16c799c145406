"""A row changed by a JSON object: checked as the admin checks it, without lost updates.

The API's routers of prices, providers and routes write through this. What a caller
leaves out stays as it is. A change is made only to what the caller has read, which its
`If-Match` tells; the tag of a row is a digest of all that can be edited.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError

CHANGED = "It was changed meanwhile: read it again, then change that."
UNTOLD = (
    "Send the ETag that you have read as If-Match, so that no change of others is lost;"
    " `If-Match: *` changes what is there now, whatever it is."
)
_EDITORS = 20250707
"""PostgreSQL's advisory lock."""
_THERE = "It exists already."
_OVER_WHAT_IS_THERE = frozenset({"PUT", "PATCH", "DELETE"})
WITH_TAG = {
    "parameters": [
        {
            "in": "header",
            "name": "If-Match",
            "schema": {"type": "string"},
            "description": "The row's `ETag` as it was read, or `*`. Without it: 428.",
        }
    ]
}
"""What the schema says of an operation that asks `must_match`."""
_BAD_TEXT = "has a character that can't be stored."


def values(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """What can be edited of a row, as it stands there."""
    return {name: getattr(row, name) for name in names}


def tag(edited: Mapping[str, Any]) -> str:
    """The ETag of these values."""
    text = json.dumps(edited, sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def tell_tag(response: HttpResponse, edited: Mapping[str, Any]) -> None:
    response["ETag"] = tag(edited)


def must_match(request: HttpRequest, edited: Mapping[str, Any] | None) -> None:
    """Raises 412 where the caller has read something else, and 428 where it doesn't
    say what; None: there is no row."""
    current = None if edited is None else tag(edited)
    wanted = _tags(request, "If-Match")
    if wanted and (current is None or not {current, "*"} & wanted):
        raise HttpError(412, CHANGED)
    if current is not None and {current, "*"} & _tags(request, "If-None-Match"):
        raise HttpError(412, _THERE)
    if current is not None and not wanted and request.method in _OVER_WHAT_IS_THERE:
        raise HttpError(428, UNTOLD)


def _tags(request: HttpRequest, header: str) -> set[str]:
    # A compressed answer has a weak tag of the same text.
    told = request.headers.get(header, "").split(",")
    return {each.strip().removeprefix("W/") for each in told if each.strip()}


def alone() -> None:
    """Until the caller's transaction ends no other change that says so goes on: for
    rows whose twin no constraint forbids. SQLite's writers wait for each other anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_EDITORS])


def change(row: Model, given: Mapping[str, Any]) -> None:
    """Set these values and check the whole row; raises 422 with the admin's sentences.
    It is not saved yet."""
    for name, value in given.items():
        if not _can_be_stored(value):
            raise HttpError(422, f"{name}: {_BAD_TEXT}")
        setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as error:
        raise HttpError(422, sentences(error)) from None


def sentences(error: ValidationError) -> str:
    """`base_url: Give an absolute URL. slug: …`"""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    told = []
    for name, messages in error.message_dict.items():
        told.append(" ".join(messages))
        if name != NON_FIELD_ERRORS:
            told[-1] = f"{name}: {told[-1]}"
    return " ".join(told)


def _can_be_stored(value: Any) -> bool:
    """No NUL and no half of a pair, however deep: databases refuse them."""
    if isinstance(value, str):
        return "\0" not in value and _encodes(value)
    if isinstance(value, Mapping):
        return all(_can_be_stored(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return all(map(_can_be_stored, value))
    return True


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
