"""What a run remembers of where it came from."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from observe.remote.surroundings import metadata


def git(where: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    command = ["git", *who, *arguments]
    done = subprocess.run(
        command, cwd=where, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_commit_and_branch_of_the_folder_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch", "trial")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "first")
    monkeypatch.chdir(tmp_path)
    head = git(tmp_path, "rev-parse", "HEAD")
    assert metadata({}) == {"git_commit": head, "git_branch": "trial"}


def test_outside_a_repository_nothing_is_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert metadata({}) == {}
    monkeypatch.setenv("PATH", "")
    assert metadata({}) == {}, "without git, too"


@pytest.mark.parametrize(
    ("environ", "job"),
    [
        (
            {
                "GITHUB_SERVER_URL": "https://github.example",
                "GITHUB_REPOSITORY": "a/b",
                "GITHUB_RUN_ID": "7",
            },
            "https://github.example/a/b/actions/runs/7",
        ),
        ({"GITHUB_RUN_ID": "7"}, None),
        ({"CI_JOB_URL": "https://gitlab.example/8"}, "https://gitlab.example/8"),
        ({"BUILD_URL": "https://jenkins.example/9"}, "https://jenkins.example/9"),
    ],
)
def test_ci_says_which_job_it_is(environ: dict[str, str], job: str | None) -> None:
    told = metadata({"GITHUB_SHA": "c0ffee", "GITHUB_REF_NAME": "main", **environ})
    assert told["git_commit"] == "c0ffee"
    assert told["git_branch"] == "main"
    assert told.get("ci_job") == job
