"""`weir token create|list|revoke`: who may use the API from another machine.

Parses and prints only; `runs/tokens.py` does the work.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.table import Table

from observe.terminal import show, show_json
from runs import tokens
from runs.models import ApiToken

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class Command(BaseCommand):
    help = "Make, list or revoke tokens for the API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        made = verbs.add_parser("create", help="make a token; it is shown once")
        made.add_argument("name", help="who or what it is for")
        made.add_argument("--write", action="store_true", help="may change things, too")
        made.add_argument(
            "--expires", type=_period, default=None, help="after 12h, 30d or 8w"
        )
        listed = verbs.add_parser(
            "list", help="all tokens, never the tokens themselves"
        )
        revoked = verbs.add_parser("revoke", help="refuse a token from now on")
        revoked.add_argument("name", help="its name, or the beginning that list shows")
        for verb in (made, listed, revoked):
            verb.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except tokens.TokenError as error:
            raise CommandError(str(error)) from None

    def _create(self, options: dict[str, Any]) -> None:
        scope = ApiToken.Scope.WRITE if options["write"] else ApiToken.Scope.READ
        period = options["expires"]
        expires_at = timezone.now() + period if period else None
        issued = tokens.create(options["name"], scope, expires_at)
        if options["json"]:
            show_json(self.stdout, {"token": issued.text, **_row(issued.token)})
            return
        self.stdout.write(issued.text)
        self.stderr.write("Keep it: it is not shown again.")

    def _list(self, options: dict[str, Any]) -> None:
        rows = [_row(token) for token in ApiToken.objects.order_by("pk")]
        if options["json"]:
            show_json(self.stdout, rows)
            return
        table = Table("Name", "Begins", "May", "State", "Made", "Expires", "Last used")
        for row in rows:
            times = (row["created_at"], row["expires_at"], row["last_used_at"])
            begins = f"{row['prefix']}…"
            shown = [str(each or "–")[:16].replace("T", " ") for each in times]
            table.add_row(row["name"], begins, row["scope"], row["state"], *shown)
        show(self.stdout, table)

    def _revoke(self, options: dict[str, Any]) -> None:
        row = _row(tokens.revoke(options["name"]))
        if options["json"]:
            show_json(self.stdout, row)
        else:
            self.stdout.write(f"“{row['name']}” is refused from now on.")


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


def _period(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if not number.isascii() or not number.isdigit() or unit not in UNITS:
        raise ArgumentTypeError(f"{text!r} is not a time such as 12h, 30d or 8w")
    if int(number) > 10_000 or not int(number):
        raise ArgumentTypeError(f"{text!r} is out of bounds")
    return int(number) * UNITS[unit]
