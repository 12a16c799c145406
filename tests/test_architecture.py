"""The shape of the tree: who may import whom, what is pure, how long a file may be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("observe", "proxy", "runs", "pricing")
"""Each may import itself and what stands after it."""

LONGEST_FILE = 400
LONGEST_FUNCTION = 60

MUST_BE_PURE = (
    "proxy/route/addresses.py",
    "proxy/demo/answer.py",
    "proxy/demo/dialects/*.py",
    "proxy/errors.py",
    "proxy/exchange.py",
    "proxy/headers.py",
    "proxy/route/patterns.py",
    "proxy/route/decision.py",
    "proxy/wire/*.py",
    "pricing/cost.py",
    "pricing/match.py",
    "pricing/quote.py",
    "pricing/usage.py",
    "runs/record.py",
)
IMPURE = ("django", "ninja", "channels", "httpx", "aiohttp", "uvicorn", "redis")

PROVEN_ELSEWHERE = {
    # Pattern of modules → the test that plays them. Only for modules whose behaviour
    # is one piece with another's; everything else has its own test file.
    "*/__init__.py": "test_architecture.py",
    "*/__main__.py": "observe/test_doctor.py",
    "*/apps.py": "observe/test_checks.py",
    "observe/settings.py": "test_docs.py",
    "observe/env.py": "observe/test_env.py",
    # The processes of `weir serve` and the byte path: only whole do they mean anything.
    "observe/asgi.py": "proxy/test_outcomes.py",
    "observe/cli.py": "proxy/test_outcomes.py",
    "observe/serve/worker.py": "proxy/test_outcomes.py",
    "observe/serve/recorder.py": "proxy/test_outcomes.py",
    "observe/management/commands/prepare.py": "proxy/test_outcomes.py",
    "observe/management/commands/serve.py": "proxy/test_outcomes.py",
    "proxy/app.py": "proxy/test_outcomes.py",
    "proxy/forward/client.py": "proxy/test_outcomes.py",
    "proxy/forward/inbound.py": "proxy/test_outcomes.py",
    "proxy/forward/relay.py": "proxy/test_fidelity_answers.py",
    "observe/terminal.py": "proxy/test_outcomes.py",
    "proxy/tasks.py": "proxy/test_outcomes.py",
    "proxy/forward/upstream*.py": "proxy/test_fidelity_answers.py",
    "proxy/recording/assemble.py": "proxy/test_recorder.py",
    "proxy/recording/bodies.py": "proxy/test_recorder.py",
    "proxy/recording/facts.py": "proxy/test_recorder.py",
    "proxy/journal/open_exchanges.py": "proxy/test_recorder.py",
    "proxy/journal/reader.py": "proxy/test_recorder.py",
    "proxy/journal/segments.py": "proxy/journal/test_writer.py",
    "proxy/route/provider_path.py": "proxy/route/test_decision.py",
    "proxy/route/resolution.py": "proxy/route/test_decision.py",
    "proxy/route/target.py": "proxy/route/test_decision.py",
    "proxy/table/freshness.py": "proxy/table/test_snapshot.py",
    "proxy/table/triggers.py": "proxy/table/test_snapshot.py",
    "proxy/route/checks.py": "proxy/models/test_models.py",
    "proxy/demo/asked.py": "proxy/demo/test_answer.py",
    "proxy/demo/dialects/*.py": "proxy/demo/test_transport.py",
    "proxy/wire/*.py": "proxy/wire/test_cases.py",
    "pricing/models/*.py": "pricing/test_models.py",
    "pricing/schemas.py": "pricing/test_api.py",
    "pricing/sources/demo.py": "pricing/test_book.py",
    "pricing/triggers.py": "pricing/test_book.py",
    "runs/models/*.py": "runs/store/test_writer.py",
    "runs/store/batch.py": "runs/store/test_writer.py",
    "runs/grouping/turn_lookup.py": "runs/grouping/test_turn_writer.py",
    "runs/schemas/statistics.py": "runs/api/test_statistics.py",
    "runs/schemas/runs.py": "runs/api/test_runs.py",
    "runs/schemas/talks.py": "runs/api/test_talks.py",
    "runs/api/benchmark_turns.py": "runs/api/test_benchmark.py",
    "runs/store/facets.py": "runs/store/test_writer.py",
    "runs/incident.py": "runs/store/test_writer.py",
    "runs/store/rows.py": "runs/store/test_writer.py",
    "runs/sql.py": "runs/store/test_writer.py",
    "runs/bodies/writer.py": "runs/bodies/test_stored.py",
    "runs/bodies/compression.py": "runs/bodies/test_stored.py",
    "observe/api_errors.py": "observe/test_api.py",
    "observe/pages/frame.py": "observe/pages/test_frame.py",
    "runs/api/body_response.py": "runs/api/test_requests.py",
    "runs/schemas/requests.py": "runs/api/test_requests.py",
    "runs/store/signals.py": "runs/store/test_writer.py",
    "observe/pages/*.py": "observe/pages/requests/test_view.py",
    "observe/pages/requests/listing.py": "observe/pages/requests/test_view.py",
    "observe/pages/rows.py": "observe/pages/requests/test_view.py",
    "observe/preferences.py": "observe/pages/requests/test_view.py",
    "observe/templatetags/*.py": "observe/pages/requests/test_view.py",
    "observe/pages/request/captured.py": "observe/pages/request/test_view.py",
    "observe/rendering/as_*.py": "observe/pages/request/test_view.py",
    "observe/live/rows.py": "observe/live/test_consumers.py",
    "observe/live/relay.py": "observe/live/test_consumers.py",
    "observe/doctor/*.py": "observe/test_doctor.py",
    "observe/management/commands/doctor.py": "observe/test_doctor.py",
    "observe/management/commands/demo.py": "observe/traffic/test_driver.py",
    "observe/management/commands/export.py": (
        "observe/management/commands/test_runs.py"
    ),
    "observe/remote/*.py": "observe/management/commands/test_run.py",
    "observe/traffic/*.py": "observe/traffic/test_driver.py",
}


def modules() -> list[Path]:
    """Every module of the rooms, migrations left out."""
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Dotted names a module imports, wherever in it, but for type checkers."""
    names: set[str] = set()
    for node in _nodes(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _nodes(node)


def own_files(path: Path) -> set[Path]:
    """The modules of ours that importing `path` loads, itself and all the way down."""
    seen: set[Path] = set()
    todo = [path]
    while todo:
        each = todo.pop()
        if each in seen:
            continue
        seen.add(each)
        todo += [file for name in imported(each) for file in _files(name)]
    return seen


def _files(name: str) -> Iterator[Path]:
    """`a.b.c` loads `a/__init__.py`, `a/b/__init__.py` and `a/b/c.py`."""
    parts = name.split(".")
    if parts[0] not in ROOMS:
        return
    for end in range(1, len(parts) + 1):
        place = ROOT.joinpath(*parts[:end])
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.exists():
                yield file


def says_pure(path: Path) -> bool:
    docstring = ast.get_docstring(parsed(path)) or ""
    return re.search(r"\bPure(\.|:)", docstring) is not None


def test_imports_go_one_way() -> None:
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in modules()
        for name in imported(path)
        if name.split(".")[0] in ROOMS[: ROOMS.index(path.relative_to(ROOT).parts[0])]
    ]
    assert not wrong


