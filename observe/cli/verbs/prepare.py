"""`weir prepare` takes nothing. Pure."""

from __future__ import annotations

from observe.cli.verbs.verb import Needs, Verb

VERB = Verb(
    name="prepare",
    about="make or upgrade the database, as weir serve does at its start",
    examples=("weir prepare",),
    needs=Needs.SETTINGS,
)
