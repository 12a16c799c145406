"""`weir serve`, for `weir help`: the `weir` command runs it without loading Django."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from observe.serve import flags, supervisor


class Command(BaseCommand):
    help = "Forward, capture and show LLM traffic until stopped."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        flags.add_flags(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(supervisor.main())
