"""`weir demo`: sends a few minutes of varied traffic to the built-in model."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from observe.own_process import environment
from observe.traffic.driver import Plan, play

START_WAIT_S = 60.0


class Command(BaseCommand):
    help = "Send a few minutes of varied traffic to the built-in model through Weir."

    def add_arguments(self, parser: ArgumentParser) -> None:
        local = "127.0.0.1" if settings.WEIR_HOST == "0.0.0.0" else settings.WEIR_HOST
        parser.add_argument(
            "--server",
            default=f"http://{local}:{settings.WEIR_PORT}",
            help="address of a running Weir (%(default)s)",
        )
        parser.add_argument(
            "--minutes", type=float, default=2.0, help="how long (%(default)s)"
        )
        parser.add_argument(
            "--rate",
            type=float,
            default=1.5,
            help="clients started each second (%(default)s)",
        )
        parser.add_argument(
            "--start",
            action="store_true",
            help="start Weir when none is running there, and keep it until Ctrl-C",
        )

    def handle(self, **options: Any) -> None:
        if options["minutes"] <= 0 or options["rate"] <= 0:
            raise CommandError("--minutes and --rate must be more than 0.")
        server = options["server"].rstrip("/")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        weir = None
        try:
            if not _is_up(server):
                weir = self._start(server, may_start=options["start"])
                self._await(weir, server)
            self._play(server, options["minutes"], options["rate"])
            if weir:
                self.stdout.write("Weir stays up; Ctrl-C ends it.")
                weir.wait()
        finally:
            if weir and weir.poll() is None:
                weir.terminate()
                weir.wait()

    def _start(self, server: str, may_start: bool) -> subprocess.Popen[bytes]:
        if not may_start:
            raise CommandError(
                f"No Weir answers at {server}. Start one with `weir serve`, or add "
                "--start."
            )
        self.stdout.write("No Weir is running; starting one …")
        # A session of its own: a Ctrl-C reaches only this process, which then ends it.
        return subprocess.Popen(
            [sys.executable, "-m", "observe", "serve"],
            env=environment(),
            start_new_session=True,
        )

    def _await(self, weir: subprocess.Popen[bytes], server: str) -> None:
        deadline = time.monotonic() + START_WAIT_S
        while not _is_up(server):
            if weir.poll() is not None or time.monotonic() > deadline:
                raise CommandError("Weir did not start; its messages stand above.")
            time.sleep(0.2)

    def _play(self, server: str, minutes: float, rate: float) -> None:
        plan = Plan(
            server=server,
            seconds=minutes * 60,
            per_second=rate,
            token=settings.WEIR_TOKEN,
        )
        self.stdout.write(f"Sending traffic to {server} for {minutes:g} minutes …")
        seen = asyncio.run(play(plan, self.stderr.write))
        told = ", ".join(f"{count} × {what}" for what, count in sorted(seen.items()))
        self.stdout.write(f"{sum(seen.values())} requests: {told}. See {server}/")


def _is_up(server: str) -> bool:
    try:
        answer = httpx.get(f"{server}/healthz", timeout=3, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return answer.status_code == 200
