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
            flag = f"--{each.name.replace('_', '-')}"
            taken = parser.add_argument(
                *dict.fromkeys((flag, f"--{each.name}")),
                default="",
                dest=each.name,
                metavar="…",
                help=words,
            )
            taken.option_strings = [flag]  # as the API spells it, it is only taken


def query(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those that were given."""
    names = (WHERE, *(each.name for each in FILTERS))
    return {name: options[name] for name in names if options.get(name)}
