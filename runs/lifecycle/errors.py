"""What can't be done with a run, as an error that API and command line show.

Codes (stable; docs/runs.md lists them):

    RUN_NOT_FOUND 404       no run has this id or name
    RUN_AMBIGUOUS 409       several runs' ids begin like this
    RUN_NAME_REQUIRED 400   a run's name may not be blank
    RUN_ENDED 400           an ended run can't be paused, resumed or given a key
    NOT_A_SESSION 404       the run is no session of an experiment
    NO_DEFINITION 404       nothing of this kind and name has been loaded
    BAD_DEFINITION 422      what was sent is none; every fault is told
    BAD_SESSION 422         variant, task card and harness don't belong together
    SESSION_OVER 409        it has its status already

Raised by `runs/lifecycle/`; `observe/api_errors.py` answers with it.
"""

from __future__ import annotations

STATUS_OF_CODE = {
    "RUN_NOT_FOUND": 404,
    "RUN_AMBIGUOUS": 409,
    "RUN_NAME_REQUIRED": 400,
    "RUN_ENDED": 400,
    "NOT_A_SESSION": 404,
    "NO_DEFINITION": 404,
    "BAD_DEFINITION": 422,
    "BAD_SESSION": 422,
    "SESSION_OVER": 409,
}


class RunError(Exception):
    """`message` is a sentence for users; `code` decides the status."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        return STATUS_OF_CODE[self.code]
