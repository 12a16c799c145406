"""Weir's verbs: what each is called, says and takes, in the order of `weir --help`.

One file a verb, with its `VERB`; to add one, write it, list it in `GROUPS`, and write
`observe/cli/commands/<verb>.py`, which does the work. Completion reads the same table.
Pure: help loads nothing else.
"""

from __future__ import annotations

from observe.cli.verbs import (
    alerts,
    backup,
    completion,
    demo,
    doctor,
    experiments,
    export,
    gate,
    import_,
    manage,
    prepare,
    prices,
    probe,
    providers,
    prune,
    requests,
    reread,
    resend,
    rollups,
    routes,
    run,
    runs,
    serve,
    session,
    text,
    token,
    views,
    what_if,
)
from observe.cli.verbs.verb import Group, Needs, Verb

GROUPS = (
    Group("Serve and try", (serve.VERB, demo.VERB, probe.VERB)),
    Group(
        "Look",
        (
            *(requests.VERB, views.VERB, alerts.VERB, export.VERB, import_.VERB),
            resend.VERB,
        ),
    ),
    Group("Runs and CI", (run.VERB, gate.VERB, runs.VERB, what_if.VERB)),
    Group("Experiments", (experiments.VERB, session.VERB)),
    Group(
        "Set up",
        (doctor.VERB, routes.VERB, providers.VERB, prices.VERB, token.VERB),
    ),
    Group("Keep", (prune.VERB, backup.VERB, reread.VERB, rollups.VERB, text.VERB)),
    Group("More", (prepare.VERB, completion.VERB, manage.VERB)),
)
VERBS = {verb.name: verb for group in GROUPS for verb in group.verbs}

__all__ = ["GROUPS", "VERBS", "Group", "Needs", "Verb"]
