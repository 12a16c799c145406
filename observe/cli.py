"""The `weir` command: every verb is a Django management command.

`manage.py`, `python -m observe` and the installed `weir` all come here.
"""

from __future__ import annotations

import os
import sys

from observe.env import BadSetting


def main() -> None:
    """Run one command; a bad setting ends it with one sentence and exit code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observe.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv if len(sys.argv) > 1 else ["weir", "help"])
    except BadSetting as error:
        sys.stderr.write(f"weir: {error}\n")
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(1) from None
