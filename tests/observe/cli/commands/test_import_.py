"""`weir import`: what it says of a file, of a second time, of what it can't read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from observe.cli.commands import import_
from observe.problem import Problem
from runs import store
from runs.keeping.prune_lock import alone
from runs.models import CapturedRequest
from tests.observe.cli.commands.told import weir
from tests.runs.importers import rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget() -> None:
    store.restart()


@pytest.fixture
def spend(tmp_path: Path) -> Path:
    """Four rows of LiteLLM, and a line that is none."""
    path = tmp_path / "spend.jsonl"
    path.write_text(rows.lines(rows.LITELLM) + '{"request_id": \n')
    return path


def test_it_says_what_was_added_what_was_there_and_what_could_not_be_read(
    spend: Path, tmp_path: Path
) -> None:
    tried = weir("import", str(spend), "--dry-run")
    assert tried.out.startswith("4 requests would be added from litellm, 1 could not")
    assert not CapturedRequest.objects.exists()
    errors = tmp_path / "errors.txt"
    done = weir("import", str(spend), "--errors", str(errors))
    assert (done.code, done.out) == (
        0,
        "4 requests added from litellm, 1 could not be read.\n",
    )
    assert "line 5: It is no JSON" in done.err
    assert errors.read_text().startswith("line 5: It is no JSON")
    again = weir("import", str(spend), "--json")
    told = json.loads(again.out)
    assert (told["added"], told["already_there"], told["unread"]) == (0, 4, 1)
    assert told["errors"][0]["where"] == "line 5"
    assert CapturedRequest.objects.imported().count() == 4


def test_requests_go_into_the_run_that_is_told(spend: Path) -> None:
    weir("import", str(spend), "--run", "from-litellm")
    names = CapturedRequest.objects.values_list("run__name", flat=True).distinct()
    assert list(names) == ["from-litellm"]


def test_postgresql_looks_anew_at_its_tables_behind_many(
    spend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_, "MANY", 4)
    for wanted in (4 if connection.vendor == "postgresql" else 0, 0):
        with CaptureQueriesContext(connection) as asked:
            weir("import", str(spend))  # the second time adds none
        looks = [each for each in asked if each["sql"].startswith("ANALYZE")]
        assert len(looks) == wanted


@pytest.mark.parametrize("content", ["", "{}", "hello", "\0\1\2", "<xml/>"])
def test_a_file_of_no_known_format_is_a_sentence(content: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(Problem, match=r"is in no format that is known \(litellm, "):
        weir("import", str(path))
    with pytest.raises(Problem, match="can't be read: No such file"):
        weir("import", str(tmp_path / "nothing"))
    wrong = weir("import", str(path), "--format", "har")
    assert wrong.out.startswith("0 requests added from har")
    assert wrong.code == 1
    assert "as har writes it" in wrong.err or "could not be read" in wrong.out


def test_a_database_that_is_away_or_of_another_product_is_a_sentence(
    tmp_path: Path,
) -> None:
    from contextlib import closing
    from sqlite3 import connect

    path = tmp_path / "other.db"
    with closing(connect(path)) as database:
        database.execute("CREATE TABLE other (id)")
    with pytest.raises(Problem, match="has none of the tables LiteLLM_SpendLogs"):
        weir("import", str(path))
    with pytest.raises(Problem, match="The database can't be read") as told:
        weir("import", "postgresql://me:secret-word@127.0.0.1:1/litellm")
    assert "secret-word" not in str(told.value)


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL's lock is one session's"
)
def test_only_one_import_works_at_a_time(spend: Path) -> None:
    with alone("import"), pytest.raises(Problem, match="Another import is at work"):
        weir("import", str(spend))
