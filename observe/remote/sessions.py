"""The API's session operations as a command calls them."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any

from observe.remote import runner, surroundings
from observe.remote.client import Weir, step

Row = dict[str, Any]


def about(operator: str = "") -> Row:
    """What every session is told of where it runs."""
    return {
        "operator": operator or _user(),
        "runner": runner.name(),
        "git": surroundings.repository(),
    }


def create(weir: Weir, asked: Mapping[str, Any]) -> Row:
    return dict(weir.post("/api/sessions", dict(asked)))


def claim(weir: Weir, experiment: str, asked: Mapping[str, Any]) -> Row:
    path = f"/api/experiments/{step(experiment)}/claim"
    return dict(weir.post(path, dict(asked)))


def listed(weir: Weir, **query: Any) -> list[Row]:
    return list(weir.get("/api/sessions", query))


def find(weir: Weir, session: str) -> Row:
    return dict(weir.get(_path(session)))


def access(weir: Weir, session: str) -> Row:
    return dict(weir.post(f"{_path(session)}/access"))


def finalize(
    weir: Weir,
    session: str,
    status: str,
    exit_code: int | None = None,
    harness_version: str = "",
) -> Row:
    body = {
        "status": status,
        "exit_code": exit_code,
        "harness_version": harness_version,
    }
    return dict(weir.post(f"{_path(session)}/finalize", body))


def score(
    weir: Weir,
    session: str,
    name: str,
    *,
    value: float | None = None,
    passed: bool | None = None,
    source: str = "",
) -> Row:
    one = {"name": name, "value": value, "passed": passed, "source": source}
    return dict(weir.post(f"{_path(session)}/scores", [one]))


def delete(weir: Weir, session: str) -> None:
    weir.delete(_path(session))


def _path(session: str) -> str:
    return f"/api/sessions/{step(session)}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
