"""What ended a verb, as one sentence, a hint and an exit code: told here alone.

`observe/cli/main.py` brings every exception here. Django's are known by their names:
telling a bad flag must not load Django.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from observe.colour import DIM, RED, paint
from observe.database_trouble import PREPARE, is_unprepared
from observe.env import TRUE, BadSetting
from observe.printable import printable
from observe.problem import BAD_USAGE, FAILED, SIGNALLED, Problem

INTERRUPTED, PIPE_BROKEN = SIGNALLED + 2, SIGNALLED + 13
SETTINGS = "README.md, “Configuration”, lists what each variable may hold."
DATABASE_ERROR = "django.db.utils.Error"


@dataclass(frozen=True, slots=True)
class Failure:
    sentence: str = ""
    """ "" is said by nobody: the user did it."""
    hint: str = ""
    exit_code: int = FAILED
    is_foreseen: bool = True
    """False: its traceback may tell more."""


def tell(error: BaseException, err: TextIO) -> int:
    """Say what happened; the exit code."""
    failure = explain(error)
    if not failure.is_foreseen and is_debugging():
        traceback.print_exception(error, file=err)
    if failure.sentence:
        sentence = printable(f"weir: {failure.sentence}")
        err.write(f"{paint(err, RED, sentence)}\n")
    if failure.hint:
        err.write(f"{paint(err, DIM, 'hint:')} {printable(failure.hint)}\n")
    return failure.exit_code


def explain(error: BaseException) -> Failure:
    if isinstance(error, KeyboardInterrupt):
        return Failure(exit_code=INTERRUPTED)
    if isinstance(error, BrokenPipeError):
        return Failure(exit_code=PIPE_BROKEN)
    if isinstance(error, Problem):
        hint = error.hint or _of_cause(error)
        return Failure(str(error), hint, error.exit_code)
    if isinstance(error, BadSetting):
        return Failure(str(error), error.hint or SETTINGS, BAD_USAGE)
    names = set(_names(error))
    if "django.core.management.base.CommandError" in names:
        return Failure(_line(error))
    if "django.core.exceptions.ImproperlyConfigured" in names:
        return Failure(_line(error), exit_code=BAD_USAGE)
    if DATABASE_ERROR in names:
        return _of_database(error)
    if isinstance(error, OSError) and error.strerror:
        file = f"{error.filename}: " if error.filename else ""
        return Failure(f"{file}{error.strerror}.", is_foreseen=False)
    return Failure(
        f"Something unexpected happened: {type(error).__name__}: {_line(error)}",
        "WEIR_DEBUG=1 shows where.",
        is_foreseen=False,
    )


def is_debugging() -> bool:
    return os.environ.get("WEIR_DEBUG", "").strip().lower() in TRUE


def _of_cause(problem: Problem) -> str:
    """What helps where a verb tells a database's words in its own sentence."""
    cause = problem.__context__  # `from None` keeps it.
    if cause is None or DATABASE_ERROR not in _names(cause):
        return ""
    return PREPARE if is_unprepared(cause) else ""


def _of_database(error: BaseException) -> Failure:
    said = _line(error)
    if is_unprepared(error):
        return Failure(
            f"The database is not of this version of Weir ({said.rstrip('.')}).",
            PREPARE,
            is_foreseen=False,
        )
    return Failure(
        f"The database can't be used: {said.rstrip('.')}.",
        "`weir doctor` looks at everything that Weir needs.",
        is_foreseen=False,
    )


def _line(error: BaseException) -> str:
    """Drivers write several lines; the first says it."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "it gave no reason"


def _names(error: BaseException) -> Iterator[str]:
    for each in type(error).__mro__:
        yield f"{each.__module__}.{each.__qualname__}"


def silence_stdout() -> None:
    """Nobody reads it any more: what is still to be written goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
