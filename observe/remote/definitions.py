"""A folder of definitions and a server: what is written, loaded, and other than loaded.

Asked by `observe/cli/commands/experiments.py`.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

from observe.problem import Problem
from observe.remote.client import Weir, step
from runs.experiments import folder
from runs.experiments.kinds import DefinitionKind, digest_of, editor_schema

SCHEMA_LINE = "# yaml-language-server: $schema=../schemas/{}.json\n"


def place(given: str = "") -> Path:
    """The folder that is meant."""
    named = given or os.environ.get("WEIR_EXPERIMENTS_DIR", "").strip()
    return Path(named or "experiments")


def write_example(into: Path) -> list[Path]:
    """Everything that the example has; a file that is there already stays."""
    written = []
    for source in sorted(folder.EXAMPLE.rglob("*")):
        target = into / source.relative_to(folder.EXAMPLE)
        # A program of the user's, no module of ours.
        target = target.with_suffix("") if target.suffix == ".txt" else target
        if source.is_dir() or "__pycache__" in source.parts or target.exists():
            continue
        text = source.read_text("utf-8").replace(
            "{folder}", shlex.quote(into.as_posix())
        )
        if source.suffix == ".yaml":
            kind = next(k for k in DefinitionKind if k.folder == source.parent.name)
            text = SCHEMA_LINE.format(kind) + text
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        written.append(target)
    return written + write_schemas(into)


def write_schemas(into: Path) -> list[Path]:
    """JSON Schemas, for editors."""
    written = []
    (into / "schemas").mkdir(parents=True, exist_ok=True)
    for kind in DefinitionKind:
        target = into / "schemas" / f"{kind}.json"
        target.write_text(json.dumps(editor_schema(kind), indent=2) + "\n", "utf-8")
        written.append(target)
    return written


def read(path: Path) -> folder.Folder:
    """Raises Problem where there is no folder, or nothing in it."""
    if not path.is_dir():
        raise Problem(
            f"There is no folder {path}.",
            hint="`weir experiments init` writes an example; WEIR_EXPERIMENTS_DIR or "
            "--dir names another folder.",
        )
    found = folder.read(path)
    if not found.found and not found.faults:
        raise Problem(
            f"There is no definition in {path}.",
            hint="`weir experiments init` writes an example.",
        )
    return found


def load(weir: Weir, found: folder.Folder) -> list[dict[str, Any]]:
    sent = [
        {"kind": each.kind, "content": each.content} for each in found.with_profiles()
    ]
    body = {"definitions": sent}
    return list(weir.post("/api/experiments/definitions", body))


def stored(weir: Weir, kind: str = "") -> list[dict[str, Any]]:
    return list(weir.get("/api/experiments/definitions", {"kind": kind}))


def versions(weir: Weir, kind: str, name: str) -> list[dict[str, Any]]:
    return list(weir.get(f"/api/experiments/definitions/{kind}/{step(name)}"))


def differences(weir: Weir, found: folder.Folder) -> Iterator[str]:
    """What `load` would change, as lines of a diff."""
    there = {(row["kind"], row["name"]): row for row in stored(weir)}
    for each in found.with_profiles():
        row = there.get((str(each.kind), each.value.name))
        if row is None or row["digest"] != digest_of(each.content):
            before = row["content"] if row else {}
            name = f"{each.kind} {each.value.name}"
            yield from between(before, each.content, f"{name} (stored)", name)


def between(before: Any, after: Any, old: str, new: str) -> list[str]:
    first, second = (
        json.dumps(each, indent=2, sort_keys=True).split("\n")
        for each in (before, after)
    )
    return list(unified_diff(first, second, old, new, lineterm="", n=2))
