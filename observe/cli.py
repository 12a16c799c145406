"""The `weir` command: every verb is a Django management command.

`manage.py`, `python -m observe` and the installed `weir` all come here.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

from observe.env import BadSetting

REMOTE = frozenset({"export", "gate", "requests", "run", "runs"})
"""Commands that ask a server: they need no settings, so none are loaded."""
LOOKING = frozenset({"check", "doctor", "help"})
"""Commands that must run where no data directory can be made, to say so."""


def main() -> None:
    """Run one command; a bad setting ends it with one sentence and exit code 2."""
    try:
        _run(sys.argv if len(sys.argv) > 1 else ["weir", "help"])
    except BadSetting as error:
        sys.stderr.write(f"weir: {error}\n")
        if error.hint:
            sys.stderr.write(f"hint: {error.hint}\n")
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _run(argv: list[str]) -> None:
    if argv[1] in REMOTE:
        command = import_module(f"observe.management.commands.{argv[1]}").Command()
        command.run_from_argv(argv)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observe.settings")
    if argv[1] == "serve":
        # Without Django: the supervisor stays small, and its flags must be in the
        # environment before the settings are read.
        from observe.serve import flags

        flags.apply(argv[2:])
        from observe.serve import supervisor

        raise SystemExit(supervisor.main())
    from django.core.management import execute_from_command_line

    if argv[1] not in LOOKING:
        from observe import data_directory, settings

        data_directory.make(settings.WEIR_DATA_DIR)
    execute_from_command_line(argv)
