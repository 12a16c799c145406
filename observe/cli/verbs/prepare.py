"""What `weir prepare` takes. Pure."""

from __future__ import annotations

from observe.cli.verbs.flags import add_json
from observe.cli.verbs.verb import Needs, Verb

VERB = Verb(
    name="prepare",
    about="make or upgrade the database, as weir serve does at its start",
    examples=("weir prepare",),
    needs=Needs.SETTINGS,
    arguments=add_json,
)
