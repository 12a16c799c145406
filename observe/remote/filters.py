"""The filters of the list of requests, as options and as the API takes them. Pure."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from runs.filters import FILTERS
from runs.filters.request_filter import WHERE

if TYPE_CHECKING:
    from argparse import _ArgumentGroup as ArgumentGroup


def add_filters(
    parser: ArgumentParser | ArgumentGroup, *, without: tuple[str, ...] = ()
) -> None:
    """`--where`, and an option for each filter of the list, or for all but some."""
    about = "the filter language: 'cost>0.01 -provider:openai' (docs/filters.md)"
    parser.add_argument(f"--{WHERE}", default="", metavar="…", help=about)
    for each in FILTERS:
        if each.name not in without:
            # argparse formats what it prints.
            words = each.plain_help.replace("%", "%%")
            parser.add_argument(f"--{each.name}", default="", metavar="…", help=words)


def query(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those that were given."""
    names = (WHERE, *(each.name for each in FILTERS))
    return {name: options[name] for name in names if options.get(name)}
