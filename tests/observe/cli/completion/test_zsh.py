"""`weir completion zsh`: a real zsh is asked what it would offer."""

from __future__ import annotations

import os
import pty
import select
import time
from pathlib import Path

import pytest

from observe.cli.verbs import VERBS
from tests.observe.cli.completion.shells import HERE, needs, said

# The prompt in two parts: what is echoed of this line must not look like it.
ZSH = "autoload -Uz compinit; compinit -u -D; source {script}; PS1='REA''DY> '\n"


@needs("zsh")
@pytest.mark.parametrize("shell", ["zsh"])
@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("weir runs lis", "weir runs list "),
        ("weir serve --po", "weir serve --port "),
        ("weir runs list --state ac", "weir runs list --state active "),
        ("weir backup known", f"weir backup {HERE}"),
    ],
)
def test_zsh_completes(typed: str, becomes: str, script: Path) -> None:
    assert becomes in typed_into_zsh(script, typed)


@needs("zsh")
@pytest.mark.parametrize("shell", ["zsh"])
def test_zsh_says_what_a_verb_does(script: Path) -> None:
    about = VERBS["token"].parser().verbs["revoke"].about
    assert about in typed_into_zsh(script, "weir token ")


@needs("zsh")
@pytest.mark.parametrize("shell", ["zsh"])
def test_zsh_that_has_not_set_up_its_completion_gets_it(script: Path) -> None:
    asked = f"source {script.name}; echo $_comps[weir]"
    assert said("zsh", "-f", "-c", asked, cwd=script.parent).strip() == "_weir"


def typed_into_zsh(script: Path, typed: str) -> str:
    """What stands on the screen after a tab; zsh completes on terminals alone."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(script.parent)
        told = {"TERM": "dumb", "COLUMNS": "200", "HOME": str(script.parent)}
        os.execvpe("zsh", ["zsh", "-f", "-i"], os.environ | told)
    try:
        os.write(terminal, ZSH.format(script=script.name).encode())
        _read(terminal, until=b"READY> ")
        os.write(terminal, typed.encode() + b"\t")
        return _read(terminal, until=None)
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def _read(terminal: int, until: bytes | None, seconds: float = 30) -> str:
    """Up to what is awaited, or until nothing has come for a while."""
    got, deadline = b"", time.monotonic() + seconds
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 1.0)
        if ready:
            got += os.read(terminal, 65_536)
        elif until is None and got:
            break
        if until is not None and until in got:
            break
    return got.decode(errors="replace")
