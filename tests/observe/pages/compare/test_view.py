"""Runs side by side: sides from the address, numbers of the comparison, drawn."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import Client

from observe.pages.compare import sides, words
from pricing.quote import Quote
from runs import lifecycle
from runs.measure.compare import compare
from runs.measure.differences import TurnChange
from runs.models import CapturedRequest, Run, Turn
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def run_of(name: str, cost: str, message: str = "Fix it") -> Run:
    run = lifecycle.start(name, is_global=False)
    row = make.stored(
        quote=Quote(status="priced", cost_usd=Decimal(cost)),
        started_at=make.START + timedelta(seconds=run.pk),
    )
    lifecycle.move(CapturedRequest.objects.filter(pk=row.pk), run)
    turn = Turn.objects.create(
        run=run, number=1, digest=run.pk, started_at=row.started_at, preview=message
    )
    CapturedRequest.objects.filter(pk=row.pk).update(turn=turn)
    return run


def read(query: str) -> list[list[str]]:
    found = sides.read_sides(QueryDict(query))
    return [[run.notes or run.name for run in side] for side in found]


def test_sides_are_read_from_the_address() -> None:
    first, second = run_of("a", "1"), run_of("b", "1")
    run_of("with, comma", "1")
    assert read("run=a&run=b") == [["a"], ["b"]]
    assert read(f"run={first.uid},{second.uid}&run=a") == [["a", "b"], ["a"]]
    assert read("run=with,+comma&run=&run=b") == [["with, comma"], ["b"]]
    again = run_of("a", "1")
    chosen = f"run={first.uid}&run=b&run={again.uid}&by=name"
    assert read(chosen) == [["a", "a"], ["b"]]
    assert read(f"run={first.uid}&run={again.uid}&by=name") == [["a"], ["a"]]
    shared = sides.address(sides.read_sides(QueryDict(chosen)), "cost_usd")
    assert shared == (
        f"/runs/compare?run={first.uid},{again.uid}&run={second.uid}&primary=cost_usd"
    )


def test_the_verdict_is_drawn_as_the_comparison_tells_it(client: Client) -> None:
    costs = {"before": ("9", "9.1", "9.2", "8.9", "9"), "after": ("3", "3.1", "3", "3")}
    runs = {name: [run_of(name, cost) for cost in told] for name, told in costs.items()}
    page = sides.address([*runs.values()])
    html = text(client, page)
    told = compare([*runs.values()]).metrics[0]
    row = html[html.index("Cost<small>") :].split("</tr>")[0]
    assert told.differences[0].is_more_than_noise
    assert "more than noise" in row
    assert "tag ok" in row
    assert f"{told.differences[0].percent:.1f} %".replace("-", "−") in row
    assert len(re.findall("<circle", row)) == 5 + 4 + 1
    assert len(re.findall('class="whisker', row)) == 3
    assert words.shown(told.sides[0].mean, "usd") in row
    assert page.replace("&", "&amp;") in html


def test_turns_stand_beside_each_other_with_what_changed(client: Client) -> None:
    run_of("a", "1")
    run_of("b", "2", message="Fix it please")
    html = text(client, "/runs/compare?run=a&run=b")
    assert "message reworded" in html
    assert "cost $1.00 → $2.00" in html
    assert "too few runs" in html
    row = html[html.index("Cost<small>") :].split("</tr>")[0]
    assert not re.search('class="[^"]*(worse|better)', row)
    tools = TurnChange("tools", ("read", "read", "grep"), ())
    assert words.change(tools) == "tools read ×2, grep → none"


def test_a_small_difference_is_drawn_near_nothing(client: Client) -> None:
    run_of("a", "1")
    run_of("b", "1.01")
    html = text(client, "/runs/compare?run=a&run=b")
    row = html[html.index("Cost<small>") :].split("</tr>")[0]
    *_, at = re.findall(r'<circle class="dot " cx="([\d.]+)%"', row)
    assert 50 < float(at) < 65


def test_less_than_two_sides_teach_and_offer_runs(client: Client) -> None:
    one = run_of("a", "1")
    other = run_of("b", "1")
    html = text(client, f"/runs/compare?run={one.uid}")
    assert "choose another run" in html
    assert f"run={one.uid}&amp;run={other.uid}" in html
    empty = [lifecycle.start(name, is_global=False) for name in ("c", "d")]
    assert "Nothing has come" in text(client, sides.address([[run] for run in empty]))
    assert client.get("/runs/compare?run=nobody").status_code == 404
