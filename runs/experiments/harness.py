"""What a harness profile says: how a program is pointed at Weir. Pure.

`profiles.py` has those that come with Weir; a file in `harnesses/` is a user's own.
Every snippet comes from them: the Connect page, `weir run`, `weir session env`.

In texts `{weir}` stands for Weir's address, `{key}` for the key, `{model}` for the
model's name.
"""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _below_home(path: str) -> str:
    """Sessions write it below a home of their own, and nowhere else."""
    steps = PurePosixPath(path)
    is_plain = str(steps) == path and path.isprintable() and ".." not in steps.parts
    if steps.parts[:1] != ("~",) or len(steps.parts) < 2 or not is_plain:
        raise ValueError("it must lie in the home directory, as ~/.codex/config.toml")
    return path


def _in_words(command: str) -> str:
    """No shell reads it."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"it is no command: {str(error).lower()}") from None
    if command and not words:
        raise ValueError("it is no command: it is blank")
    return command


VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
Variable = Annotated[str, StringConstraints(pattern=VARIABLE)]
Variables = dict[Variable, str]
Command = Annotated[str, AfterValidator(_in_words)]
_STRICT = ConfigDict(
    extra="forbid", frozen=True, use_attribute_docstrings=True, strict=True
)


class ExtraHeaders(BaseModel):
    """Where a program takes further headers from."""

    model_config = _STRICT

    variable: Variable
    between: str = "\n"
    """What stands between two of them."""


class Elsewhere(BaseModel):
    """A variable that has the program read its file at another place."""

    model_config = _STRICT

    variable: Variable
    holds: Literal["file", "folder", "home"]
    """The file itself, the folder it lies in, or what stands for the home directory."""


class ConfigurationFile(BaseModel):
    """A file that the program reads."""

    model_config = _STRICT

    path: Annotated[str, AfterValidator(_below_home)]
    """Where it lies, as `~/.codex/config.toml`."""
    format: Literal["json", "toml", "yaml"]
    text: str
    token: str = ""
    """The same for a Weir that wants its token beside the key; else the key's place
    is taken."""
    elsewhere: Elsewhere | None = None


class Snippet(BaseModel):
    """Something to paste into a program's code or a terminal."""

    model_config = _STRICT

    title: str
    text: str
    token: str = ""
    """The same for a Weir that wants its token."""


class Harness(BaseModel):
    """The fields of a profile."""

    model_config = _STRICT

    extends: Name | Literal[""] = ""
    """A profile that comes with Weir, of which this one changes something."""
    note: str = ""
    """What a user has to know, in a sentence."""
    provider: str = ""
    """Slug of the provider whose key it would send by itself."""
    address: Variables = {}
    """Variables that point it at Weir."""
    keys: list[Variable] = []
    """Variables that take the key."""
    keys_if_set: list[Variable] = []
    """Replaced where they are set, since they would win."""
    models: list[Variable] = []
    """Variables that take the model's name."""
    environment: Variables = {}
    """Variables that it needs beside."""
    headers: ExtraHeaders | None = None
    files: list[ConfigurationFile] = []
    code: list[Snippet] = []
    launch: str = ""
    """How it is started at a terminal."""
    batch: Command = ""
    """How it is started without anybody there; `{prompt}` is what it is told."""
    version: Command = ""
    """A command that tells its version."""
    tested: bool = Field(False)
    """Weir's own tests run it."""
