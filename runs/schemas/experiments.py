"""What the operations of definitions, sessions and experiments take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

from runs.cleaning import INT32_MAX
from runs.experiments.kinds import DefinitionKind
from runs.experiments.results.base import MOST_SCORE
from runs.models import SessionStatus
from runs.schemas.runs import Name, Notes, Text

Word = Annotated[Text, StringConstraints(max_length=100)]
Git = dict[
    Word, Annotated[Text, StringConstraints(max_length=2000)] | bool | int | None
]


Value = Annotated[float, Field(ge=-MOST_SCORE, le=MOST_SCORE, allow_inf_nan=False)]


class DefinitionIn(Schema):
    kind: DefinitionKind
    content: dict[str, Any] = Field(description="As the file says it.")


class DefinitionsIn(Schema):
    """Definitions to store; nothing is stored where one has a fault."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "definitions": [{"kind": "provider", "content": {"name": "weir-demo"}}]
            }
        }
    )

    definitions: Annotated[list[DefinitionIn], Field(max_length=1000)]


class LoadedOut(Schema):
    kind: DefinitionKind
    name: str
    digest: str
    change: Literal["new", "changed", "unchanged"]


class DefinitionOut(Schema):
    """A version of a definition."""

    kind: DefinitionKind
    name: str
    digest: str = Field(description="SHA-256 of its content.")
    content: dict[str, Any]
    created_at: datetime
    loaded_at: datetime = Field(description="When it last became the current one.")


class AboutIn(Schema):
    label: Name = ""
    notes: Notes = ""
    operator: Name = Field("", description="Who runs it.")
    runner: Name = Field("", description="The process that drives it.")
    git: Git = Field({}, description="Remote, branch, commit, dirty.")


class SessionIn(AboutIn):
    """A session to begin."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "experiment": "harnesses",
                "variant": "demo-fast",
                "task_card": "explain",
            }
        }
    )

    experiment: Word
    variant: Word
    task_card: Word
    harness: Word = Field("", description="Must be the variant's, where it is told.")
    repeat: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description="The next one of its variant and task, unless told."
    )


class ClaimIn(AboutIn):
    """Asks for the next session that an experiment lacks."""

    repeats: Annotated[int, Field(ge=0, le=1000)] = Field(
        0, description="Other than the experiment says."
    )
    variant: Word = Field("", description="Only of this one.")


class ScoreIn(Schema):
    """How well a session did, by one measure."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "tests", "value": 0.9, "passed": True}}
    )

    name: Annotated[Word, StringConstraints(min_length=1)]
    value: Value | None = None
    passed: bool | None = None
    source: Name = Field("", description="The file or program that said so.")


class ResultIn(Schema):
    """A score of another program, and what tells whose it is."""

    name: Annotated[Word, StringConstraints(min_length=1)]
    value: Value | None = None
    passed: bool | None = None
    session: Name = Field("", description="Its id, the start of it, or its label.")
    hints: list[Annotated[Text, StringConstraints(max_length=64)]] = Field(
        default=[],
        max_length=50,
        description="Ids, and SHA-256 digests of run keys, that may be a session's.",
    )
    task: Name = ""
    experiment: Name = ""
    variant: Name = ""
    repeat: Annotated[int, Field(ge=0, le=INT32_MAX)] | None = None
    where: Name = Field("", description="The place in the file; kept as its source.")


class ResultsIn(Schema):
    """Scores of a file."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"results": [{"name": "tests", "value": 1, "task": "plan"}]}
        }
    )

    results: list[ResultIn] = Field(max_length=1000)
    experiment: Name = Field("", description="Only sessions of this one.")
    variant: Name = Field("", description="Only sessions of this one.")
    session: Name = Field("", description="All of them are this session's.")


class GivenOut(Schema):
    """What became of one result."""

    session: UUID | None
    why: str = Field(description="Why no session has it; empty where one has.")
    new: bool = Field(description="It was not there yet, or another.")


class ScoreOut(Schema):
    name: str
    value: float | None
    passed: bool | None
    source: str


class VersionOut(Schema):
    name: str
    digest: str


class TrialOut(Schema):
    """One try of one arm at one task."""

    id: UUID = Field(alias="run.uid", description="The run's, too.")
    name: str = Field(alias="run.name")
    notes: str = Field(alias="run.notes")
    experiment: VersionOut
    variant: VersionOut
    task_card: VersionOut
    harness: VersionOut
    provider: VersionOut
    repeat: int
    status: SessionStatus
    label: str
    operator: str
    runner: str
    git: dict[str, Any]
    harness_version: str
    exit_code: int | None
    started_at: datetime = Field(alias="run.started_at")
    ended_at: datetime | None = Field(alias="run.ended_at")
    requests: int = Field(alias="run.request_count")
    scores: list[ScoreOut]


class BegunOut(Schema):
    """A new session: the only time that its key is told."""

    session: TrialOut
    key: str = Field(description="Send it in place of the provider's key.")
    harness: dict[str, Any] = Field(description="The profile, whole.")
    variant: dict[str, Any]
    task_card: dict[str, Any]


class ClaimOut(Schema):
    begun: BegunOut | None = Field(description="null: nothing is missing.")
    wanted: int
    taken: int


class AccessOut(Schema):
    """What a harness needs to take part: a new key of the session, and its profile."""

    key: str
    harness: dict[str, Any]
    variant: dict[str, Any]
    task_card: dict[str, Any]


class FinalIn(Schema):
    status: Literal["completed", "failed", "aborted"]
    exit_code: Annotated[int, Field(ge=-INT32_MAX, le=INT32_MAX)] | None = None
    harness_version: Name = ""
