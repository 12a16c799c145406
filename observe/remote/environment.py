"""The variables that send a command's LLM calls through Weir, into one run. Pure.

The run's key stands where the provider's goes; the server puts the provider's own key
in its place. Where the server has none but the caller does, the caller's key stays and
a header names the run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Family:
    """The variables of one provider's clients."""

    provider: str
    """Slug of the provider whose key the server has or lacks."""
    bases: tuple[tuple[str, str], ...]
    """Variable, and what follows the server's address in it."""
    keys: tuple[str, ...]
    keys_if_set: tuple[str, ...] = ()
    """Replaced where the environment has them, since they would win."""
    headers: tuple[str, str] = ("", "\n")
    """Variable with further headers, and what stands between two of them."""

    def own_key(self, environ: Mapping[str, str]) -> str:
        """The variable in which the caller has a key of their own, or ""."""
        names = (*self.keys, *self.keys_if_set)
        return next((name for name in names if environ.get(name, "").strip()), "")


FAMILIES = (
    Family(
        "openai",
        (("OPENAI_BASE_URL", "/v1"), ("OPENAI_API_BASE", "/v1")),
        ("OPENAI_API_KEY",),
        headers=("OPENAI_CUSTOM_HEADERS", "\n"),
    ),
    Family(
        "anthropic",
        (("ANTHROPIC_BASE_URL", ""),),
        ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
        headers=("ANTHROPIC_CUSTOM_HEADERS", "\n"),
    ),
    Family(
        "google",
        (("GOOGLE_GEMINI_BASE_URL", ""),),
        ("GEMINI_API_KEY",),
        # Google's SDKs prefer it, and warn where both are set.
        keys_if_set=("GOOGLE_API_KEY",),
        headers=("GEMINI_CLI_CUSTOM_HEADERS", ","),
    ),
    Family("", (("LLM_BASE_URL", "/v1"),), ("LLM_API_KEY",)),
)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAccess:
    """What a command needs to take part in a run."""

    server: str
    run: str
    """Its id."""
    key: str = field(repr=False)


def for_command(
    access: RunAccess, environ: Mapping[str, str], kept: Collection[str] = ()
) -> dict[str, str]:
    """The command's whole environment; families in `kept` keep their own keys."""
    result = dict(environ)
    for family in FAMILIES:
        for name, path in family.bases:
            result[name] = access.server + path
        if family.provider in kept:
            _name_run(result, family.headers, access.run)
        else:
            _put_key(result, family, access.key)
    result["WEIR_SERVER"] = access.server
    result["WEIR_RUN_ID"] = access.run
    result["WEIR_RUN_KEY"] = access.key
    _go_straight(result, urlsplit(access.server).hostname or "")
    return result


def keeping(environ: Mapping[str, str], has_key: Mapping[str, bool]) -> dict[str, str]:
    """Provider → variable, where only the caller has a key for the provider."""
    return {
        family.provider: variable
        for family in FAMILIES
        if not has_key.get(family.provider, True)
        and (variable := family.own_key(environ))
    }


def _put_key(result: dict[str, str], family: Family, key: str) -> None:
    for name in family.keys:
        result[name] = key
    for name in family.keys_if_set:
        if result.get(name):
            result[name] = key


def _name_run(result: dict[str, str], headers: tuple[str, str], run: str) -> None:
    name, between = headers
    if name:
        before = result.get(name, "").strip()
        line = f"X-Weir-Run: {run}"
        result[name] = f"{before}{between}{line}" if before else line


def _go_straight(result: dict[str, str], host: str) -> None:
    """A proxy for the Internet is not the way to Weir."""
    if not any(result.get(name) or result.get(name.lower()) for name in PROXIES):
        return
    before = result.get("NO_PROXY") or result.get("no_proxy") or ""
    hosts = [each.strip() for each in before.split(",") if each.strip()]
    if host not in hosts:
        hosts.append(host)
    result["NO_PROXY"] = result["no_proxy"] = ",".join(hosts)
