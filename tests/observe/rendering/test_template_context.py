"""Every template uses only what its page hands it, and every page hands only that."""

from __future__ import annotations

import sys
import typing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar

import pytest

from observe import urls  # noqa: F401  (imports every page)
from observe.pages.compare.drawing import Gap, Lane, MetricLine, Strip, Tick
from observe.pages.compare.sides import SideHead
from observe.pages.compare.view import ComparePage, Offer, TurnCell
from observe.pages.connect.view import ConnectPage, Snippets
from observe.pages.conversation.growth import Growth
from observe.pages.conversation.shares import Ingredient, Server, Shares
from observe.pages.conversation.transcript import Step
from observe.pages.conversation.view import ConversationPage
from observe.pages.conversations.view import ConversationsPage, Talk
from observe.pages.experiments.view import ExperimentPage
from observe.pages.frame import Frame
from observe.pages.request.again import AgainPanel
from observe.pages.request.body import BodyPanel, FarBody
from observe.pages.request.changes import ChangesPanel
from observe.pages.request.conversation import ConversationPanel
from observe.pages.request.headers import HeaderGroup, HeadersPanel
from observe.pages.request.timing import TimingPanel
from observe.pages.request.usage import Bucket, UsagePanel
from observe.pages.request.view import RequestPage
from observe.pages.requests.bar import (
    Chip,
    FilterLink,
    Head,
    Menu,
    Mistake,
    QueryBar,
)
from observe.pages.requests.listing import Listing
from observe.pages.requests.view import ListPage
from observe.pages.run.chart import RunChart
from observe.pages.run.gate import Field, GatePanel
from observe.pages.run.keys import KeysPanel
from observe.pages.run.overview import Latency, OverviewPanel, Part
from observe.pages.run.session import SessionPanel
from observe.pages.run.traffic import TrafficPanel
from observe.pages.run.turns import TurnLine, TurnsPanel
from observe.pages.run.view import RunPage
from observe.pages.runs.listing import RunListing, RunRow
from observe.pages.runs.view import RunsPage
from observe.rendering.template_context import TemplateContext
from runs.experiments.reports.shown import (
    ArmRow,
    SessionRow,
    ShownReport,
    TraitCell,
    TraitRow,
    TriesRow,
)
from tests.observe.template_names import Names, Reading

ROOT = Path(__file__).parents[3]
MOST = 120
MOST_SCRIPT = 900
"""Lines of our own JavaScript, all pages together."""
"""Characters of a template's line, or of a style sheet's."""
DJANGO: Names = dict.fromkeys(
    ("request", "user", "perms", "messages", "csrf_token", "True", "False", "None"), Any
)
PANELS: dict[type, type[TemplateContext]] = {
    **dict.fromkeys(
        (
            *(AgainPanel, BodyPanel, ChangesPanel, ConversationPanel, HeadersPanel),
            *(TimingPanel, UsagePanel),
        ),
        RequestPage,
    ),
    **dict.fromkeys(
        (GatePanel, KeysPanel, OverviewPanel, SessionPanel, TrafficPanel, TurnsPanel),
        RunPage,
    ),
}
"""A panel is drawn in a page and sees what that page has."""
PARTS = {
    ListPage: (Listing, QueryBar, Head, Chip, Menu, Mistake, FilterLink),
    ConnectPage: (Snippets,),
    BodyPanel: (FarBody,),
    HeadersPanel: (HeaderGroup,),
    UsagePanel: (Bucket,),
    GatePanel: (Field,),
    OverviewPanel: (Latency, Part, RunChart),
    TurnsPanel: (TurnLine,),
    RunsPage: (RunListing, RunRow),
    ConversationsPage: (Talk,),
    ConversationPage: (Growth, Shares, Ingredient, Server, Step),
    ExperimentPage: (ShownReport, ArmRow, TriesRow, TraitRow, TraitCell, SessionRow),
    ComparePage: (SideHead, Offer, TurnCell, MetricLine, Lane, Gap, Strip, Tick),
}
"""Dataclasses of ours inside a context, whose fields are names as well."""


def contexts() -> list[type[TemplateContext]]:
    """Every page and part; the classes that `slots` has replaced may still be there,
    and those of tests."""
    return [
        each
        for each in TemplateContext.__subclasses__()
        if each.__module__.startswith("observe.")
        and getattr(sys.modules[each.__module__], each.__name__) is each
    ]


def names_of(context: type) -> Names:
    hints = typing.get_type_hints(context)
    return {each.name: hints[each.name] for each in fields(context)}


def read(context: type[TemplateContext]) -> Reading:
    names = {**DJANGO, **names_of(Frame)}
    if context in PANELS:
        names |= {**names_of(PANELS[context]), "panel": context}
    else:
        names |= names_of(context)
    return Reading().read(context.template, names)


@pytest.mark.parametrize("context", contexts(), ids=lambda each: each.__name__)
def test_a_template_uses_what_it_is_handed_and_all_of_it(
    context: type[TemplateContext],
) -> None:
    reading = read(context)
    assert reading.faults == []
    owner = f"{context.__name__}." if context in PANELS else ""
    wanted = {f"{owner}{each.name}" for each in fields(context)}
    for part in PARTS.get(context, ()):
        wanted |= {f"{part.__name__}.{each.name}" for each in fields(part)}
    assert wanted - reading.used == set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Misspelt:
    template: ClassVar[str] = "error.html"

    status: int
    title: str


def test_a_name_that_is_missing_is_noticed() -> None:
    faults = Reading().read("error.html", {**DJANGO, **names_of(Misspelt)}).faults
    assert "error.html: why is not in the context" in faults


def test_an_attribute_that_is_missing_is_noticed() -> None:
    names = {**DJANGO, **names_of(RequestPage), "panel": HeaderGroup}
    faults = Reading().read("request/_headers.html", names).faults
    assert faults
    assert "no groups in" in faults[0]


def test_a_line_can_be_read_without_scrolling() -> None:
    written = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "observe/static/observe").glob("*.css"),
    ]
    assert len(written) > 50
    for path in written:
        longest = max(path.read_text("utf-8").splitlines(), key=len)
        assert len(longest) <= MOST, f"{path.name}: {longest}"


def test_our_own_scripts_stay_small() -> None:
    scripts = (ROOT / "observe/static/observe").glob("*.js")
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in scripts)
    assert 0 < lines < MOST_SCRIPT
