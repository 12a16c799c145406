"""`weir requests list|show|tail`: captured requests, asked from a server."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from observe.remote import requests, runs
from observe.remote.client import Weir
from observe.remote.command import RemoteCommand, add_json_flag, add_server_flags
from observe.remote.tables import request_facts, request_line, request_table
from observe.terminal import show, show_json

DETAIL = ("request", "response")


class Command(RemoteCommand):
    help = "Show captured requests, or follow them as they come."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listed = verbs.add_parser("list", help="the newest, narrowed by filters")
        listed.add_argument("--limit", type=int, default=30, help="rows (%(default)s)")
        shown = verbs.add_parser("show", help="one request")
        shown.add_argument("id", help="its id, or the start of it")
        shown.add_argument(
            "--body", choices=DETAIL, help="print these bytes and nothing else"
        )
        followed = verbs.add_parser("tail", help="print each request when it ends")
        followed.add_argument(
            "--last", type=int, default=10, metavar="N", help="begin with (%(default)s)"
        )
        for verb in (listed, followed):
            requests.add_filters(verb)
        for verb in (listed, shown, followed):
            add_json_flag(verb)
            add_server_flags(verb)

    def act(self, options: dict[str, Any]) -> int:
        with self.connect(options) as weir:
            getattr(self, f"_{options['verb']}")(weir, options)
        return 0

    def _list(self, weir: Weir, options: dict[str, Any]) -> None:
        query = requests.query(options) | {"limit": min(options["limit"], 200)}
        rows = runs.take(runs.pages(weir, "/api/requests", query), options["limit"])
        if options["json"]:
            show_json(self.stdout, rows)
        else:
            show(self.stdout, request_table(rows) if rows else "No requests.")

    def _show(self, weir: Weir, options: dict[str, Any]) -> None:
        if options["body"]:
            with requests.body(weir, options["id"], options["body"]) as pieces:
                for piece in pieces:
                    sys.stdout.buffer.write(piece)
            return
        row = requests.find(weir, options["id"])
        if options["json"]:
            show_json(self.stdout, row)
        else:
            show(self.stdout, request_facts(row))

    def _tail(self, weir: Weir, options: dict[str, Any]) -> None:
        for row in requests.follow(weir, requests.query(options), options["last"]):
            if options["json"]:
                self.stdout.write(requests.as_line(row))
            else:
                show(self.stdout, request_line(row))
            self.stdout.flush()
