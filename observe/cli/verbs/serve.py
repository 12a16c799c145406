"""What `weir serve` takes. Pure."""

from __future__ import annotations

from observe.cli.verbs.verb import Verb
from observe.serve.flags import add_flags

VERB = Verb(
    name="serve",
    about="forward, capture and show LLM traffic until stopped",
    examples=("weir serve", "weir serve --port 9000 --data-dir /srv/weir"),
    more="Each flag is also an environment variable, which every verb reads.",
    arguments=add_flags,
)
