"""How docs/clients.md tells each agent's set-up: from its profile, word for word. Pure.

`python -m runs.experiments.guide` prints the section; a test holds the document to it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from runs.experiments import profiles
from runs.experiments.kinds import HarnessFile
from runs.experiments.snippets import Access, files, variables

READER = Access(weir="W", key="…", model="weir-demo", prompt="…")
LONGEST = 120


def agents() -> str:
    return "\n\n".join(_agent(profiles.built_in(name)) for name in profiles.AGENTS)


def _agent(profile: HarnessFile) -> str:
    return "\n\n".join(_parts(profile))


def _parts(profile: HarnessFile) -> Iterator[str]:
    yield f"### {profile.title}{' ✓' if profile.tested else ''}"
    yield profile.note
    words = [f"{name}={value}" for name, value in variables(profile, READER).items()]
    line = " ".join([*words, READER.fill(profile.launch)])
    yield f"```sh\n{_folded(line)}\n```"
    kinds = {each.path: each.format for each in profile.files}
    for path, text in files(profile, READER).items():
        yield f"`{path}`:\n\n```{kinds[path]}\n{text}\n```"


def _folded(line: str) -> str:
    lines = [""]
    for word in line.split(" "):
        if len(lines[-1]) + len(word) > LONGEST - 2:
            lines[-1] += " \\"
            lines.append(" ")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(f"{agents()}\n")
