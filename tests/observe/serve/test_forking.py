"""`observe/serve/forking.py`: a child is a process of its own, and like no other."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.own_home import ROOT

# Two children of one parent, born while a signal for them is on its way.
FAMILY = """
import json, os, random, signal, socket, sys, time
from observe.own_process import PARENT
from observe.serve.forking import Born, answer, fork
from proxy.journal.uids import new_uid

def job(listener):
    listener.close()
    print(json.dumps({
        "name": open("/proc/self/comm").read().strip(),
        "uid": new_uid().hex()[16:], "random": random.random(),
        "is_told": signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL,
        "blocked": [int(n) for n in signal.pthread_sigmask(signal.SIG_BLOCK, [])],
        "is_own_session": os.getsid(0) == os.getpid(),
        "is_child": int(os.environ[PARENT]) == os.getppid(),
        "stdin": sys.stdin.read(),
    }))
    return 3

def stubborn(listener):
    time.sleep(60)
    return 0

def patient(listener):
    time.sleep(0.3)
    signal.signal(signal.SIGTERM, lambda *_: print("it was told", flush=True))
    answer()
    return 0

def main():
    listener = socket.create_server(("127.0.0.1", 0))
    signal.signal(signal.SIGTERM, lambda *_: print("the parent is told", flush=True))
    try:
        for name in ("weir-one", "weir-two"):
            print(os.waitpid(fork(job, name), 0)[1] >> 8)
        child = fork(stubborn, "weir-three")
        os.kill(child, signal.SIGTERM)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))
        child = fork(patient, "weir-four", answers_later=True)
        os.kill(child, signal.SIGTERM)
        print(os.waitpid(child, 0)[1])
        return 0
    except Born as born:
        job_ = born.job
    return job_(listener)

print("once", end=" ")  # and not again by each child, out of a copied buffer
raise SystemExit(main())
"""


def test_children_are_processes_of_their_own() -> None:
    told = subprocess.run(
        [sys.executable, "-c", FAMILY],
        cwd=ROOT,
        input="for the parent alone",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    first, *lines = told.stdout.splitlines()
    assert first.startswith("once {")
    one, two = json.loads(first.removeprefix("once ")), json.loads(lines[1])
    assert [lines[0], *lines[2:]] == ["3", "3", "15", "it was told", "0"]
    assert (one.pop("name"), two.pop("name")) == ("weir-one", "weir-two")
    assert one.pop("uid") != two.pop("uid")
    assert one.pop("random") != two.pop("random")
    like_started_by_name = {
        "is_told": False,
        "blocked": [],
        "is_own_session": True,
        "is_child": True,
        "stdin": "",
    }
    assert one == two == like_started_by_name


def test_a_closed_input_leaves_no_number_for_the_socket() -> None:
    code = (
        "import os, socket; from observe.serve.forking import hold_streams; os.close(0)"
        "; hold_streams(); print(socket.socket().fileno() > 2, os.read(0, 1))"
    )
    told = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert told == "True b''\n"
