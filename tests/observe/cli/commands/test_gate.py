"""The gate on real runs: each limit kept and broken, from a shell, read as JUnit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from junitparser import Failure, JUnitXml

from observe.remote import reports
from tests.answers import as_json
from tests.observe.remote import calls
from tests.observe.remote.weir_command import environment, sentence, weir, weir_json
from tests.server import WeirServer
from tests.upstream import Upstream, send

FAST, REFUSED = "weir-demo-fast", "weir-demo-error-429"
CALLS = (sys.executable, str(calls.__file__))
USAGE = {"prompt_tokens": 3, "completion_tokens": 4}
ANSWER = {"model": "m", "choices": [], "usage": USAGE}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    """Has the runs `mixed` (two answers, one refusal), `small` and `unpriced`."""
    with Upstream() as upstream:
        upstream.on("/v1/chat/completions", send(as_json(ANSWER)))
        home = tmp_path_factory.mktemp("weir")
        with WeirServer(home, f"{upstream.url}/v1") as running:
            for name, models in (
                ("mixed", (FAST, f"stream:{FAST}", REFUSED)),
                ("small", (FAST,)),
                ("unpriced", ("m",)),
            ):
                least = ("--min-requests", str(len(models)))
                command = ("run", "--name", name, *least, "--", *CALLS, *models)
                ended = weir(home, *command, WEIR_SERVER=running.url)
                assert ended.returncode == 0, ended.stderr
            yield running


KEPT = (
    ("--max-cost", "1"),
    ("--max-requests", "3"),
    ("--min-requests", "3"),
    ("--max-tokens", "100000"),
    ("--max-p95-ms", "60s"),
    ("--max-ttft-p95-ms", "60s"),
    ("--max-error-rate", "34%"),
    ("--baseline", "mixed"),
)
BROKEN = (
    ("--max-cost", "0.00006"),
    ("--max-requests", "2"),
    ("--max-tokens", "80"),
    ("--max-p95-ms", "0"),
    ("--max-ttft-p95-ms", "0"),
    ("--max-error-rate", "0"),
    ("--baseline", "small"),
)


@pytest.mark.parametrize("limit", KEPT)
def test_a_limit_that_is_kept(
    server: WeirServer, tmp_path: Path, limit: tuple[str, ...]
) -> None:
    ended = weir(tmp_path, "gate", "mixed", *limit, WEIR_SERVER=server.url)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.endswith("Gate: passed.\n")


@pytest.mark.parametrize("limit", BROKEN)
def test_a_limit_that_is_broken_names_the_request(
    server: WeirServer, tmp_path: Path, limit: tuple[str, ...]
) -> None:
    ended = weir(tmp_path, "gate", "mixed", *limit, WEIR_SERVER=server.url)
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert ended.stdout.endswith("Gate: broken.\n")
    rows = weir_json(
        tmp_path, "requests", "list", "--run", "mixed", "--server", server.url
    )
    assert any(row["id"] in ended.stdout for row in rows)


def test_the_request_that_broke_it_is_the_right_one(
    server: WeirServer, tmp_path: Path
) -> None:
    where = ("--server", server.url)
    rows = weir_json(tmp_path, "requests", "list", "--run", "mixed", *where)
    third, _, _ = (row["id"] for row in rows)
    for limit in (("--max-requests", "2"), ("--max-error-rate", "0")):
        said = weir(tmp_path, "gate", "mixed", *limit, *where).stdout
        assert third in said


def test_a_command_that_calls_nothing_breaks_its_limits_unless_none_will_do(
    server: WeirServer, tmp_path: Path
) -> None:
    command = ("run", "--server", server.url, "--max-cost", "1")
    ended = weir(tmp_path, *command, "--", "true")
    assert ended.returncode == 3
    assert "0 requests came, at least 1 had to." in ended.stderr
    allowed = weir(tmp_path, *command, "--min-requests", "0", "--", "true")
    assert allowed.returncode == 0, allowed.stderr


def test_only_what_a_filter_leaves_is_held_to_the_limits(
    server: WeirServer, tmp_path: Path
) -> None:
    asked = ("gate", "mixed", "--max-error-rate", "0%", "--server", server.url)
    assert weir(tmp_path, *asked).returncode == 3
    kept = weir(tmp_path, *asked, "--where", f"model:{FAST}")
    assert (kept.returncode, kept.stderr) == (0, "")
    assert f"where=model%3A{FAST}" in kept.stdout
    none = weir(tmp_path, *asked, "--where", "model:nobody").stdout
    assert "No request of the run passes the filter." in none
    assert "pointed at Weir" not in none


def test_a_tolerance_forgives(server: WeirServer, tmp_path: Path) -> None:
    where = ("--server", server.url)
    baseline = ("--baseline", "mixed", "--tolerance", "900%")
    assert weir(tmp_path, "gate", "small", *baseline, *where).returncode == 0


def test_a_cost_limit_with_unpriced_requests_fails_and_says_so(
    server: WeirServer, tmp_path: Path
) -> None:
    limit = ("--max-cost", "100", "--server", server.url)
    ended = weir(tmp_path, "gate", "unpriced", *limit)
    assert ended.returncode == 3
    assert "1 request has no known cost" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("mixed",), 2, "no limit to hold the run to"),
        (("never-was", "--max-requests", "1"), 1, "never-was"),
        (("mixed", "--baseline", "never-was"), 1, "never-was"),
        (("mixed", "--max-error-rate", "7"), 2, "did you mean 7%?"),
    ],
)
def test_what_cannot_be_judged_is_one_sentence(
    server: WeirServer,
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    ended = weir(tmp_path, "gate", *arguments, WEIR_SERVER=server.url)
    assert ended.returncode == code
    assert said in sentence(ended)


def test_a_junit_reader_reads_the_verdict(server: WeirServer, tmp_path: Path) -> None:
    limits = ("--max-requests", "2", "--max-tokens", "100000")
    files = ("--report", "junit", "--report-file", "weir.xml")
    weir(tmp_path, "gate", "mixed", *limits, *files, WEIR_SERVER=server.url)
    [suite] = JUnitXml.fromfile(str(tmp_path / "weir.xml"))
    assert (suite.tests, suite.failures, suite.errors) == (2, 1, 0)
    [broken] = [case for case in suite if not case.is_passed]
    [failure] = broken.result
    assert isinstance(failure, Failure)
    assert server.url in failure.text


def test_json_and_markdown_tell_the_same(server: WeirServer, tmp_path: Path) -> None:
    arguments = ("gate", "mixed", "--max-requests", "2", "--server", server.url)
    value = json.loads(weir(tmp_path, *arguments, "--json").stdout)
    assert value["passed"] is False
    assert value["statistics"]["requests"] == 3
    markdown = weir(tmp_path, *arguments, "--report", "markdown").stdout
    assert "limits broken" in markdown
    assert f"{server.url}/requests/" in markdown


def test_the_links_of_every_report_lead_to_the_run(
    server: WeirServer, tmp_path: Path
) -> None:
    gate = ("gate", "small", "--max-requests", "2", "--server", server.url)
    said = [weir(tmp_path, *gate).stdout]
    said += [weir(tmp_path, *gate, "--report", kind).stdout for kind in reports.NAMES]
    link = re.compile(rf"{server.url}/[^\s\"<>)]+")
    [address] = {found for text in said for found in link.findall(text)}
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert answer.read().count(b'<tr id="r-') == 1


SCRIPT = """
set -u
within() { "$PYTHON" -m observe run --name script --max-requests 2 \\
    --report junit --report-file report.xml -- "$@"; }
within "$PYTHON" "$CALLS" weir-demo-fast || exit 10
within "$PYTHON" "$CALLS" weir-demo-fast weir-demo-fast weir-demo-fast
[ $? -eq 3 ] || exit 11
within sh -c 'exit 42'
[ $? -eq 42 ] || exit 12
if within "$PYTHON" "$CALLS" weir-demo-fast fail; then exit 13; fi
grep -q 'tests="2" failures="1"' report.xml || exit 14
"$PYTHON" -m observe gate script --max-requests 0 > gate.txt && exit 15
[ $? -eq 3 ] || exit 16
grep -q FAIL gate.txt || exit 17
"""


def test_a_shell_script_decides_by_the_exit_code(
    server: WeirServer, tmp_path: Path
) -> None:
    names = {"PYTHON": sys.executable, "CALLS": str(calls.__file__)}
    ended = subprocess.run(
        ["sh", "-c", SCRIPT],
        cwd=tmp_path,
        env=environment(WEIR_SERVER=server.url, **names),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr + os.linesep + ended.stdout
