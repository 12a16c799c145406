"""What a run should remember of where it came from: commit, branch, CI job.

Never the command line: it may hold secrets.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

GIT_S = 3.0
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
