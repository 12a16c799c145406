"""The suite as `make coverage` runs it: whatever a test starts is measured, too.

The tests that measure time or memory are left out: to be watched costs both.
"""

from __future__ import annotations

import sys

from tests import suite
from tests.selection import ALONE

if __name__ == "__main__":
    watched = [part for part in suite.PARTS if part.name != ALONE]
    raise SystemExit(suite.main(sys.argv[1:], watched))