def test_no_room_imports_the_tests() -> None:
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in modules()
        for name in imported(path)
        if name.split(".")[0] in ("tests", "bench")
    ]
    assert not wrong


def test_what_says_pure_is_pure() -> None:
    pure = [path for path in modules() if says_pure(path)]
    wrong = {
        f"{name_of(path)}: {name_of(file)} imports {name}"
        for path in pure
        for file in own_files(path)
        for name in imported(file)
        if name.split(".")[0] in IMPURE
    }
    assert len(pure) > 40
    assert not wrong


@pytest.mark.parametrize("pattern", MUST_BE_PURE)
def test_the_core_says_that_it_is_pure(pattern: str) -> None:
    core = [path for path in modules() if fnmatch(name_of(path), pattern)]
    named = [path for path in core if path.name != "__init__.py"]
    assert named, f"nothing matches {pattern}"
    assert [name_of(path) for path in named if not says_pure(path)] == []


def test_every_module_says_where_it_stands() -> None:
    filled = [path for path in modules() if path.read_text("utf-8").strip()]
    silent = [path for path in filled if not ast.get_docstring(parsed(path))]
    assert [name_of(path) for path in silent] == []


def test_files_and_functions_stay_short() -> None:
    long = [
        f"{name_of(path)}: {lines} lines"
        for path in modules()
        if (lines := path.read_text("utf-8").count("\n")) > LONGEST_FILE
    ]
    for path in modules():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{name_of(path)}: {node.name} has {lines} lines")
    assert not long


def test_names_that_take_anything_are_not_used() -> None:
    banned = {"utils", "helpers", "services", "common", "manager", "misc"}
    parts = {name_of(path): {path.stem, *path.parts} for path in modules()}
    assert [name for name, words in parts.items() if banned & words] == []


def test_every_module_has_a_test() -> None:
    """Its own file at the mirrored path, a test that imports it, or a listed one."""
    reached = imported_by_tests()
    missing = [
        f"write {name_of(mirrored(path))}, or say what proves {name_of(path)}"
        for path in modules()
        if not mirrored(path).exists()
        and name_of(path) not in reached
        and not any(fnmatch(name_of(path), each) for each in PROVEN_ELSEWHERE)
    ]
    assert not missing


def mirrored(path: Path) -> Path:
    return ROOT / "tests" / path.relative_to(ROOT).with_name(f"test_{path.name}")


@cache
def imported_by_tests() -> frozenset[str]:
    tests = (ROOT / "tests").rglob("*.py")
    names = {name for test in tests for name in imported(test)}
    return frozenset(
        name_of(file)
        for name in names
        for file in _files(name)
        if file.stem == name.split(".")[-1] or f".{file.stem}." in name
    )


@pytest.mark.parametrize("test", sorted(set(PROVEN_ELSEWHERE.values())))
def test_the_listed_tests_exist(test: str) -> None:
    assert (ROOT / "tests" / test).exists()
