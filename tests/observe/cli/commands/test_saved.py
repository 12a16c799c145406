"""Providers, routes and prices by hand and by file, on the database itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from observe.problem import BadUsage, Problem
from pricing.models import ModelPrice
from proxy.models import Provider, Route
from runs.models import AuditEntry
from tests.observe.cli.commands.told import weir

pytestmark = pytest.mark.django_db
BASE = "base_url=http://127.0.0.1:9/v1"
GATEWAY = ("providers", "add", "gw", BASE, "api_key_env=GW_KEY", "read_timeout_s=60")


def saved(many: str, which: str) -> dict[str, Any]:
    return dict(json.loads(weir(many, "show", which, "--json").out))


def test_a_provider_its_routes_and_its_prices_by_hand() -> None:
    assert weir(*GATEWAY, "--dry-run").out.startswith("+ provider gw: base_url http")
    assert not Provider.objects.filter(slug="gw").exists()
    weir(*GATEWAY)
    weir("routes", "add", "fast-*", "provider=gw", "fixes=[]", "upstream_model=m=1")
    route = Route.objects.get(match="fast-*")
    assert (route.kind, route.fixes, route.upstream_model) == ("prefix", [], "m=1")
    told = weir("routes", "edit", "fast-*", "priority=40", "active=no", "fixes=null")
    line = "~ route fast-*: priority 50 → 40, active yes → no, fixes [] → –\n"
    assert told.out == line
    assert weir("routes", "edit", "fast-*", "priority=40").err == "Nothing differs.\n"
    weir("prices", "add", "gw", "llama", "input=0.6", "output=.8", 'fees={"x": "1"}')
    weir("prices", "edit", "gw/llama", "cache-read=0.06")
    with pytest.raises(Problem, match=r"Output goes from \$0.80 to \$8.00"):
        weir("prices", "edit", "gw/llama", "output=8")
    weir("prices", "edit", "gw/llama", "output=8", "--yes")
    weir("prices", "edit", "gw/llama", "output=.8", "--yes")
    price = saved("prices", "gw/llama")
    assert price["cache_read_usd_per_million"] == "0.06"
    assert (price["output_usd_per_million"], price["fees"]) == ("0.8", {"x": "1"})
    assert "GW_KEY" in weir("providers", "show", "gw").out
    entry = AuditEntry.objects.filter(kind="route").latest("pk")
    assert (entry.via, entry.after["priority"]) == ("command", 40)

    with pytest.raises(Problem, match="1 route goes to “gw”"):
        weir("providers", "remove", "gw")
    assert weir("providers", "remove", "gw", "--yes").out == "- provider gw\n"
    assert not Route.objects.filter(match="fast-*").exists()
    weir("prices", "remove", "gw/llama")
    assert not ModelPrice.objects.filter(provider="gw").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("providers add api base_url=x", "provider api: slug: “/api” is one of Weir's"),
        ("providers add x wire_format=[]", "no field “wire_format”; did you mean wire"),
        ("providers edit nobody active=no", "There is no provider “nobody”."),
        ("routes add m provider=none", "There is no provider “none”."),
        ("routes add m provider", "A field is NAME=VALUE, not 'provider'."),
        ("routes add m priority=often provider=openai", "priority: Input should be"),
        ("prices add x y input=-1", "price x/y: input_usd"),
    ],
)
def test_what_cannot_be_is_said_in_the_apis_words(words: str, said: str) -> None:
    with pytest.raises(Problem) as refused:
        weir(*words.split())
    assert said in str(refused.value)


@pytest.mark.parametrize("form", ["yaml", "toml"])
def test_a_file_that_was_written_changes_nothing_when_it_is_read(
    form: str, tmp_path: Path
) -> None:
    weir(*GATEWAY, "notes=“ä”\n# and 'so'")
    weir("routes", "add", "big", "provider=gw", "fixes=missing-stream-end")
    weir("routes", "add", "quiet", "provider=gw", "fixes=[]", "capture=off")
    weir("prices", "add", "gw", "llama", "input=0.6", "valid_from=2026-01-02")
    weir("prices", "edit", "gw/llama", "daily_from=16:30", "daily_until=00:30")
    weir(
        "prices",
        "edit",
        "gw/llama",
        "tiers=[{min_input_tokens: 9, input_usd_per_million: 2}]",
    )
    before = {}
    for many, which in (("providers", "gw"), ("routes", "big"), ("prices", "gw/llama")):
        before[many] = saved(many, which)
        file = str(tmp_path / f"{many}.{form}")
        weir(many, "export", file)
        assert weir(many, "import", file, "--exact").err == "Nothing differs.\n"
        text = Path(file).read_text("utf-8")
        assert "GW_KEY" in text or many != "providers"
        # Gone, and made again from the file alone.
    Provider.objects.filter(slug="gw").delete()
    ModelPrice.objects.filter(provider="gw").delete()
    for many, which in (("providers", "gw"), ("routes", "big"), ("prices", "gw/llama")):
        file = str(tmp_path / f"{many}.{form}")
        assert f"+ {many[:-1]} " in weir(many, "import", file, "--exact").out
        again = saved(many, which)
        assert again | {"id": 0} == before[many] | {"id": 0}
        assert weir(many, "import", file).err == "Nothing differs.\n"


def test_a_file_leaves_alone_what_it_does_not_name_unless_told(tmp_path: Path) -> None:
    weir("routes", "add", "old", "provider=openai", "priority=7")
    weir("routes", "add", "kept", "provider=openai", "priority=7")
    openai = Provider.objects.get(slug="openai")
    Route.objects.create(
        match="seeded", provider=openai, managed_by="default-route-seed"
    )
    file = tmp_path / "routes.yaml"
    wanted = [{"match": "kept", "upstream_model": "m", "provider": "openai"}]
    file.write_text(yaml.safe_dump({"routes": wanted}), "utf-8")
    shown = weir("routes", "import", str(file), "--dry-run").out
    assert shown == "~ route kept: upstream_model – → m\n"
    assert weir("routes", "import", str(file), "--dry-run").out == shown
    exact = weir("routes", "import", str(file), "--exact").out
    assert exact.splitlines() == [
        "~ route kept: upstream_model – → m, priority 7 → 50",
        "- route old",
    ]
    assert set(Route.objects.values_list("match", flat=True)) == {"kept", "seeded"}
    assert "seeded" not in weir("routes", "export").out
    assert "seeded" in weir("routes", "export", "--all").out


def test_one_that_is_refused_keeps_no_other_from_being_made(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text(
        '[[routes]]\nmatch = "a"\nprovider = "none"\n'
        '[[routes]]\nmatch = "b"\nprovider = "openai"\n'
    )
    with pytest.raises(Problem, match="route a: provider: There is no provider “none”"):
        weir("routes", "import", str(file))
    assert list(Route.objects.values_list("match", flat=True)) == ["b"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.yaml", "routes: [", "isn't valid YAML"),
        ("x.toml", "routes = ", "isn't valid TOML"),
        ("x.yaml", "route: []", "“route” is no section; there are providers, routes"),
        ("x.yaml", "providers: []", "has no list “routes”"),
        ("x.yaml", "routes: [{provider: openai}]", "route 1 has no “match”"),
        ("x.yaml", "routes: [{match: m, api_key: s}]", "a key is never stored"),
        ("x.yaml", "routes: [{match: m, prio: 1}]", "entry 1: A route has no field"),
    ],
)
def test_a_file_that_says_something_else(
    name: str, text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(Problem) as refused:
        weir("routes", "import", str(tmp_path / name))
    assert said in str(refused.value)
    assert isinstance(refused.value, BadUsage) is ("no field" in said)
