"""Definitions in files: the example is whole, and every fault is told with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from runs.experiments import folder, kinds, lines
from runs.experiments.kinds import DefinitionKind, digest_of, editor_schema

EXAMPLE = Path(folder.__file__).parent / "data" / "example"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "e")
    return tmp_path / "e"


def faults(place: Path) -> list[str]:
    return [str(fault) for fault in folder.read(place).faults]


def test_the_example_is_whole_and_fits_the_schemas_of_editors(place: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    found = folder.read(place)
    assert found.faults == ()
    assert {each.kind for each in found.found} == set(DefinitionKind)
    for each in found.found:
        schema = editor_schema(each.kind)
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(each.content)
    built_in = {each.value.name for each in found.with_profiles()} - {
        each.value.name for each in found.found
    }
    assert built_in == {"claude-code", "opencode"}


def test_a_primary_metric_is_one_that_reports_test() -> None:
    assert kinds.is_metric("goodput")
    assert kinds.is_metric("score:tests")
    assert not kinds.is_metric("cost_per_pass_usd")  # no session has one


VARIANT = "name: v\nprovider: demo\nmodel: weir-demo\nharness: scripted\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (VARIANT + "harnes: x\n", "5: harnes is unknown; did you mean harness?"),
        ("name: v\nprovider: demo\nharness: scripted\n", "1: model is missing."),
        (VARIANT.replace("weir-demo", "5.4"), "3: model must be text; put it in quo"),
        (VARIANT.replace("name: v", "name: V v"), "1: name must be of a-z, 0-9, dots"),
        (VARIANT + "model: b\n", "5: model stands there twice."),
        (VARIANT + "  x: [\n", "5: mapping values are not allowed here."),
        (
            VARIANT.replace("scripted", "claude-cod"),
            "4: there is no harness clau",
        ),
        (VARIANT.replace("provider: demo", "provider: dmo"), "2: there is no provider"),
        (
            VARIANT.replace("weir-demo", "weir-dmo"),
            "3: the provider demo lists",
        ),
        (
            VARIANT.replace("name: v", "name: w"),
            "1: its name is w, but the",
        ),
        ("", "1: it is empty."),
        ("- a\n", "1: it must be names with values"),
        (
            "name: !!python/object/apply:os.system [id]\n",
            "1: could not determine",
        ),
    ],
)
def test_a_fault_says_its_file_and_line(place: Path, text: str, told: str) -> None:
    (place / "variants" / "v.yaml").write_text(text)
    said = faults(place)
    assert said[0].startswith(f"variants/v.yaml:{told}"), said


HARNESS = "name: h\nfiles:\n  - path: {}\n    format: json\n    text: x\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *(
            (HARNESS.format(path), "3: files.0.path: it must lie in the home directory")
            for path in ("/etc/x", "~//etc/x", "~/../x", '"~"', "x", '"~/a\\nb"')
        ),
        (
            "name: h\nbatch: claude -p 'x\n",
            "2: batch: it is no command: no closing quo",
        ),
        ("name: h\nversion: ' '\n", "2: version: it is no command: it is blank"),
        ("name: h\nenvironment: {A-B: x}\n", "2: environment.A-B.[key] must be of let"),
    ],
)
def test_a_profile_writes_and_starts_what_it_may(
    place: Path, text: str, told: str
) -> None:
    (place / "harnesses" / "h.yaml").write_text(text)
    assert faults(place)[0].startswith(f"harnesses/h.yaml:{told}")


@pytest.mark.parametrize("number", [".inf", ".nan"])
def test_a_number_is_one_that_json_has(place: Path, number: str) -> None:
    card = f"name: t\ninstructions: x\ntime_limit_s: {number}\n"
    (place / "task-cards" / "t.yaml").write_text(card)
    variant = f"{VARIANT}settings: {{effort: {number}}}\n"
    (place / "variants" / "v.yaml").write_text(variant)
    assert {said.partition(":")[0] for said in faults(place)} == {
        "task-cards/t.yaml",
        "variants/v.yaml",
    }


def test_aliases_of_aliases_are_read_at_once() -> None:
    levels = [f"a{n}: &a{n} [{', '.join(9 * [f'*a{n - 1}'])}]" for n in range(1, 12)]
    line = lines.read("\n".join(["a0: &a0 [x]", *levels, "b: *a0"])).line
    told = line(("a11", 8)), line(("b", 0))
    assert told == (11, 13)


def test_what_an_experiment_names_must_be_there(place: Path) -> None:
    file = place / "experiments" / "demo.yaml"
    text = file.read_text()
    file.write_text(
        text.replace("[demo-plain, demo-fast,", "[demo-plain, demo-fst,").replace(
            "# primary: cost_usd", "primary: output"
        )
    )
    assert faults(place) == [
        "experiments/demo.yaml:5: there is no variant demo-fst;"
        " did you mean demo-fast?",
        "experiments/demo.yaml:9: no metric is called output.",
    ]


def test_a_version_is_of_the_content_alone() -> None:
    one = lines.read("name: a  # why\nmodels: [x, y]\n").value
    other = lines.read("models:\n  - x\n  - 'y'\nname: a\n").value
    assert digest_of(one) == digest_of(other)
    assert digest_of(one) != digest_of({**one, "title": "A"})
