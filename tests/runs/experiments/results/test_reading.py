"""Scores in files of other programs: what each says, and what is none."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from runs.experiments.results import BadFile, Result, Unusable, results

CASES = Path(__file__).parent / "cases"
RUN = "0199f1a2-3b4c-7d5e-8f60-718293a4b5c6"
KEY = "sk-weir-abcdefghijklmnop"
TRIAL: dict[str, Any] = {
    "id": "5f0c9c1e-0000-4000-8000-000000000001",
    "task_name": "terminal-bench/plan",
    "trial_name": "plan__a1B2c3",
    "task_checksum": "0",
    "config": {"agent": {"name": "claude-code", "env": {"WEIR_RUN_KEY": KEY}}},
    "agent_info": {"name": "claude-code", "version": "2.0"},
    "verifier_result": {"rewards": {"reward": 1.0, "style": 0.25}},
    "exception_info": None,
}
JUNIT = f"""<?xml version="1.0"?>
<testsuites><testsuite name="plan"><properties>
<property name="weir_session" value="{RUN}"/></properties>
<testcase name="a"/><testcase name="b"><failure message="no"/></testcase>
<testcase name="c"><skipped/></testcase><testcase name="d"><error/></testcase>
</testsuite><testsuite name="fix"><testcase name="a"/></testsuite>
<testsuite name="none"><testcase name="a"><skipped/></testcase></testsuite>
</testsuites>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><testsuite name="&b;"/>"""
REPORT = {
    "total_instances": 3,
    "resolved_instances": 1,
    "resolved_ids": ["astropy__astropy-1"],
    "unresolved_ids": ["django__django-2", "astropy__astropy-1"],
    "error_ids": ["flask__flask-3"],
}
INSTANCE = {"django__django-2": {"patch_is_None": False, "resolved": True}}


def put(folder: Path, name: str, value: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return path


def told(path: Path) -> tuple[list[Result], list[Unusable]]:
    found = list(results(path))
    good = [each for each in found if isinstance(each, Result)]
    return good, [each for each in found if isinstance(each, Unusable)]


def test_a_log_that_inspect_itself_wrote_gives_each_sample_its_scores() -> None:
    good, bad = told(CASES / "sums.eval")
    scores = {(r.task, r.repeat, r.name): (r.value, r.passed) for r in good}
    assert scores == {
        ("plan", 1, "match"): (1.0, True),
        ("plan", 2, "match"): (1.0, True),
        ("fix", 1, "match"): (0.0, False),
        ("fix", 2, "match"): (0.0, False),
        **{(t, n, "length"): (0.33, None) for t in ("plan", "fix") for n in (1, 2)},
    }
    assert bad == []


def test_a_trial_of_harbor_gives_its_rewards_and_the_digest_of_its_key(
    tmp_path: Path,
) -> None:
    put(tmp_path, "job/result.json", {"n_total_trials": 2, "stats": {}})
    put(tmp_path, "job/plan__a1/result.json", TRIAL)
    broken = {**TRIAL, "verifier_result": None}
    broken["exception_info"] = {"exception_type": "AgentTimeoutError"}
    put(tmp_path, "job/plan__a2/result.json", broken)
    good, bad = told(tmp_path)
    assert [(r.name, r.value, r.passed) for r in good] == [
        ("reward", 1.0, True),
        ("style", 0.25, False),
    ]
    assert sha256(KEY.encode()).hexdigest() in good[0].hints
    assert KEY not in str(good)
    assert {each.reason for each in bad} == {
        "It is a job's summary, not a trial.",
        "It has no reward: AgentTimeoutError.",
    }


def test_reports_of_swe_bench_name_what_is_resolved(tmp_path: Path) -> None:
    good, bad = told(put(tmp_path, "gpt.run-1.json", REPORT))
    assert {r.task: r.passed for r in good} == {
        "astropy__astropy-1": True,
        "django__django-2": False,
    }
    assert [each.reason for each in bad] == ["Its evaluation failed."]
    [one], _ = told(put(tmp_path, f"{RUN}/report.json", INSTANCE))
    assert (one.task, one.name, one.passed) == ("django__django-2", "resolved", True)
    assert RUN.replace("-", "") in one.hints


def test_junit_counts_the_tests_that_ran_suite_by_suite(tmp_path: Path) -> None:
    [first, second], [none] = told(put(tmp_path, "junit.xml", JUNIT))
    assert (first.session, first.task) == (RUN, "plan")
    assert first.value == pytest.approx(1 / 3)
    assert not first.passed
    assert (second.task, second.value, second.passed) == ("fix", 1.0, True)
    assert none.reason == "No test of it was run."


def test_a_line_of_csv_is_a_score_or_has_a_column_each(tmp_path: Path) -> None:
    long = "session,name,value,passed\n01a1,tests,0.9,pass\n01a2,tests,x,\n"
    [one], [bad] = told(put(tmp_path, "long.csv", long))
    assert (one.session, one.name, one.value, one.passed) == (
        "01a1",
        "tests",
        0.9,
        True,
    )
    assert bad.where == "long.csv, line 3"
    wide = "task,variant,repeat,tests,judge,note\nplan,fast,2,pass,0.5:fail,hello\n"
    good, _ = told(put(tmp_path, "wide.csv", wide))
    assert {r.name: (r.value, r.passed) for r in good} == {
        "tests": (None, True),
        "judge": (0.5, False),
    }
    assert (good[0].task, good[0].variant, good[0].repeat) == ("plan", "fast", 2)


def test_a_column_without_a_name_is_no_score(tmp_path: Path) -> None:
    """An index that pandas wrote, and lines that end in a comma."""
    lines = ",session,tests,\n0,01a1,0.5,\n1,01a2,1e308,\n2,01a3,pass\n"
    good, [bad] = told(put(tmp_path, "odd.csv", lines))
    assert [(r.session, r.name, r.value, r.passed) for r in good] == [
        ("01a1", "tests", 0.5, None),
        ("01a3", "tests", None, True),
    ]
    assert bad.where == "odd.csv, line 3"


def test_a_repeat_of_five_thousand_digits_is_none(tmp_path: Path) -> None:
    lines = f"task,repeat,tests\nplan,{'9' * 5000},1\n"
    [one], _ = told(put(tmp_path, "long.csv", lines))
    assert one.repeat is None


def damaged(archive: bytes, name: bytes) -> bytes:
    """Behind a member's head, nothing that could be unpacked."""
    begin = archive.index(name) + len(name)
    return archive[:begin] + b"\xff" * 20 + archive[begin + 20 :]


