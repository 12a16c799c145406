"""The variables that send a command's LLM calls through Weir, into one run. Pure.

The run's key stands where the provider's goes; the server puts the provider's own key
in its place. Where the server has none but the caller does, the caller's key stays and
a header names the run. Which variables those are, the profiles of OpenAI, Anthropic,
Gemini and OpenHands say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from runs.experiments import profiles
from runs.experiments.harness import ExtraHeaders, Harness

FAMILIES: tuple[Harness, ...] = tuple(map(profiles.built_in, profiles.FAMILIES))
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
        for name, text in family.address.items():
            result[name] = text.replace("{weir}", access.server)
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
        and (variable := own_key(family, environ))
    }


def own_key(family: Harness, environ: Mapping[str, str]) -> str:
    """The variable in which the caller has a key of their own, or ""."""
    names = (*family.keys, *family.keys_if_set)
    return next((name for name in names if environ.get(name, "").strip()), "")


def _put_key(result: dict[str, str], family: Harness, key: str) -> None:
    for name in family.keys:
        result[name] = key
    for name in family.keys_if_set:
        if result.get(name):
            result[name] = key


def _name_run(result: dict[str, str], headers: ExtraHeaders | None, run: str) -> None:
    if headers is not None:
        before = result.get(headers.variable, "").strip()
        line = f"X-Weir-Run: {run}"
        value = f"{before}{headers.between}{line}" if before else line
        result[headers.variable] = value


def _go_straight(result: dict[str, str], host: str) -> None:
    """A proxy for the Internet is not the way to Weir."""
    if not any(result.get(name) or result.get(name.lower()) for name in PROXIES):
        return
    before = result.get("NO_PROXY") or result.get("no_proxy") or ""
    hosts = [each.strip() for each in before.split(",") if each.strip()]
    if host not in hosts:
        hosts.append(host)
    result["NO_PROXY"] = result["no_proxy"] = ",".join(hosts)
