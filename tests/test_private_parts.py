"""What Weir uses of libraries that they don't promise to keep.

Each was read in one minor version. Another one may change it without a word, so it is
let in by who has looked at these parts again: pyproject.toml holds it back until then.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import pytest

from tests.test_architecture import ROOT, imported, modules, name_of, parsed


@dataclass(frozen=True)
class Library:
    name: str
    read_in: str
    """The minor version whose source was read."""
    proved_by: str
    """What fails, at the latest, when one of them has changed its meaning."""
    parts: dict[str, str]
    """As it is spelled in our code → what to look at in theirs."""


LIBRARIES = (
    Library(
        name="uvicorn",
        read_in="0.54",
        proved_by="tests/observe/serve and tests/proxy/test_odd_answers.py",
        parts={
            "def _unset_keepalive_if_required(": "HttpToolsProtocol.data_received "
            "begins with it, and does no more than feed the parser",
            "def on_message_begin(": "it makes a scope and an empty list of headers",
            "def on_headers_complete(": "it reads method, path and query into the "
            "scope, makes a cycle, and begins it unless another isn't answered yet",
            "def on_body(": "it adds to cycle.body, pauses reading above "
            "HIGH_WATER_LIMIT and sets message_event",
            "async def receive(self) -> Any:": "RequestResponseCycle's says 100 "
            "Continue, resumes reading, waits for message_event, takes the body",
            "def on_response_complete(": "it resumes reading, and begins what waits in "
            "`pipeline`, or its timer to close an idle connection",
            "self._is_writable_event": "FlowControl: drain waits for it",
            "self.pipeline.appendleft(": "on_response_complete pops the other end",
            "connection.timeout_keep_alive_handler()": "closes an idle connection",
            "httptools_impl.STATUS_LINE": "RequestResponseCycle.send has it by status",
            "httptools_impl.HEADER_VALUE_RE": "RequestResponseCycle.send asks it by "
            "this name what no value may hold",
            "self.handshake_complete = True": "run_asgi logs an error while it is not, "
            "and a refusal by websocket.http.response doesn't set it",
            "cycle.chunked_encoding = False": "send takes all but None for decided",
            "cycle.expected_content_length": "send holds the body against it, piece by "
            "piece",
            "def _start_asgi_task(": "a request begins by it, once it is its turn",
            "cycle.response_complete = True": "send does this with the last piece, "
            "sets message_event, closes unless keep_alive, and calls on_response",
            "cycle.waiting_for_100_continue = False": "send does so with the head",
            "cycle.disconnected = True": "connection_lost does so for the newest",
            "self.write_paused": "FlowControl: drain waits while it is set",
            "self.flow.resume_reading()": "on_body pauses beyond 64 KiB",
            "httptools_impl.HEADER_RE": "send asks it of each name",
            "def data_received(": "it does no more with a piece than feed the parser",
            "def _should_upgrade(": "on_headers_complete asks it before it begins a "
            "request, and begins none when it is true",
        },
    ),
    Library(
        name="django",
        read_in="5.2",
        proved_by="tests/runs/keeping",
        parts={
            "._raw_delete(": "one DELETE, without signals and without what hangs on it",
        },
    ),
)
DOCUMENTED = {
    # Private by their spelling only, or Python's own.
    *("_meta", "_default_manager", "_base_manager"),  # Django
    *("_replace", "_asdict", "_make"),  # named tuples
    *("_Hash", "_value2member_map_", "_exit"),  # Python itself; one for types alone
    # argparse's, the same in every Python from 3.11 on; tests/observe/cli plays them.
    *("_actions", "_option_string_actions", "_get_formatter", "_expand_help"),
}

each_library = pytest.mark.parametrize("library", LIBRARIES, ids=lambda each: each.name)


@each_library
def test_the_installed_version_is_the_one_that_was_read(library: Library) -> None:
    told = look_again(library, version(library.name))
    assert not told, told


@each_library
def test_no_other_version_is_let_in(library: Library) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    major, minor = map(int, library.read_in.split("."))
    wanted = f"{library.name}>={major}.{minor},<{major}.{minor + 1}"
    assert wanted in project["dependencies"]


@each_library
def test_each_part_is_still_used(library: Library) -> None:
    assert [part for part in library.parts if not places(library, part)] == []


def test_another_version_is_told_with_every_place_to_look_at() -> None:
    uvicorn = LIBRARIES[0]
    told = look_again(uvicorn, "0.55.0")
    assert told.startswith("uvicorn 0.55.0 is installed; ")
    assert all(what in told for what in uvicorn.parts.values())
    assert "observe/serve/protocol.py" in told
    assert look_again(uvicorn, "0.54.99") == ""


def test_no_private_part_of_a_library_is_used_in_passing() -> None:
    listed = " ".join(part for library in LIBRARIES for part in library.parts)
    unlisted = [
        f"{place} uses {name}: list it here"
        for place, name in foreign_private_names()
        if name not in DOCUMENTED and name not in listed
    ]
    assert unlisted == []


def look_again(library: Library, installed: str) -> str:
    """What to do about a version that nobody has read; "" for the one that was."""
    if installed.split(".")[:2] == library.read_in.split("."):
        return ""
    lines = [
        f"{library.name} {installed} is installed; Weir uses parts of it that it "
        f"doesn't promise, as they were in {library.read_in}. Look whether",
        *(
            f"- {what} ({', '.join(places(library, part))}: {part})"
            for part, what in library.parts.items()
        ),
        f"then run {library.proved_by}, and put the version here and in pyproject.toml",
    ]
    return "\n".join(lines)


def places(library: Library, part: str) -> list[str]:
    return [
        name_of(path)
        for path in modules()
        if part in path.read_text("utf-8")
        and any(name.split(".")[0] == library.name for name in imported(path))
    ]


def foreign_private_names() -> Iterator[tuple[str, str]]:
    """`_names` of objects that no module of ours defines or gives a value."""
    own: set[str] = set()
    for path in modules():
        own |= set(defined(parsed(path)))
    for path in modules():
        nodes = ast.walk(parsed(path))
        for node in (each for each in nodes if isinstance(each, ast.Attribute)):
            if re.match("_[^_]", node.attr) and node.attr not in own:
                yield f"{name_of(path)}:{node.lineno}", node.attr


def defined(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
