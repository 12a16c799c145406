"""Definitions in the database: every version by its content, the last loaded counts.

`load` is idempotent; called by the API for `weir experiments load`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from runs.cleaning import json_value
from runs.experiments import folder, profiles
from runs.experiments.kinds import (
    MODELS,
    DefinitionKind,
    Experiment,
    HarnessFile,
    Written,
    digest_of,
)
from runs.lifecycle.errors import RunError
from runs.models import Definition

T = TypeVar("T", bound=Written)


@dataclass(frozen=True, slots=True)
class Loaded:
    kind: str
    name: str
    digest: str
    change: str
    """`new`, `changed` or `unchanged`."""


def load(sent: Iterable[tuple[DefinitionKind, Mapping[str, Any]]]) -> list[Loaded]:
    """All of them, or none where one has a fault."""
    found: list[folder.Found] = []
    faults: list[folder.Fault] = []
    for kind, content in sent:
        name = str(content.get("name", ""))[:100] or "without a name"
        try:
            found.append(folder.parse(kind, dict(content), f"{kind} {name}"))
        except folder.Refused as refused:
            faults.extend(refused.faults)
    if not faults:
        faults = list(folder.references([*found, *_stored(found)]))
    if faults:
        told = " ".join(f"{each.file}: {each.sentence}" for each in faults[:20])
        raise RunError("BAD_DEFINITION", told)
    with transaction.atomic():
        return [_store(each) for each in found]


def _stored(sent: list[folder.Found]) -> list[folder.Found]:
    """What they may name beside each other."""
    names = {(each.kind, each.value.name) for each in sent}
    # An experiment is checked when it is sent, and nothing names one.
    rows = Definition.objects.exclude(kind=DefinitionKind.EXPERIMENT).all_current()
    kinds = [DefinitionKind(row.kind) for row in rows]
    return [
        folder.Found(kind, MODELS[kind].model_validate(row.content))
        for kind, row in zip(kinds, rows, strict=True)
        if (kind, row.name) not in names
    ]


def _store(found: folder.Found) -> Loaded:
    content = json_value(found.content)
    digest, name = digest_of(content), found.value.name
    before = Definition.objects.current(found.kind, name)
    if before is not None and before.digest == digest:
        return Loaded(found.kind, name, digest, "unchanged")
    Definition.objects.update_or_create(
        kind=found.kind,
        name=name,
        digest=digest,
        defaults={"content": content, "loaded_at": timezone.now()},
    )
    return Loaded(found.kind, name, digest, "changed" if before else "new")


def current(kind: DefinitionKind, name: str) -> Definition:
    """The row that counts; raises RunError."""
    row = Definition.objects.current(kind, name.strip())
    if row is None:
        raise RunError(
            "NO_DEFINITION",
            f"No {kind} {name[:100]!r} is loaded: `weir experiments load` does that.",
        )
    return row


def experiment(row: Definition) -> Experiment:
    return Experiment.model_validate(row.content)


def harness(row: Definition) -> HarnessFile:
    """Whole, with what it extends."""
    return profiles.whole(HarnessFile.model_validate(row.content))


def read(row: Definition, kind: type[T]) -> T:
    return kind.model_validate(row.content)
