"""`/api/alerts`: alerts edited, previewed, tried. Joined in `observe/api.py`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from ninja.errors import HttpError

from observe.alerts import (
    conditions,
    drawing,
    figures,
    messages,
    signing,
    telling,
)
from observe.alerts.conditions import BadCondition
from observe.alerts.shapes import AlertIn, AlertOut, DeliveryOut, PreviewIn, PreviewOut
from pricing import editing
from runs.models import Alert, SavedView
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["alerts"])
ERRORS = dict.fromkeys((404, 412, 422, 428), ErrorAnswer)


@router.get("/alerts", response=list[AlertOut], summary="List alerts")
def list_alerts(request: HttpRequest) -> list[dict[str, Any]]:
    """By name, each with where it stands and its newest messages."""
    return telling.told_all(Alert.objects.in_order())


@router.post(
    "/alerts",
    response={201: AlertOut, 409: ErrorAnswer, 422: ErrorAnswer},
    summary="Make an alert",
)
def create_alert(
    request: HttpRequest, response: HttpResponse, asked: AlertIn
) -> Status[Any]:
    """409 where the name is taken."""
    with transaction.atomic():
        editing.alone()
        if Alert.objects.filter(name=_text(asked.name)).exists():
            raise HttpError(409, f"There is an alert “{asked.name}” already.")
        return Status(201, _saved(response, Alert(), asked))


@router.post(
    "/alerts/preview",
    response={200: PreviewOut, 422: ErrorAnswer},
    summary="What a condition comes to now",
)
def preview_alert(request: HttpRequest, asked: PreviewIn) -> dict[str, Any]:
    """By the function that looks at alerts; nothing is saved or sent."""
    try:
        condition = conditions.read(asked.condition)
    except BadCondition as error:
        raise HttpError(422, f"condition: {error}") from None
    least = asked.min_requests
    if not asked.day:
        found = figures.read(condition, asked.where, least=least)
        return telling.preview(condition, found, None)
    day = drawing.read(condition, asked.where, least=least, hold_s=asked.hold_s)
    return telling.preview(condition, day.readings[-1], day)


@router.get(
    "/alerts/{name}",
    response={200: AlertOut, 404: ErrorAnswer},
    summary="Read an alert",
)
def read_alert(
    request: HttpRequest, response: HttpResponse, name: str
) -> dict[str, Any]:
    """As it is saved; its `ETag` is for `If-Match`."""
    return _told(response, _alert(name))


@router.patch(
    "/alerts/{name}",
    response={200: AlertOut, **ERRORS},
    summary="Change an alert",
    openapi_extra=editing.WITH_TAG,
)
def change_alert(
    request: HttpRequest, response: HttpResponse, name: str, asked: AlertIn
) -> dict[str, Any]:
    """Only what is named, and nothing that others changed since `If-Match`."""
    with transaction.atomic():
        row = _alert(name, lock=True)
        editing.must_match(request, telling.values_of(row))
        return _saved(response, row, asked)


@router.delete(
    "/alerts/{name}",
    response={204: None, **ERRORS},
    summary="Delete an alert",
    openapi_extra=editing.WITH_TAG,
)
def delete_alert(request: HttpRequest, name: str) -> Status[Any]:
    """And its messages, those that wait as well."""
    with transaction.atomic():
        row = _alert(name, lock=True)
        editing.must_match(request, telling.values_of(row))
        row.delete()
    return Status(204, None)


@router.post(
    "/alerts/{name}/test",
    response={200: list[DeliveryOut], 404: ErrorAnswer, 409: ErrorAnswer},
    summary="Send a test message",
)
def test_alert(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """To its webhook and the command, within seconds; read the alert to see whether
    it came there."""
    row = _alert(name)
    made = tried(row)
    if not made:
        raise HttpError(409, "It has no webhook, and WEIR_ALERT_COMMAND isn't set.")
    return [telling.message(each) for each in made]


def tried(row: Alert) -> list[Any]:
    """The messages of a test; none where nobody is told."""
    condition = conditions.read(row.condition)
    found = figures.read(condition, row.where, least=row.min_requests)
    with transaction.atomic():
        return messages.queue(row, condition, found, "test", found.end)


def _alert(name: str, *, lock: bool = False) -> Alert:
    rows = Alert.objects.select_for_update() if lock else Alert.objects.all()
    row = rows.filter(name=_text(name)).first()
    if row is None:
        raise HttpError(404, f"There is no alert “{name}”.")
    return row


def _text(name: str) -> str:
    return name.replace("\0", "").strip()


def _saved(response: HttpResponse, row: Alert, asked: AlertIn) -> dict[str, Any]:
    given = asked.dict(exclude_unset=True)
    if view := given.pop("view", ""):
        saved = SavedView.objects.filter(name=_text(view)).first()
        if saved is None:
            raise HttpError(422, f"view: There is no view “{view}”.")
        given["where"] = saved.where
    secret = given.pop("secret", None)
    try:
        signing.check(secret or "")
    except ValidationError as error:
        raise HttpError(422, f"secret: {error.messages[0]}") from None
    is_new = row._state.adding
    editing.change(row, given)
    row.save()
    if secret is not None:
        signing.keep(row, secret, is_new=is_new)
    return _told(response, row)


def _told(response: HttpResponse, row: Alert) -> dict[str, Any]:
    editing.tell_tag(response, telling.values_of(row))
    return telling.told(row)
