"""`priority.py`: on a busy processor a process that gives way gets little."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.own_home import ROOT, own_environment

AUTOGROUP = Path("/proc/sys/kernel/sched_autogroup_enabled")
BESIDE = """
import json, os, sys, time
from observe.serve.priority import give_way

def spend(until, niceness):
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        give_way(niceness) if niceness else None
        while time.time() < until:
            pass
        os.write(writing, str(time.process_time()).encode())
        os._exit(0)
    return reading

until = time.time() + 1.5
both = [spend(until, niceness) for niceness in (0, 10)]
print(json.dumps([float(os.read(each, 100)) for each in both]))
"""


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=own_environment(Path(os.devnull)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    ).stdout


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_who_gives_way_gets_a_small_part() -> None:
    first, behind = json.loads(python(BESIDE))
    assert behind < first / 2


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this system has no such groups")
def test_what_else_is_in_the_session_keeps_its_place() -> None:
    show = "print(open('/proc/self/autogroup').read())"
    give = "from observe.serve.priority import give_way; give_way(3)"
    assert "nice 3" not in python(f"{give}; {show}")
    alone = (
        f"import os, time; os.fork() and os._exit(os.wait()[1]); os.setsid(); {give}"
    )
    assert "nice 3" in python(f"{alone}; {show}")
    hurry = "time.sleep(0.2); from observe.serve.priority import hurry; hurry()"
    assert "nice 0" in python(f"{alone}; {hurry}; {show}")


REFUSED_ONCE = """
import errno, os, time
from observe.serve import priority

class Kernel:
    kept, refusals = "", 1
    def write_text(self, text):
        if self.refusals:
            self.refusals -= 1
            raise BlockingIOError(errno.EAGAIN, "one word in a tenth of a second")
        self.kept = text

os.fork() and os._exit(os.wait()[1])
os.setsid()
priority._GROUP, priority._AGAIN_S = Kernel(), 0.05
priority.give_way(5)
priority.hurry()
time.sleep(0.2)
print(priority._GROUP.kept)
"""


def test_who_is_told_to_end_isn_t_put_back_by_an_older_word() -> None:
    assert python(REFUSED_ONCE).strip() == "0"
