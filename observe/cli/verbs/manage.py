"""`weir manage …` passes its words to Django. Pure."""

from __future__ import annotations

from observe.cli.verbs.verb import Needs, Verb

VERB = Verb(
    name="manage",
    about="run one of Django's own commands, such as createsuperuser",
    examples=("weir manage createsuperuser", "weir manage help"),
    needs=Needs.SETTINGS,
    is_raw=True,
)
