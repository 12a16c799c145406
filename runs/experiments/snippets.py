"""What a profile comes to for one address and one key: variables, files, texts. Pure.

`weir session env` prints it, `weir session run` gives it to a command, and the Connect
page shows it with the user's own key in place.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from runs.experiments.harness import Harness, Snippet

TOKEN = "X-Weir-Token: $WEIR_TOKEN"
OWN_KEY = "WEIR_KEY"
"""A variable of our own, for programs whose file names one."""
_QUOTE = re.compile("['\u2018-\u201b]")
"""PowerShell ends a text at any of them."""
MODEL = "MODEL"
"""Stands where nobody has said which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a program needs to take part."""

    weir: str
    """Weir's address, no slash at the end."""
    key: str = field(default="", repr=False)
    model: str = MODEL
    prompt: str = ""

    def fill(self, text: str) -> str:
        named = {"weir": self.weir, "key": self.key, "model": self.model}
        for name, value in named.items():
            text = text.replace(f"{{{name}}}", value)
        return text


def variables(profile: Harness, access: Access) -> dict[str, str]:
    """Everything that is set for the program."""
    found = {name: access.fill(text) for name, text in profile.address.items()}
    found |= dict.fromkeys(profile.keys, access.key)
    if access.model != MODEL:
        model = f"openai/{access.model}" if "LLM_MODEL" in profile.models else ""
        found |= dict.fromkeys(profile.models, model or access.model)
    return found | dict(profile.environment)


def files(profile: Harness, access: Access) -> dict[str, str]:
    """Path → text."""
    return {each.path: access.fill(each.text) for each in profile.files}


def command(profile: Harness, access: Access) -> list[str]:
    """How it is started without anybody there."""
    words = shlex.split(profile.batch)
    return [access.fill(word).replace("{prompt}", access.prompt) for word in words]


# --- as text --------------------------------------------------------------------------


def as_shell(found: Mapping[str, str]) -> str:
    return _lines(f"export {name}={shlex.quote(v)}" for name, v in found.items())


def as_fish(found: Mapping[str, str]) -> str:
    return _lines(f"set -gx {name} {_fish(value)}" for name, value in found.items())


def as_powershell(found: Mapping[str, str]) -> str:
    return _lines(
        "$env:{} = '{}'".format(name, _QUOTE.sub(r"\g<0>\g<0>", value))
        for name, value in found.items()
    )


def as_dotenv(found: Mapping[str, str]) -> str:
    return _lines(f"{name}={_dotenv(value)}" for name, value in found.items())


def as_json(found: Mapping[str, str]) -> str:
    return json.dumps(dict(found), indent=2) + "\n"


def as_toml(found: Mapping[str, str]) -> str:
    return _lines(f"{name} = {_quoted(value)}" for name, value in found.items())


FORMATS: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "shell": as_shell,
    "fish": as_fish,
    "powershell": as_powershell,
    "json": as_json,
    "toml": as_toml,
    "dotenv": as_dotenv,
}
COMMENTED = ("shell", "fish", "powershell", "dotenv")
"""A file that belongs to it stands behind the variables, as comments."""


def environment(profile: Harness, access: Access, form: str) -> str:
    """What `weir session env` prints: the program's own file where it is of that form,
    else the variables."""
    own = [each for each in profile.files if each.format == form]
    if own:
        return access.fill(own[0].text) + "\n"
    text = FORMATS[form](variables(profile, access))
    if form in COMMENTED:
        for path, content in files(profile, access).items():
            text += _lines(f"# {line}" for line in [f"{path}:", *content.splitlines()])
    return text


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _fish(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quoted(value: str) -> str:
    """Letters as they are: neither TOML nor dotenv reads a pair of escapes as one."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _dotenv(value: str) -> str:
    """Readers put variables in place of a `$` in double quotes; single ones end at
    the first one."""
    if "'" not in value and ("$" in value or "`" in value):
        return f"'{value}'"
    return _quoted(value)


# --- for the Connect page -------------------------------------------------------------


def to_paste(profile: Harness, weir: str, *, wants_token: bool) -> list[Snippet]:
    """How a user with a key of their own points the program at Weir."""
    access = Access(weir=weir)
    shown = [
        (each.title, each.token if wants_token and each.token else each.text)
        for each in profile.code
    ]
    if profile.launch:
        shown.append(("In a terminal", _terminal(profile, wants_token)))
    elif profile.address:
        title = "Or in the environment" if shown else "In the environment"
        shown.append((title, _exports(profile, wants_token)))
    shown += [
        (each.path, each.token if wants_token and each.token else each.text)
        for each in profile.files
    ]
    return [Snippet(title=title, text=access.fill(text)) for title, text in shown]


def _terminal(profile: Harness, wants_token: bool) -> str:
    """One line that starts it."""
    words = [f"{name}={value}" for name, value in [*profile.address.items()][:1]]
    words += [f"{name}={value}" for name, value in profile.environment.items()]
    line = " ".join([*words, profile.launch])
    if OWN_KEY in profile.keys:
        takes_both = any(each.token for each in profile.files)
        key = "$WEIR_TOKEN" if wants_token and not takes_both else "$OPENAI_API_KEY"
        return f"{OWN_KEY}={key} {line}"
    if not wants_token:
        return line
    if profile.headers is not None:
        return f'{profile.headers.variable}="{TOKEN}" \\\n  {line}'
    return f"{profile.keys[0]}=$WEIR_TOKEN \\\n  {line}"


def _exports(profile: Harness, wants_token: bool) -> str:
    name, value = next(iter(profile.address.items()))
    line = f"export {name}={value}"
    # The provider's key is Weir's then: its token stands in the key's place.
    return f"{line} {profile.keys[0]}=$WEIR_TOKEN" if wants_token else line
