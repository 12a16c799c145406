"""Inspect's logs: `.eval`, a ZIP of JSON, and its older `.json`. Pure.

Members as in `inspect_ai.log._recorders.eval` (inspect_ai 0.3.285): `header.json`, and
a file a sample below `samples/`. A sample's id is the task, its epoch the repeat, each
scorer a score: `C` is 1 and passed, `I` and `N` are 0 and failed, `P` is a half; a
number is no verdict.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runs.experiments.results import hints
from runs.experiments.results.archive import Archive, Bomb
from runs.experiments.results.base import (
    BadFile,
    Reader,
    Result,
    Unusable,
    number,
    small_enough,
)

HEADER = "header.json"
SAMPLES = 20_000
VALUES = {"C": (1.0, True), "I": (0.0, False), "N": (0.0, False), "P": (0.5, None)}
Row = dict[str, Any]


def claims(name: str, head: bytes) -> bool:
    if head.startswith(b"PK\x03\x04"):
        return name.endswith(".eval")
    return name.endswith(".json") and b'"eval"' in head and b'"version"' in head


def read(path: Path) -> Iterator[Result | Unusable]:
    if path.suffix.lower() != ".eval":
        log = _json(small_enough(path), str(path))
        samples = log.get("samples")
        for sample in samples if isinstance(samples, list) else []:
            yield from _of_sample(sample, log, path)
        return
    try:
        with path.open("rb") as file:
            yield from _of_archive(Archive(file), path)
    except OSError as error:
        raise BadFile(f"{path} can't be read: {error.strerror}.") from None
    except BadFile as error:
        raise BadFile(f"{path} is no archive of Inspect's: {error}") from None
    except Bomb:
        yield Unusable(path.name, "It unpacks to too much: the rest is not read.")


def _of_archive(archive: Archive, path: Path) -> Iterator[Result | Unusable]:
    names = [name for name in archive.names() if name.startswith("samples/")]
    header: Row = {}
    if HEADER in archive.names():
        header = _json(archive.member(HEADER), HEADER)
    if len(names) > SAMPLES:
        yield Unusable(path.name, f"It has more than {SAMPLES:,} samples.")
    for name in sorted(names)[:SAMPLES]:
        try:
            sample = _json(archive.member(name), name)
        except BadFile as error:
            yield Unusable(f"{path.name}, {name}", str(error))
        else:
            yield from _of_sample(sample, header, path)


def _of_sample(sample: Any, header: Row, path: Path) -> Iterator[Result | Unusable]:
    if not isinstance(sample, dict):
        return
    where = f"{path.name}, sample {sample.get('id')}, epoch {sample.get('epoch')}"
    scores = sample.get("scores")
    if not isinstance(scores, dict) or not scores:
        why = "It ended in an error." if sample.get("error") else "It has no score."
        yield Unusable(where, why)
        return
    told = header.get("eval")
    meta = told.get("metadata") if isinstance(told, dict) else None
    epoch = sample.get("epoch")
    for name, score in scores.items():
        value, passed = _value(score.get("value") if isinstance(score, dict) else score)
        if value is None and passed is None:
            yield Unusable(where, f"{name} is no number and no verdict.")
            continue
        yield Result(
            name=str(name),
            value=value,
            passed=passed,
            hints=hints.of(sample.get("metadata"), sample.get("store"), meta, path),
            task=str(sample.get("id") or ""),
            repeat=epoch if isinstance(epoch, int) else None,
            where=where,
        )


def _value(told: Any) -> tuple[float | None, bool | None]:
    if isinstance(told, bool):
        return float(told), told
    if isinstance(told, int | float):
        return number(told), None
    if isinstance(told, str):
        if told in VALUES:
            return VALUES[told]
        if told.lower() in ("yes", "true", "no", "false"):
            passed = told.lower() in ("yes", "true")
            return float(passed), passed
        return number(told), None
    return None, None


def _json(data: bytes, name: str) -> Row:
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{name} is no JSON: {error}.") from None
    return told if isinstance(told, dict) else {}


READER = Reader("inspect", "Inspect's .eval and .json logs", claims, read)
