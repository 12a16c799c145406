"""README and docs say what the code does: settings, errors, formats, commands."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from observe.cli.verbs import VERBS
from observe.serve.flags import FLAGS
from proxy.demo.behaviour import behaviour_of
from proxy.errors import STATUS_OF_CODE
from proxy.wire import FORMATS
from runs.filters import FIELDS
from runs.filters.grammar import parse

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
AGENTS = (ROOT / "AGENTS.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
TOP = ("README.md", "AGENTS.md", "CONTRIBUTING.md", "SECURITY.md")
DOCUMENTS = (*(ROOT / name for name in TOP), *(ROOT / "docs").glob("*.md"))
ROOMS = ("observe", "proxy", "runs", "pricing")


def section(text: str, heading: str) -> str:
    """The text under a heading, up to the next of its kind."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, f"no section {heading}"
    return found[1]


def first_cells(text: str) -> list[list[str]]:
    """The cells of each table row whose first cell is code."""
    rows = [line.strip("|").split("|") for line in text.splitlines()]
    cells = [[cell.strip() for cell in row] for row in rows]
    return [row for row in cells if len(row) > 1 and row[0].startswith("`")]


def settings_of_the_code() -> dict[str, str]:
    """Environment variable → default, as `observe/settings.py` reads them."""
    tree = ast.parse((ROOT / "observe" / "settings.py").read_text("utf-8"))
    found = {"DATABASE_URL": ""}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if not isinstance(node.func.value, ast.Name) or node.func.value.id != "env":
            continue
        if node.args:
            name = ast.literal_eval(node.args[0])
            default = _value(node.args[1]) if len(node.args) > 1 else ""
            is_flag = node.func.attr == "flag"
            default = (default or "false").lower() if is_flag else default
            found[name] = found.get(name) or default
    return found


def _value(node: ast.expr) -> str:
    # `32 * 1024 * 1024` is no literal.
    return str(eval(compile(ast.Expression(node), "settings", "eval"), {}))


def test_the_settings_table_names_every_variable_with_its_default() -> None:
    rows = first_cells(section(README, "Configuration"))
    told = {row[0].strip("`"): row[1].strip("`").replace("–", "") for row in rows}
    assert told == settings_of_the_code()


@pytest.mark.parametrize(
    "flag", [*(flag for flag, _, _ in FLAGS), "--server", "--quiet"]
)
def test_every_flag_of_serve_is_in_the_readme(flag: str) -> None:
    assert f"`{flag}" in section(README, "Configuration")


def test_every_error_code_is_documented_with_its_status() -> None:
    heading = "What a client can get from Weir itself"
    told = {
        row[0].strip("`"): int(row[1])
        for row in first_cells(section(ARCHITECTURE, heading))
    }
    assert told == STATUS_OF_CODE


def test_every_field_of_the_filter_language_is_told() -> None:
    text = (ROOT / "docs/filters.md").read_text("utf-8")
    rows = first_cells(section(text, "Fields"))
    assert [row[0].strip("`") for row in rows] == [field.name for field in FIELDS]
    for field in FIELDS:
        told = "`<` `>`" if field.is_ordered else "`*`" if field.has_facets else ""
        assert f"| `{field.name}` | `{field.shown}` | {told} | {field.help} |" in text
    for line in text.split("```")[1].strip().splitlines():
        assert parse(line.partition("   ")[0].strip())


def test_every_wire_format_is_listed() -> None:
    told = re.findall(r"`([a-z-]+)`", section(ARCHITECTURE, "What Weir can read"))
    assert sorted(told) == sorted({each.name for each in FORMATS})


def test_the_demo_models_behave_as_documented() -> None:
    text = section(ARCHITECTURE, "The built-in model")
    names = set(re.findall(r"`(weir-demo-[a-z0-9-]+)`", text))
    assert len(names) >= 6
    plain = behaviour_of("weir-demo")
    assert [name for name in names if behaviour_of(name) == plain] == []


def test_every_command_is_in_the_readme() -> None:
    rows = first_cells(section(README, "Commands"))
    told = {row[0].strip("`").removeprefix("weir ") for row in rows}
    assert told == set(VERBS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_are_named_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    named = set(re.findall(r"(?:`|^|\s/)weir ([a-z][a-z-]*)", text, re.M))
    assert named <= set(VERBS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_verbs_that_are_named_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    verbs = set(re.findall(r"^([a-z]+):", makefile, re.M))
    text = document.read_text("utf-8")
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.M)) <= verbs


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_every_document_is_reached_from_the_readme() -> None:
    reached = set(re.findall(r"\]\(docs/([^)#]+\.md)", README))
    reached |= set(re.findall(r"\]\(([^)#/]+\.md)", ARCHITECTURE))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= reached


def test_paths_in_the_map_exist() -> None:
    rows = first_cells(AGENTS.split("## Where")[0])
    paths = [path for row in rows for path in re.findall(r"`([a-z_]+/[^`]*)`", row[0])]
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_lock_files_are_fit_to_publish() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r"://|file:|@ |--index|--find-links", text)
        pinned = re.findall(r"^[a-z0-9-]+==", text, re.M)
        blocks = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.M)[1:]
        assert len(pinned) == len(blocks) > 40
        assert all("--hash=sha256:" in block for block in blocks)


def is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


@pytest.mark.parametrize("room", ["observe", "proxy", "runs"])
def test_the_drawn_rooms_show_what_ls_shows(room: str) -> None:
    drawing = section(ARCHITECTURE, "The rooms").split("```")[1]
    floor = re.search(rf"^{room}/.*\n((?:  .*\n)*)", drawing, re.M)
    assert floor
    drawn = re.findall(r"^  (\w+)/", floor[1], re.M)
    folders = [path for path in (ROOT / room).iterdir() if path.is_dir()]
    # A folder that moved away leaves what Python compiled in it.
    shown = {each.name for each in folders if any(map(is_source, each.rglob("*")))}
    assert drawn == sorted(shown)


def test_the_drawn_line_passes_places_that_exist() -> None:
    line = section(ARCHITECTURE, "The straight line")
    places = re.findall(rf"\b(?:{'|'.join(ROOMS)})/[\w/.]*", line)
    assert len(places) > 15
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_the_changelog_begins_with_this_version_or_the_next() -> None:
    """The next one is marked until it is released."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    heads = re.findall(
        r"^## ([\d.]+)(, not released yet)?$",
        (ROOT / "CHANGELOG.md").read_text("utf-8"),
        re.M,
    )
    released = [version for version, unreleased in heads if not unreleased]
    assert released[0] == project["version"]
    assert len(heads) - len(released) <= 1
    assert heads == sorted(heads, key=lambda head: _numbers(head[0]), reverse=True)


def test_no_merge_has_torn_or_doubled_the_changelog() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines()
    torn = [b for a, b in pairwise(lines) if b.startswith("  ") and not a.strip()]
    items = Counter(line[:40] for line in lines if line.startswith("- "))
    assert not torn
    assert not [item for item, times in items.items() if times > 1]


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]
