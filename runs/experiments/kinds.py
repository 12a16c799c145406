"""What a definition may say: a model for each kind of file. Pure.

`folder.py` reads files by it; `schemas` are for editors, which show the words under a
field.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from runs.experiments.harness import Harness, Name, Variables
from runs.measure import metrics

Metric = Annotated[str, StringConstraints(max_length=120)]
Milliseconds = Annotated[float, Field(gt=0)]
Setting = str | int | float | bool | None
OWN_METRICS = (
    metrics.Metric("passed", "share", "higher", lambda _: None),
    metrics.Metric("turns", "count", "either", lambda _: None),
    metrics.Metric("context_growth", "count", "lower", lambda _: None),
    metrics.Metric("goodput", "count", "higher", lambda _: None),
)
"""Of sessions, beside those of runs; scores are `score:NAME`. The cost of a pass is no
such metric: no session has a value of it."""
_STRICT = ConfigDict(
    extra="forbid",
    frozen=True,
    use_attribute_docstrings=True,
    strict=True,
    # JSON has neither.
    allow_inf_nan=False,
)


class DefinitionKind(StrEnum):
    PROVIDER = "provider"
    HARNESS = "harness"
    VARIANT = "variant"
    EXPERIMENT = "experiment"
    TASK_CARD = "task-card"

    @property
    def folder(self) -> str:
        """Where its files are."""
        return "harnesses" if self is DefinitionKind.HARNESS else f"{self.value}s"


class Written(BaseModel):
    """One file, one object."""

    model_config = _STRICT

    name: Name
    """What others call it by; the file has the same name."""
    title: str = ""
    """What people read."""
    description: str = ""


class Provider(Written):
    """Who answers: a provider of Weir's, and the models that may be asked."""

    slug: str = ""
    """The provider's slug at Weir (`weir providers list`); the name unless told."""
    models: list[str] = []
    """Names of models; a variant may ask no other. Empty: any."""


class Variant(Written):
    """An arm: a model at a provider, driven by a harness with its settings."""

    provider: Name
    model: str = Field(min_length=1)
    harness: Name
    settings: dict[str, Setting] = {}
    """What else makes this arm what it is, such as effort; told in reports."""
    environment: Variables = {}
    """Further variables of the harness."""


class TaskCard(Written):
    """What is to be done, the same for every arm."""

    instructions: str = Field(min_length=1)
    repository: str = ""
    """What it is about, such as an address and a commit."""
    check: str = ""
    """A shell command that ends with 0 when the task was solved: the score `check`."""
    time_limit_s: Annotated[float, Field(gt=0)] | None = None
    environment: Variables = {}


class Outage(BaseModel):
    """When a session is no measurement: fixed before anything is seen."""

    model_config = _STRICT

    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """From this share of failed requests on, of its finished ones."""
    kinds: list[str] = [
        *("upstream_error", "timed_out", "interrupted"),
        *("http_429", "http_500", "http_502", "http_503", "http_504", "http_529"),
    ]
    """Which failures are of the infrastructure."""


class Goodput(BaseModel):
    """Limits that a request must keep to count as served well."""

    model_config = _STRICT

    ttft_ms: Milliseconds | None = None
    itl_ms: Milliseconds | None = None
    duration_ms: Milliseconds | None = None


class Experiment(Written):
    """A question: which arms, on which tasks, how often."""

    question: str = ""
    variants: list[Name] = Field(min_length=1)
    task_cards: list[Name] = Field(min_length=1)
    repeats: Annotated[int, Field(ge=1, le=1000)] = 3
    """Sessions of each variant on each task."""
    baseline: str = ""
    """The variant that the others are held against; the first unless told."""
    primary: Metric = ""
    """The metric that decides, chosen before anything is seen."""
    content: Literal["off", "full"] = "off"
    """Whether prompts and answers are kept; figures and fingerprints always are."""
    outage: Outage = Outage()
    goodput: Goodput | None = None

    @property
    def arms(self) -> list[str]:
        """The baseline first."""
        base = self.baseline or self.variants[0]
        return [base, *(each for each in self.variants if each != base)]


class HarnessFile(Written, Harness):
    """A program that asks models: how it is pointed at Weir."""


MODELS: dict[DefinitionKind, type[Written]] = {
    DefinitionKind.PROVIDER: Provider,
    DefinitionKind.HARNESS: HarnessFile,
    DefinitionKind.VARIANT: Variant,
    DefinitionKind.EXPERIMENT: Experiment,
    DefinitionKind.TASK_CARD: TaskCard,
}


def content_of(definition: Written) -> dict[str, Any]:
    """What was written, as JSON: no default, so that a later one changes no version."""
    return definition.model_dump(mode="json", exclude_unset=True)


def digest_of(content: dict[str, Any]) -> str:
    """The same for the same content, however its file is laid out."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def is_metric(name: str) -> bool:
    known = {metric.name for metric in (*metrics.METRICS, *OWN_METRICS)}
    return name in known or name.startswith("score:")


def editor_schema(kind: DefinitionKind) -> dict[str, Any]:
    """A JSON Schema (2020-12) of the kind's files."""
    schema = MODELS[kind].model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
