"""What a run should remember of where it came from: commit, branch, CI job.

Never the command line: it may hold secrets.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping

GIT_S = 3.0
USER = re.compile(r"^(https?://)[^/@]*@")
GITHUB_JOB = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}"


def metadata(environ: Mapping[str, str]) -> dict[str, str]:
    """Keys and values for the run; what isn't known is left out."""
    found = {
        "git_commit": environ.get("GITHUB_SHA")
        or environ.get("CI_COMMIT_SHA")
        or _git("rev-parse", "HEAD"),
        "git_branch": environ.get("GITHUB_HEAD_REF")
        or environ.get("GITHUB_REF_NAME")
        or environ.get("CI_COMMIT_REF_NAME")
        or _git("branch", "--show-current"),
        "ci_job": _ci_job(environ),
    }
    return {name: value for name, value in found.items() if value}


def repository() -> dict[str, str | bool]:
    """Remote, branch, commit, and whether something isn't committed; empty outside of
    a repository."""
    commit = _git("rev-parse", "HEAD")
    if not commit:
        return {}
    found: dict[str, str | bool] = {
        "remote": _without_user(_git("remote", "get-url", "origin")),
        "branch": _git("branch", "--show-current"),
        "commit": commit,
        "dirty": bool(_git("status", "--porcelain")),
    }
    return {name: value for name, value in found.items() if value != ""}


def _without_user(remote: str) -> str:
    """An address may hold a token."""
    return USER.sub(r"\1", remote)


def _ci_job(environ: Mapping[str, str]) -> str:
    if environ.get("GITHUB_RUN_ID"):
        try:
            return GITHUB_JOB.format_map(environ)
        except KeyError:
            return ""
    return environ.get("CI_JOB_URL") or environ.get("BUILD_URL") or ""


def _git(*arguments: str) -> str:
    try:
        ended = subprocess.run(
            ["git", *arguments],
            capture_output=True,
            text=True,
            timeout=GIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout.strip() if ended.returncode == 0 else ""
