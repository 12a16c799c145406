"""A folder of definitions: read, checked, every fault with its file and line. Pure.

    experiments/providers/ harnesses/ variants/ task-cards/ experiments/

The command line reads it (`weir experiments validate`, `load`); the server checks what
it is sent by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from runs.experiments import lines, profiles
from runs.experiments.harness import VARIABLE
from runs.experiments.kinds import (
    MODELS,
    DefinitionKind,
    Experiment,
    HarnessFile,
    Provider,
    Variant,
    Written,
    content_of,
    is_metric,
)

EXAMPLE = Path(__file__).parent / "data" / "example"
"""What `weir experiments init` writes, and `weir demo` answers."""

ENDINGS = (".yaml", ".yml")
NEAR = 0.6


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Found:
    """A definition, and where it stands."""

    kind: DefinitionKind
    value: Written
    file: str = ""
    document: lines.Document = field(default_factory=lambda: lines.Document(None, {}))

    @property
    def content(self) -> dict[str, Any]:
        return content_of(self.value)

    def fault(self, sentence: str, *place: str | int) -> Fault:
        return Fault(self.file, self.document.line(place), sentence)


@dataclass(frozen=True, slots=True)
class Folder:
    found: tuple[Found, ...]
    faults: tuple[Fault, ...]

    def with_profiles(self) -> list[Found]:
        """Also the built-in harnesses that its variants name."""
        own = {
            each.value.name
            for each in self.found
            if each.kind is DefinitionKind.HARNESS
        }
        named = {
            each.value.harness
            for each in self.found
            if isinstance(each.value, Variant) and each.value.harness not in own
        }
        built_in = [
            Found(DefinitionKind.HARNESS, profiles.built_in(name))
            for name in sorted(named)
            if name in profiles.NAMES
        ]
        return [*self.found, *built_in]


def read(folder: Path) -> Folder:
    """Everything that is in it."""
    found: list[Found] = []
    faults: list[Fault] = []
    for kind in DefinitionKind:
        for path in sorted((folder / kind.folder).glob("*")):
            if path.suffix not in ENDINGS:
                continue
            told = f"{kind.folder}/{path.name}"
            try:
                found.append(_one(kind, path, told))
            except Refused as refused:
                faults.extend(refused.faults)
    if not faults:
        faults = list(references(found))
    return Folder(tuple(found), tuple(faults))


class Refused(Exception):
    """A file that is no definition of its kind."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


def _one(kind: DefinitionKind, path: Path, told: str) -> Found:
    try:
        text = path.read_text("utf-8")
        document = lines.read(text)
    except lines.BadYaml as error:
        raise Refused([Fault(told, error.line, f"{error.sentence}.")]) from None
    except (OSError, UnicodeDecodeError):
        raise Refused([Fault(told, 1, "it can't be read as UTF-8 text.")]) from None
    found = parse(kind, document.value, told, document)
    if found.value.name != path.stem:
        said = f"its name is {found.value.name}, but the file's is {path.stem}."
        raise Refused([found.fault(said, "name")])
    return found


def parse(
    kind: DefinitionKind, value: Any, file: str, document: lines.Document | None = None
) -> Found:
    """Raises Refused."""
    known = document or lines.Document(value, {})
    if not isinstance(value, Mapping):
        raise Refused([Fault(file, 1, "it must be names with values, as `name: x`.")])
    try:
        model = MODELS[kind].model_validate(dict(value))
    except ValidationError as error:
        raise Refused(_faults(error, MODELS[kind], file, known)) from None
    return Found(kind, model, file, known)


def _faults(
    error: ValidationError, model: type[Written], file: str, document: lines.Document
) -> Iterator[Fault]:
    for each in error.errors():
        place = tuple(each["loc"])
        name = ".".join(map(str, place))
        if each["type"] == "extra_forbidden":
            known = tuple(model.model_fields) if len(place) == 1 else ()
            said = f"{name} is unknown{near(str(place[-1]), known)}"
        elif each["type"] == "missing":
            said = f"{name} is missing."
        elif each["type"] == "string_type":
            said = f"{name} must be text; put it in quotes."
        elif each["type"] == "string_pattern_mismatch":
            is_variable = each["ctx"]["pattern"] == VARIABLE
            of = (
                "letters, digits and _" if is_variable else "a-z, 0-9, dots and hyphens"
            )
            said = f"{name} must be of {of}: {each['input']!r}."
        elif each["type"] == "value_error":
            said = f"{name}: {each['ctx']['error']}."
        else:
            words = each["msg"][:1].lower() + each["msg"][1:]
            said = f"{name}: {words}."
        yield Fault(file, document.line(place), said)


def near(word: str, known: Iterable[str]) -> str:
    """`; did you mean model?`"""
    found = get_close_matches(word, list(known), n=1, cutoff=NEAR)
    return f"; did you mean {found[0]}?" if found else "."


def references(found: Iterable[Found]) -> Iterator[Fault]:
    """What names something that isn't there."""
    everything = list(found)
    by_kind: dict[str, dict[str, Found]] = {kind: {} for kind in DefinitionKind}
    for each in everything:
        if each.value.name in by_kind[each.kind]:
            yield each.fault(f"there are two of the name {each.value.name}.", "name")
        by_kind[each.kind][each.value.name] = each
    for each in everything:
        if isinstance(each.value, Variant):
            yield from _of_variant(each, each.value, by_kind)
        elif isinstance(each.value, Experiment):
            yield from _of_experiment(each, each.value, by_kind)
        elif isinstance(each.value, HarnessFile) and each.value.extends:
            known = profiles.NAMES
            yield from _missing(each, each.value.extends, known, "profile", "extends")


def _of_variant(
    found: Found,
    variant: Variant,
    by_kind: Mapping[str, Mapping[str, Found]],
) -> Iterator[Fault]:
    providers = by_kind[DefinitionKind.PROVIDER]
    yield from _missing(found, variant.provider, providers, "provider", "provider")
    harnesses = (*by_kind[DefinitionKind.HARNESS], *profiles.NAMES)
    yield from _missing(found, variant.harness, harnesses, "harness", "harness")
    provider = providers.get(variant.provider)
    if provider is not None and isinstance(provider.value, Provider):
        models = provider.value.models
        if models and variant.model not in models:
            said = f"the provider {variant.provider} lists no model {variant.model}"
            yield found.fault(f"{said}{near(variant.model, models)}", "model")


def _of_experiment(
    found: Found,
    experiment: Experiment,
    by_kind: Mapping[str, Mapping[str, Found]],
) -> Iterator[Fault]:
    for kind, field_name in (
        (DefinitionKind.VARIANT, "variants"),
        (DefinitionKind.TASK_CARD, "task_cards"),
    ):
        names: list[str] = getattr(experiment, field_name)
        for index, name in enumerate(names):
            yield from _missing(
                found, name, by_kind[kind], kind.value, field_name, index
            )
            if name in names[:index]:
                yield found.fault(f"{name} is listed twice.", field_name, index)
    if experiment.baseline:
        known = experiment.variants
        yield from _missing(found, experiment.baseline, known, "variant", "baseline")
    if experiment.primary and not is_metric(experiment.primary):
        said = f"no metric is called {experiment.primary}."
        yield found.fault(said, "primary")


def _missing(
    found: Found, name: str, known: Iterable[str], what: str, *place: str | int
) -> Iterator[Fault]:
    if name not in known:
        yield found.fault(f"there is no {what} {name}{near(name, known)}", *place)
