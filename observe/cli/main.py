"""The `weir` command: finds the verb, reads its arguments, lets it work.

`python -m observe` and the installed `weir` come here; `manage.py` is `weir manage`.
What a verb says and takes is in `verbs/`, what it does in `commands/`, which is loaded
when its arguments are known to be good.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from observe.cli import failures, help
from observe.cli.verbs import VERBS, Verb
from observe.nearest import did_you_mean
from observe.problem import FAILED, BadUsage
from runs.version import weir_version

if TYPE_CHECKING:
    from observe.cli.terminal import Terminal

HELP = ("help", "--help", "-h")
VERSION = ("--version", "-V")


def main() -> None:
    """Of the installed command."""
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """The exit code; whatever goes wrong is one sentence."""
    for stream in (sys.stdout, sys.stderr):
        # A name in a table must not end the table where the terminal lacks a letter.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = _dispatch(list(arguments))
        sys.stdout.flush()
    except BrokenPipeError as error:
        failures.silence_stdout()
        code = failures.tell(error, sys.stderr)
    except (Exception, KeyboardInterrupt) as error:
        code = failures.tell(error, sys.stderr)
    verb = VERBS.get(arguments[0]) if arguments else None
    return verb.failed if verb and code == FAILED else code


def _dispatch(arguments: list[str]) -> int:
    first, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if first in VERSION:
        sys.stdout.write(f"weir {weir_version()}\n")
        return 0
    if first in HELP and rest:
        return _dispatch([*rest, "--help"])
    if first in HELP:
        sys.stdout.write(help.text(sys.stdout))
        return 0
    verb = named(first)
    options = read(verb, rest)

    from observe.cli.terminal import Terminal

    return perform(verb, options, Terminal(sys.stdout, sys.stderr))


def named(name: str) -> Verb:
    if name in VERBS:
        return VERBS[name]
    near = did_you_mean(name, tuple(VERBS))
    raise BadUsage(
        f"There is no verb “{name}”{near or '.'}",
        hint="`weir --help` lists them; Django's own are behind `weir manage`.",
    )


def read(verb: Verb, arguments: Sequence[str]) -> dict[str, Any]:
    """Its options by name; `--help` and bad ones end here."""
    words = list(arguments)
    if verb.is_raw:
        return {"words": words}
    # Everything behind the first `--` is a command's, whatever it looks like.
    at = words.index("--") if verb.takes_command and "--" in words else len(words)
    options = vars(verb.parser().parse_args(words[:at]))
    return {**options, "command": words[at + 1 :]} if verb.takes_command else options


def perform(verb: Verb, options: dict[str, Any], terminal: Terminal) -> int:
    """Make ready what it needs, and let it work."""
    from observe.cli import readiness

    readiness.provide(readiness.needed(verb, options))
    return int(import_module(verb.module).act(options, terminal))
