"""`weir token create|list|revoke`: who may use the API from another machine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from observe.cli.terminal import Terminal
from observe.problem import Problem
from observe.remote.tables import plain_table
from runs import tokens
from runs.models import ApiToken


def act(options: dict[str, Any], terminal: Terminal) -> int:
    verbs = {"create": _create, "list": _list, "revoke": _revoke}
    try:
        verbs[options["verb"]](options, terminal)
    except tokens.TokenError as error:
        raise Problem(str(error)) from None
    return 0


def _create(options: dict[str, Any], terminal: Terminal) -> None:
    scope = ApiToken.Scope.WRITE if options["write"] else ApiToken.Scope.READ
    period = options["expires"]
    expires_at = timezone.now() + period if period else None
    issued = tokens.create(options["name"], scope, expires_at)
    if options["json"]:
        terminal.show_json({"token": issued.text, **_row(issued.token)})
        return
    terminal.write(issued.text)
    terminal.say("Keep it: it is not shown again.")


def _list(options: dict[str, Any], terminal: Terminal) -> None:
    rows = [_row(token) for token in ApiToken.objects.order_by("pk")]
    if options["json"]:
        terminal.show_json(rows)
        return
    if not rows:
        terminal.say("No tokens.")
        return
    table = plain_table(
        "Name", "Begins", "May", "State", "Made", "Expires", "Last used"
    )
    for row in rows:
        times = (row["created_at"], row["expires_at"], row["last_used_at"])
        begins = f"{row['prefix']}…"
        shown = [str(each or "–")[:16].replace("T", " ") for each in times]
        table.add_row(row["name"], begins, row["scope"], row["state"], *shown)
    terminal.show(table)


def _revoke(options: dict[str, Any], terminal: Terminal) -> None:
    row = _row(tokens.revoke(options["name"]))
    if options["json"]:
        terminal.show_json(row)
    else:
        terminal.write(f"“{row['name']}” is refused from now on.")


def _row(token: ApiToken) -> dict[str, Any]:
    return {
        "name": token.name,
        "prefix": token.prefix,
        "scope": token.scope,
        "state": _state(token),
        "created_at": _iso(token.created_at),
        "expires_at": _iso(token.expires_at),
        "last_used_at": _iso(token.last_used_at),
    }


def _state(token: ApiToken) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "valid" if tokens.is_valid(token) else "expired"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
