"""What keeps a verb from doing its work: one sentence, a hint, an exit code.

Raised anywhere in `observe`, told by `observe/cli/failures.py` alone. Pure.
"""

from __future__ import annotations

FAILED = 1
"""Weir could not be asked, or said no."""
BAD_USAGE = 2
GATE_BROKEN = 3
RUN_FAILED = 125
"""Of `weir run`: its own failure, told apart from the command's codes as `env` does."""
NOT_EXECUTABLE = 126
NOT_FOUND = 127
SIGNALLED = 128
"""128 + n: ended by signal n."""


class Problem(Exception):
    """str() is a sentence for people."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str = "",
        exit_code: int = FAILED,
    ) -> None:
        super().__init__(message)
        self.hint = hint
        """What to do about it; "" where only the sentence is known."""
        self.code = code
        """The API's code (`RUN_NOT_FOUND`), "" when it wasn't the API that said it."""
        self.exit_code = exit_code


class BadUsage(Problem):
    """An argument that can't be used."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint, exit_code=BAD_USAGE)
