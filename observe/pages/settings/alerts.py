"""Alerts: what is watched, how it stands, and what its receiver said last.

Looks and messages are `observe/alerts/`'s; the drawer previews with the function that
looks. A test is sent by the process of alerts, and its answer waited for here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from observe.alerts import telling
from observe.alerts.api import tried
from observe.pages.errors import refusal
from observe.pages.seen import Seen, seen
from observe.pages.settings.addresses import with_query
from observe.pages.settings.drawer import Drawer
from observe.pages.settings.editor import Editor
from observe.pages.settings.forms import AlertForm
from observe.pages.settings.menu import MenuLink, menu
from observe.pages.settings.previewing import preview
from observe.pages.settings.section import LastChange, Section, answer, done
from observe.rendering.template_context import TemplateContext
from runs.filters import BadFilter
from runs.filters.kinds import is_id
from runs.models import Alert, AlertDelivery

COLOURS = {"firing": "bad", "ok": "ok"}
EXAMPLES = (
    ("errors", "errors > 5% over 10m", "More than 5 % of the requests fail"),
    ("spending", "cost > $20 a day", "A day costs more than $20"),
    ("slow", "p95 > 30s over 15m", "One of twenty takes longer than 30 s"),
    ("silence", "requests < 1 over 1h", "Nothing has come for an hour"),
)
"""For whoever has no alert yet."""
FILLED = ("name", "condition", "where")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    told: dict[str, Any]
    """As the API tells it."""
    is_dead: bool
    """The receiver didn't take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    id: int
    told: dict[str, Any]
    """As the API tells it."""
    colour: str
    receiver: str
    """The webhook's host; its path may be a secret."""
    lasts: list[Message]
    """The newest of each way: one that is well hides none that is dead."""
    requests: str
    """Address of what the filter finds."""
    edit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    about: str
    condition: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A test that was asked for: its messages, until they are answered."""

    name: str
    messages: list[dict[str, Any]]
    is_answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsPage(TemplateContext):
    template: ClassVar[str] = "settings/alerts.html"

    live: bool = True
    seen: Seen
    menu: list[MenuLink]
    rows: list[AlertLine]
    examples: list[Example]
    new: str
    has_command: bool
    tested: Tested | None
    done: LastChange | None
    drawer: Drawer | None


@require_http_methods(["GET", "HEAD", "POST"])
def alerts_page(request: HttpRequest) -> HttpResponse:
    return answer(request, SECTION)


def _draw(request: HttpRequest, drawer: Drawer | None) -> AlertsPage:
    return AlertsPage(
        seen=seen(),
        menu=menu("alerts"),
        rows=list(_lines(request)),
        examples=[
            Example(
                about=about,
                condition=condition,
                href=_opening(request, new="1", name=name, condition=condition),
            )
            for name, condition, about in EXAMPLES
        ],
        new=_opening(request, new="1"),
        has_command=bool(settings.WEIR_ALERT_COMMAND),
        tested=_tested(request),
        done=done(request),
        drawer=drawer,
    )


def _opening(request: HttpRequest, **param: str) -> str:
    closed = dict.fromkeys(("edit", "new", "did", "tested", *FILLED), "")
    return with_query(request, **{**closed, **param})


def _lines(request: HttpRequest) -> Iterator[AlertLine]:
    alerts = list(Alert.objects.in_order())
    for alert, told in zip(alerts, telling.told_all(alerts), strict=True):
        where = {"where": alert.where} if alert.where else {}
        yield AlertLine(
            id=alert.pk,
            told=told,
            colour="warn" if told["problem"] else COLOURS.get(told["state"], ""),
            receiver=urlsplit(alert.url).netloc,
            lasts=_lasts(told["deliveries"]),
            requests=f"/requests?{urlencode(where)}",
            edit=_opening(request, edit=str(alert.pk)),
        )


def _lasts(newest: list[dict[str, Any]]) -> list[Message]:
    by_way = {each["channel"]: each for each in reversed(newest)}
    return [
        Message(
            told=each,
            is_dead=each["attempts"] > 0 and each["state"] != "delivered",
        )
        for each in by_way.values()
    ]


def _tested(request: HttpRequest) -> Tested | None:
    alert = _find(request.GET.get("tested", ""))
    if alert is None:
        return None
    messages = list(alert.deliveries.filter(event="test").order_by("-pk")[:2])
    made = {each.made_at for each in messages[:1]}
    told = [telling.message(each) for each in messages if each.made_at in made]
    return Tested(
        name=alert.name,
        messages=told,
        is_answered=all(each["told"] for each in told),
    )


def _test(request: HttpRequest) -> HttpResponse:
    alert = _asked(request)
    try:
        made: list[AlertDelivery] = tried(alert)
    except (ValueError, BadFilter) as error:
        return refusal(request, 409, "CAN_T_TEST", str(error))
    if not made:
        why = "It has no webhook, and WEIR_ALERT_COMMAND isn't set."
        return refusal(request, 409, "CAN_T_TEST", why)
    there = _opening(request, tested=str(alert.pk))
    return HttpResponseRedirect(f"{there}#tested")


def _pause(request: HttpRequest) -> HttpResponse:
    alert = _asked(request)
    alert.active = request.POST["act"] == "resume"
    alert.save(update_fields=["active"])
    return HttpResponseRedirect(f"{_opening(request)}#r-{alert.pk}")


def _asked(request: HttpRequest) -> Alert:
    alert = _find(request.POST.get("id", ""))
    if alert is None:
        raise Http404("There is no such alert; it may have been deleted.")
    return alert


def _find(number: str) -> Alert | None:
    return Alert.objects.filter(pk=int(number)).first() if is_id(number) else None


EDITOR = Editor(
    param="edit",
    kind="alert",
    noun="alert",
    form=AlertForm,
    find=_find,
    values=telling.values_of,
    filled=FILLED,
    preview=preview,
    goes_with=lambda alert: "Its messages go, too.",
)
SECTION = Section(
    editors=(EDITOR,),
    draw=_draw,
    acts={"test": _test, "pause": _pause, "resume": _pause},
)
