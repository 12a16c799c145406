"""`deploy/`: what its files ask for is there, and they are what their readers take.

Docker and Grafana can't run here. Prometheus' own checker is asked where it is
installed; the boards' and rules' names are held to what `/metrics` answers.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import ProgrammingError, connection, transaction

from observe.metrics.exposition import exposition
from runs.models import views
from runs.models.views import READER, VIEWS
from tests.own_home import ROOT
from tests.runs.experiments import made

DEPLOY = ROOT / "deploy"
BOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
RULES = DEPLOY / "prometheus" / "rules.yaml"
NAME = re.compile(r"\b(?:weir|gen_ai)_[a-z_]+\b")
PARTS = ("_bucket", "_count", "_sum", "_total")


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def targets_of(boards: list[Any]) -> list[Any]:
    panels = [panel for board in boards for panel in board["panels"]]
    return [target for panel in panels for target in panel["targets"]]


def expressions() -> list[str]:
    boards = [json.loads(board.read_text()) for board in BOARDS]
    found = [target["expr"] for target in targets_of(boards) if "rawSql" not in target]
    return found + [rule["expr"] for rule in loaded(RULES)["groups"][0]["rules"]]


@pytest.mark.django_db
def test_boards_and_rules_ask_for_metrics_that_there_are() -> None:
    lines = exposition().decode().splitlines()
    there = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    asked = {name for each in expressions() for name in NAME.findall(each)}
    plain = {name.removesuffix(part) for name in asked for part in ("", *PARTS)}
    assert asked
    assert not {
        name
        for name in asked
        if name not in there
        and not any(name.removesuffix(part) in there for part in PARTS)
    }, there & plain


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_board_is_one_that_grafana_loads(path: Path) -> None:
    board = json.loads(path.read_text())
    assert board["uid"] == path.stem
    assert board["schemaVersion"] >= 39
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    source = loaded(DEPLOY / "grafana/provisioning/datasources/weir.yaml")
    known = {each["uid"] for each in source["datasources"]}
    for panel in board["panels"]:
        assert panel["datasource"]["uid"] in known
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["title"]
        assert all(t.get("expr") or t.get("rawSql") for t in panel["targets"])


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_every_sql_of_a_board_has_rows() -> None:
    """With what Grafana puts in the place of its macros and variables."""
    made.whole()
    boards = [json.loads(board.read_text()) for board in BOARDS]
    asked = [t["rawSql"] for t in targets_of(boards) if "rawSql" in t]
    variables = [each for board in boards for each in board["templating"]["list"]]
    asked += [e["query"] for e in variables if "FROM" in str(e["query"])]
    assert len(asked) > 8
    for sql in asked:
        said = re.sub(
            r"\$__timeFilter\((\w+)\)",
            r"\1 BETWEEN '2000-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'",
            sql.replace("${experiment:sqlstring}", "'demo'"),
        )
        assert "$" not in said
        assert set(re.findall(r"(?:FROM|JOIN) (\w+)", said)) <= set(VIEWS)
        with connection.cursor() as cursor:
            cursor.execute(said)
            found = cursor.fetchall()
        assert found, sql
        assert any(value is not None for value in found[0])


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_grafanas_role_reads_the_views_and_nothing_else() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {READER}")
        views.drop(connection)
        views.install(connection)
        cursor.execute(f"SET LOCAL ROLE {READER}")
        cursor.execute("SELECT count(*) FROM weir_sessions")
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic():
            cursor.execute("SELECT count(*) FROM runs_body")
        cursor.execute("RESET ROLE")


def test_compose_holds_no_secret_and_pins_its_images() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    services = yaml.safe_load(text)["services"]
    assert set(services) == {"weir", "postgres", "prometheus", "grafana"}
    for service in services.values():
        image = service.get("image")
        assert image is None or re.search(r":v?\d+\.\d+", image)
        for value in (service.get("environment") or {}).values():
            assert (
                not re.search(r"password|token", value, re.IGNORECASE) or "${" in value
            )
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert not source.startswith(".") or (DEPLOY / source).exists()


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_prometheus_takes_the_rules() -> None:
    checked = subprocess.run(
        ["promtool", "check", "rules", str(RULES)], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