def hostile() -> Iterator[tuple[str, bytes]]:
    yield "bomb.xml", BOMB.encode()
    yield "half.xml", b"<testsuite><testcase"
    yield "gbk.xml", b'<?xml version="1.0" encoding="GBK"?><testsuite/>'
    yield "nowhere.xml", b'<?xml version="1.0" encoding="nowhere"?><testsuite/>'
    yield "deep.json", b'{"trial_name":' + b"[" * 100_000
    yield "odd.json", b'{"resolved_ids": {"a": 1}, "unresolved_ids": 3}'
    yield "no.eval", b"PK\x03\x04 nothing"
    large = {**TRIAL, "verifier_result": {"rewards": {"reward": 10**400}}}
    yield "large.json", json.dumps(large).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("samples/a_epoch_1.json", b"0" * (65 * 1024 * 1024))
        odd: tuple[Any, ...] = ([], 10**400, "nan", "-inf", "1e999")
        scores = {f"s{at}": {"value": each} for at, each in enumerate(odd)}
        archive.writestr("samples/b_epoch_1.json", json.dumps({"scores": scores}))
    yield "large.eval", packed.getvalue()
    yield "bits.eval", damaged(packed.getvalue(), b"b_epoch_1.json")
    yield "unknown.json", b"{}"
    yield "empty.csv", b""


BAD = (
    *("bomb.xml", "half.xml", "gbk.xml", "nowhere.xml", "deep.json", "no.eval"),
    *("unknown.json", "empty.csv"),
)
"""What is no report at all; of the others single scores can't be used."""


@pytest.mark.parametrize(
    ("name", "data"), list(hostile()), ids=lambda each: str(each)[:12]
)
def test_a_hostile_file_is_told_in_a_sentence(
    name: str, data: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    good, _ = told(tmp_path)  # in a folder it is passed over
    assert good == []
    if name in BAD:
        with pytest.raises(BadFile, match=name):
            list(results(tmp_path / name))
    else:
        found = list(results(tmp_path / name))
        assert all(isinstance(each, Unusable) for each in found)
