"""The shape of the tree: who may import whom, what is pure, how long a file may be."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("observe", "proxy", "runs", "pricing")
"""Each may import itself and what stands after it."""

SAME_NAME_TWICE = {
    # Class → why two modules of a room may both call theirs so.
    "AnthropicMessages": "an API, read in proxy/wire and answered in proxy/demo",
    "OpenAIChat": "as AnthropicMessages",
    "OpenAICompletions": "as AnthropicMessages",
    "OpenAIEmbeddings": "as AnthropicMessages",
    "OpenAIResponses": "as AnthropicMessages",
}

LONGEST_FILE = 300
LONGEST_FUNCTION = 60

MUST_BE_PURE = (
    "proxy/demo/answer.py",
    "proxy/demo/dialects/*.py",
    "proxy/errors.py",
    "proxy/exchange.py",
    "proxy/headers.py",
    "proxy/route/*.py",
    "proxy/secrets/*.py",
    "proxy/wire/*.py",
    "pricing/cost.py",
    "pricing/invariants.py",
    "pricing/invoices/*.py",
    "pricing/match.py",
    "pricing/quote.py",
    "pricing/usage.py",
    "runs/record.py",
)
IMPURE = ("django", "ninja", "channels", "httpx", "uvicorn", "redis")

FLOORS: dict[str, tuple[tuple[str, ...], ...]] = {
    # A folder or file on top of a room imports only what stands on lower floors: no
    # arrow goes up or across, so there is no circle. A new one is given its floor here.
    "observe": (
        ("__main__",),
        ("cli",),
        ("serve",),
        ("asgi",),
        ("first_page",),
        ("body_door", "live", "urls"),
        ("access",),
        ("api", "apps", "doctor", "remote", "settings", "traffic"),
        ("pages",),
        ("alerts", "metrics", "rate_limits", "templatetags"),
        (
            *("api_errors", "checks", "host_id", "newer_database", "openapi"),
            "rendering",
            "secret_key",
        ),
        ("known_parameters", "once_made"),
        (
            *("access_rules", "chunks", "content_security", "data_directory"),
            *("database_url",),
        ),
        (
            "colour",
            "database_trouble",
            "dates",
            "env",
            "formats",
            "nearest",
            "own_process",
            "preferences",
            "printable",
            "problem",
            "sqlite",
        ),
    ),
    "proxy": (
        ("admin", "api", "apps"),
        ("own_calls",),
        ("app", "recorder", "setup"),
        ("table", "recording", "schemas"),
        ("forward", "models"),
        ("route", "journal"),
        ("errors", "fixes", "headers", "request_body", "wire"),
        ("at_once", "demo", "exchange", "json_scan", "scratch", "secrets", "tasks"),
    ),
    "runs": (
        ("admin", "api", "apps", "store"),
        ("exporters", "grouping"),
        ("schemas",),
        ("experiments",),
        ("lifecycle",),
        ("keeping", "measure"),
        ("bodies", "importers", "live", "rollups", "tokens"),
        ("filters", "models"),
        (
            "decoding",
            "incident",
            "record",
            "sql",
            "text",
        ),
        ("cleaning", "detail"),
        ("version",),
    ),
    "pricing": (
        ("catalogues", "edit_api", "what_if"),
        ("admin", "api", "apps", "book", "edit_schemas", "sync"),
        ("schemas", "shelves", "sources", "used"),
        ("cost",),
        ("editing", "fees", "match", "models"),
        ("invariants",),
        (
            *("invoices", "patterns", "quote", "rates", "scenarios", "serving"),
            *("spellings", "triggers", "usage"),
        ),
        ("values",),
    ),
}
MOST_BOXES = 26
"""What one look at a room takes in: folders and files side by side."""

MOST_FOLDERS_PLAYED_ELSEWHERE = 10
PROVEN_ELSEWHERE = {
    # Folder of modules → the test that plays them, and why it has none of their own.
    # All else has its own test file, or stands in one folder with a tested module
    # that uses it.
    "observe/dates/en/*.py": (
        "runs/test_admin.py",
        "Names of Django's, which its admin reads.",
    ),
    "proxy/api/*.py": (
        "proxy/api/test_changing.py",
        "Shapes and routers, called there over HTTP.",
    ),
    "proxy/fixes/*.py": (
        "proxy/fixes/test_streams.py",
        "Each is played there on every stream made for it, split anywhere.",
    ),
    "*/apps.py": (
        "observe/test_checks.py",
        "Django calls them before the first test: without them no check is found, no"
        " trigger is in place and no provider is seeded.",
    ),
    "observe/cli/commands/*.py": (
        "observe/cli/test_failures.py",
        "Each asks a room and prints; most have a test, of all the examples are run.",
    ),
    "observe/cli/verbs/*.py": (
        "observe/cli/test_verbs.py",
        "Tables of words and flags: one test reads them all, by their parsers.",
    ),
    "observe/remote/*.py": (
        "observe/cli/commands/test_run.py",
        "A client of the API: proven against a server, by the commands that use it.",
    ),
    "proxy/demo/dialects/*.py": (
        "proxy/demo/test_transport.py",
        "One test asks all of `DIALECTS` the same questions.",
    ),
}


@cache
def modules() -> tuple[Path, ...]:
    """Every module of the rooms, migrations left out."""
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return tuple(sorted(path for path in found if "migrations" not in path.parts))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Dotted names a module imports, wherever in it, but for type checkers."""
    names: set[str] = set()
    for node in _statements(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """And what stands between them: no import is inside of an expression."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.expr):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _statements(node)


def own_files(path: Path) -> set[Path]:
    """The modules of ours that importing `path` loads, itself and all the way down."""
    seen: set[Path] = set()
    todo = [path]
    while todo:
        each = todo.pop()
        if each in seen:
            continue
        seen.add(each)
        todo += _imported_files(each)
    return seen


@cache
def _files(name: str) -> tuple[Path, ...]:
    """`a.b.c` loads `a/__init__.py`, `a/b/__init__.py` and `a/b/c.py`."""
    parts = name.split(".")
    if parts[0] not in ROOMS:
        return ()
    places = (ROOT.joinpath(*parts[:end]) for end in range(1, len(parts) + 1))
    files = (
        file
        for place in places
        for file in (place.with_suffix(".py"), place / "__init__.py")
    )
    return tuple(file for file in files if file.exists())


@cache
def _imported_files(path: Path) -> frozenset[Path]:
    return frozenset(file for name in imported(path) for file in _files(name))


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


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


@pytest.mark.parametrize("room", ROOMS)
def test_every_folder_of_a_room_has_its_floor(room: str) -> None:
    named = [box for floor in FLOORS[room] for box in floor]
    assert sorted(named) == sorted(boxes(room))


@pytest.mark.parametrize("room", ROOMS)
def test_imports_inside_a_room_go_downstairs(room: str) -> None:
    floor_of = {box: n for n, floor in enumerate(FLOORS[room]) for box in floor}
    wrong = {
        f"{name_of(path)} imports {name}"
        for path in modules()
        for name in imported(path)
        if (box := box_of(path)) in floor_of
        and name.startswith(f"{room}.")
        and path.is_relative_to(ROOT / room)
        and (other := name.split(".")[1]) != box
        and floor_of[other] <= floor_of[box]
    }
    assert not wrong


@pytest.mark.parametrize("room", ["proxy", "runs"])
def test_a_room_can_be_taken_in_at_a_look(room: str) -> None:
    assert len(boxes(room)) <= MOST_BOXES


def boxes(room: str) -> set[str]:
    """The folders and files that one sees in a room; `__init__.py` is the room."""
    return {box_of(path) for path in modules() if path.is_relative_to(ROOT / room)} - {
        "__init__"
    }


def box_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[1]


def test_the_command_line_client_loads_no_table() -> None:
    """It runs where there is only an address of Weir, without a database."""
    remote = [path for path in modules() if "remote" in path.parts]
    loaded = {file for path in remote for file in own_files(path)}
    assert remote
    assert [name_of(file) for file in loaded if "models" in file.parts] == []


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


@pytest.mark.parametrize("room", ROOMS)
def test_one_name_is_one_thing_in_a_room(room: str) -> None:
    places: dict[str, list[str]] = {}
    for path in modules():
        if path.is_relative_to(ROOT / room):
            for name in public_classes(path) - set(SAME_NAME_TWICE):
                places.setdefault(name, []).append(name_of(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def public_classes(path: Path) -> set[str]:
    classes = (node for node in parsed(path).body if isinstance(node, ast.ClassDef))
    return {node.name for node in classes if not node.name.startswith("_")}


def test_every_module_has_a_test() -> None:
    """Its own file at the mirrored path, a test that imports it, or a listed one."""
    missing = [
        f"write {name_of(mirrored(path))}, or say what proves {name_of(path)}"
        for path in unproven()
        if not any(path.match(each) for each in PROVEN_ELSEWHERE)
    ]
    assert not missing


def test_nothing_is_listed_that_has_a_test() -> None:
    unneeded = [
        each
        for each in PROVEN_ELSEWHERE
        if not any(path.match(each) for path in unproven())
    ]
    assert not unneeded


@cache
def unproven() -> frozenset[Path]:
    """Modules that no test of their own, and none of their folder's, gets to."""
    todo = [path for path in modules() if mirrored(path).exists()]
    todo += [ROOT / name for name in imported_by_tests()]
    proven = set[Path]()
    while todo:
        each = todo.pop()
        if each in proven:
            continue
        proven.add(each)
        used = {file for name in imported(each) for file in _files(name)}
        todo += [file for file in used if file.parent == each.parent]
    named = {path for path in modules() if path.name != "__init__.py"}
    return frozenset(named - proven)


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


def test_the_list_stays_a_handful_of_folders() -> None:
    """A single module that no test gets to wants one, not a line here."""
    folders = [each for each in PROVEN_ELSEWHERE if not each.startswith("*")]
    assert [each for each in folders if not each.endswith("/*.py")] == []
    assert len(PROVEN_ELSEWHERE) <= MOST_FOLDERS_PLAYED_ELSEWHERE


@pytest.mark.parametrize(
    "test", sorted({test for test, _ in PROVEN_ELSEWHERE.values()})
)
def test_the_listed_tests_exist(test: str) -> None:
    assert (ROOT / "tests" / test).exists()


NAMED = re.compile(rf"`([\w/]+\.py|(?:{'|'.join(ROOMS)})/[\w/]*/)`")
"""A file or a folder in a docstring."""


def test_docstrings_name_true_neighbours() -> None:
    """What a docstring names exists, and one of the two uses the other."""
    wrong = [
        f"{name_of(path)} speaks of {word}"
        for path in modules()
        for word in NAMED.findall(ast.get_docstring(parsed(path)) or "")
        if not any(
            uses(path, file) or uses(file, path) for file in called(word, beside=path)
        )
    ]
    assert not wrong


def called(word: str, *, beside: Path) -> list[Path]:
    """`a.py` stands beside who speaks of it, `room/a.py` is told from the top; of a
    folder, one file will do."""
    if word.endswith("/"):
        return sorted((ROOT / word).rglob("*.py"))
    place = ROOT / word if "/" in word else beside.parent / word
    # `manage.py` is the one file at the top that a room speaks of.
    return [file for file in (place, ROOT / word) if file.exists()][:1]


def uses(asker: Path, asked: Path) -> bool:
    """Imports it, itself or through the face of its folder, or starts it by name."""
    loads = _imported_files(asker)
    face = asked.with_name("__init__.py")
    through_face = face in spelled(asker) and asked in spelled(face)
    by_name = f'"{_dotted(asked)}"' in asker.read_text("utf-8")
    return asked in loads or through_face or by_name


def spelled(path: Path) -> set[Path]:
    """The files that the imports of `path` mean, without the folders on the way."""
    ways = [_files(name) for name in imported(path)]
    return {way[-1] for way in ways if way}


def test_what_says_pure_is_under_strict_types() -> None:
    """mypy is strict everywhere; who is excused is named, and is not pure."""
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
    assert mypy["strict"]
    assert not [name for name, value in mypy.items() if value is False]
    eased = [
        pattern
        for each in mypy["overrides"]
        if set(each) != {"module", "ignore_missing_imports"}
        for pattern in each["module"]
    ]
    pure = {_dotted(path): path for path in modules() if says_pure(path)}
    wrong = [name for name in pure for each in eased if fnmatch(name, each)]
    wrong += [name for name, path in pure.items() if "# mypy:" in path.read_text()]
    assert not wrong
