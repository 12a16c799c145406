"""`weir completion`: real shells are asked what they would offer."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from observe.cli.completion import SHELLS
from observe.cli.verbs import VERBS
from tests.observe.cli.commands.told import weir

BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_weir
printf '%s\\n' "${COMPREPLY[@]}"
"""
# The prompt in two parts: what is echoed of this line must not look like it.
ZSH = "autoload -Uz compinit; compinit -u -D; source {script}; PS1='REA''DY> '\n"
HERE = "known-file.har"


def needs(shell: str) -> pytest.MarkDecorator:
    there = shutil.which(shell) is not None
    return pytest.mark.skipif(not there, reason=f"no {shell} here")


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def script(shell: str, tmp_path: Path) -> Path:
    file = tmp_path / f"weir.{shell}"
    file.write_text(weir("completion", shell).out, "utf-8")
    (tmp_path / HERE).touch()
    return file


def test_every_verb_option_and_choice_is_in_it(shell: str) -> None:
    told = weir("completion", shell).out
    for verb in VERBS.values():
        parser = verb.parser()
        for each in (parser, *parser.verbs.values()):
            for action in each.actions:
                names = [*action.option_strings, *(action.choices or ())]
                bare = [str(name).lstrip("-") for name in names]
                missing = [n for n in bare if not re.search(rf"\b{n}\b", told)]
                assert missing == [], each.prog


OFFERS = [
    (("weir", "ru"), {"run", "runs"}),
    (("weir", "runs", ""), {"list", "show", "compare", "delete"}),
    (("weir", "runs", "lis"), {"list"}),
    (("weir", "runs", "list", "--st"), {"--state"}),
    (("weir", "runs", "list", "--state", ""), {"active", "paused", "ended"}),
    (("weir", "requests", "show", "x", "--body", "res"), {"response"}),
    (("weir", "completion", ""), {"bash", "zsh", "fish"}),
    (("weir", "help", "pru"), {"prune"}),
    (("weir", "backup", "known"), {HERE}),
    (("weir", "export", "-o", "known"), {HERE}),
    (("weir", "run", "--", "ls", "known"), {HERE}),
    (("weir", "run", "--report", ""), {"text", "json", "markdown", "junit"}),
]
every_offer = pytest.mark.parametrize(
    ("words", "offered"), OFFERS, ids=[" ".join(words) for words, _ in OFFERS]
)


@needs("bash")
@pytest.mark.parametrize("shell", ["bash"])
@every_offer
def test_bash_offers(words: tuple[str, ...], offered: set[str], script: Path) -> None:
    found = said("bash", "-c", BASH, "_", str(script), *words, cwd=script.parent)
    assert offered <= set(found.split("\n"))


@needs("bash")
@pytest.mark.parametrize("shell", ["bash"])
def test_bash_offers_nothing_where_it_knows_nothing(script: Path) -> None:
    words = ("weir", "runs", "list", "--tag", "")
    found = said("bash", "-c", BASH, "_", str(script), *words, cwd=script.parent)
    assert found.strip() == ""


@needs("bash")
@pytest.mark.parametrize("shell", ["bash"])
def test_bash_takes_an_option_apart_at_the_equals_sign(script: Path) -> None:
    words = ("weir", "runs", "list", "--state", "=", "act")
    found = said("bash", "-c", BASH, "_", str(script), *words, cwd=script.parent)
    assert found.split() == ["active"]


@needs("fish")
@pytest.mark.parametrize("shell", ["fish"])
@every_offer
def test_fish_offers(words: tuple[str, ...], offered: set[str], script: Path) -> None:
    asked = f"source {script.name}; complete -C {' '.join(words)!r}"
    found = said("fish", "--no-config", "-c", asked, cwd=script.parent)
    assert offered <= {line.partition("\t")[0] for line in found.split("\n")}


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


def said(*command: str, cwd: Path) -> str:
    home = {"HOME": str(cwd), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    ended = subprocess.run(
        command, cwd=cwd, env=home, capture_output=True, text=True, check=True
    )
    assert ended.stderr == ""
    return ended.stdout


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
