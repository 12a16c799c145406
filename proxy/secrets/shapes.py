"""What keys look like, whatever they are called: a row each.

Prefixes and lengths as providers make them and as gitleaks, trufflehog and kingfisher
look for them, a little wider, so that a longer key of tomorrow is found as well. Read
by `proxy/journal/masking.py`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

DASHED = r"[A-Za-z0-9_-]"
SOLID = r"[A-Za-z0-9]"
LEAST = 10
"""Characters that stand behind a prefix that ends in a mark, in every shape."""
ANY_KEY = "API key"
"""Of many providers: its looks alone don't tell it from words with a hyphen."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Keys with one beginning."""

    title: str
    prefixes: tuple[str, ...]
    rest: str
    """Of the key behind its prefix, as a regular expression."""


SHAPES: tuple[Shape, ...] = (
    Shape("Weir run key", ("sk-weir-",), DASHED + "{40,}"),
    Shape("Anthropic key", ("sk-ant-",), DASHED + "{16,}"),
    Shape("OpenRouter key", ("sk-or-",), DASHED + "{16,}"),
    Shape("Langfuse key", ("sk-lf-", "pk-lf-"), DASHED + "{16,}"),
    Shape(ANY_KEY, ("sk-", "pk-", "rk-"), DASHED + "{16,}"),
    Shape("OpenAI ephemeral key", ("ek_",), r"[A-Za-z0-9]{16,}"),
    Shape(ANY_KEY, ("sk_", "rk_"), r"(?:(?:live|test|proj|org)_)?[A-Za-z0-9]{16,}"),
    Shape("Google key", ("AIza",), DASHED + "{16,}"),
    Shape("Google key", ("AQ.Ab",), DASHED + "{24,}"),
    Shape("Google token", ("ya29.",), r"[A-Za-z0-9._-]{16,}"),
    Shape("Google secret", ("GOCSPX-",), DASHED + "{16,}"),
    Shape("NVIDIA key", ("nvapi-",), DASHED + "{16,}"),
    Shape("Groq key", ("gsk_",), SOLID + "{16,}"),
    Shape("xAI key", ("xai-",), SOLID + r"{16,}[A-Za-z0-9_]*"),
    Shape("Perplexity key", ("pplx-",), SOLID + "{16,}"),
    Shape("Fireworks key", ("fw_", "fpk_"), SOLID + "{16,}"),
    Shape("Cerebras key", ("csk-",), SOLID + "{16,}"),
    Shape("RunPod key", ("rpa_", "rps_"), SOLID + "{16,}"),
    Shape("Replicate key", ("r8_",), SOLID + "{16,}"),
    Shape("Hugging Face token", ("hf_", "api_org_", "hf_oauth_"), SOLID + "{16,}"),
    Shape("Together key", ("tgp_v1_",), DASHED + "{16,}"),
    Shape("Vercel key", ("vck_",), SOLID + "{16,}"),
    Shape("Chutes key", ("cpk_",), r"[A-Za-z0-9.]{16,}"),
    Shape("Anyscale key", ("esecret_",), SOLID + "{16,}"),
    Shape("LangSmith key", ("lsv2_pt_", "lsv2_sk_"), r"[A-Za-z0-9_]{16,}"),
    Shape("Tavily key", ("tvly-",), DASHED + "{16,}"),
    Shape("Jina key", ("jina_",), DASHED + "{16,}"),
    Shape("Pinecone key", ("pcsk_",), r"[A-Za-z0-9_]{16,}"),
    Shape("E2B key", ("e2b_",), SOLID + "{16,}"),
    Shape("Firecrawl key", ("fc-",), r"[0-9a-f]{24,}"),
    Shape("Databricks token", ("dapi",), r"[0-9a-f]{32}(?:-\d)?"),
    Shape("Notion token", ("ntn_",), SOLID + "{24,}"),
    Shape("Linear key", ("lin_api_",), SOLID + "{16,}"),
    Shape(
        "AWS key id", ("AKIA", "ASIA", "ABIA", "ACCA"), r"[A-Z0-9]{16}(?![A-Za-z0-9])"
    ),
    Shape("Bedrock key", ("ABSK",), r"[A-Za-z0-9+/]{40,}={0,2}"),
    Shape("Bedrock key", ("bedrock-api-key-",), r"[A-Za-z0-9+/_-]{16,}={0,2}"),
    Shape("Alibaba key id", ("LTAI",), r"[A-Za-z0-9]{12,30}(?![A-Za-z0-9])"),
    Shape("Tencent key id", ("AKID",), r"[A-Za-z0-9]{28,}"),
    Shape("Baidu key", ("bce-v3/ALTAK-",), r"[A-Za-z0-9/]{16,}"),
    Shape(
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        SOLID + "{16,}",
    ),
    Shape("GitHub token", ("github_pat_",), r"[A-Za-z0-9_]{16,}"),
    Shape("GitLab token", ("glpat-", "gldt-", "glrt-", "glcbt-"), DASHED + "{16,}"),
    Shape(
        "Slack token",
        ("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-"),
        r"[A-Za-z0-9-]{10,}",
    ),
    Shape("Slack token", ("xapp-",), r"[A-Za-z0-9-]{16,}"),
    Shape("npm token", ("npm_",), SOLID + "{24,}"),
    Shape("PyPI token", ("pypi-AgE",), DASHED + "{16,}"),
    Shape("Docker token", ("dckr_pat_",), DASHED + "{16,}"),
    Shape("DigitalOcean token", ("dop_v1_", "doo_v1_", "dor_v1_"), r"[0-9a-f]{32,}"),
    Shape("Grafana token", ("glsa_", "glc_"), r"[A-Za-z0-9_+/=]{24,}"),
    Shape("Vault token", ("hvs.", "hvb."), DASHED + "{16,}"),
    Shape("SendGrid key", ("SG.",), r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    Shape("Stripe secret", ("whsec_",), r"[A-Za-z0-9+/=]{16,}"),
    Shape("Shopify token", ("shpat_", "shpca_", "shppa_", "shpss_"), r"[0-9a-f]{32}"),
    Shape("Doppler token", ("dp.pt.",), SOLID + "{40,}"),
    Shape("PlanetScale token", ("pscale_tkn_", "pscale_pw_"), r"[A-Za-z0-9=._-]{32,}"),
    Shape("Figma token", ("figd_",), DASHED + "{32,}"),
    Shape("Sentry token", ("sntrys_", "sntryu_"), r"[A-Za-z0-9+/=_]{32,}"),
    Shape("Supabase key", ("sbp_",), r"[0-9a-f]{40}"),
    Shape("Supabase key", ("sb_secret_",), DASHED + "{16,}"),
    Shape("Atlassian token", ("ATATT3",), r"[A-Za-z0-9_=-]{32,}"),
    Shape("New Relic key", ("NRAK-",), r"[A-Z0-9]{24,}"),
    Shape("Postman key", ("PMAK-",), r"[0-9a-f]{24}-[0-9a-f]{34}"),
    Shape("age key", ("AGE-SECRET-KEY-1",), r"[A-Z0-9]{58}"),
    Shape("PostHog key", ("phx_",), SOLID + "{32,}"),
    Shape("LlamaCloud key", ("llx-",), SOLID + "{32,}"),
    Shape("Apify token", ("apify_api_",), SOLID + "{32,}"),
    Shape("Logfire token", ("pylf_v1_",), r"[a-z]{2}_[A-Za-z0-9]{32,}"),
    Shape("RubyGems key", ("rubygems_",), r"[0-9a-f]{48}"),
    Shape("Cursor key", ("crsr_",), r"[0-9a-f]{32,}"),
    Shape("Heroku token", ("HRKU-",), DASHED + "{36,}"),
    # `cache-key-` with a digest behind it is none.
    Shape("Mailgun key", ("key-",), r"(?<![_-]key-)[0-9a-f]{32}(?![A-Za-z0-9])"),
    Shape("Mapbox token", ("sk.",), r"eyJ1[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    Shape("JWT", ("eyJ",), r"[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){2,4}"),
    Shape("Telegram bot token", ("bot",), r"\d{6,12}:[A-Za-z0-9_-]{30,}"),
)

BEARER = (
    r"\b(?i:bearer|basic|dpop)[ \t]+"
    r"(?=[A-Za-z0-9._~+/-]*(?:[0-9]|[a-z][A-Z]|[A-Za-z0-9._~+/-]{20}))"
    r"[A-Za-z0-9._~+/-]{8,}=*(?![A-Za-z0-9._~+/=\"-])"
)
"""A scheme with what follows it: long, or
mixed as no word is; not `Bearer realm="x"`."""


RUN_KEY = "sk-weir-[A-Za-z0-9_-]{40,}"
"""Unmistakable also behind a letter or a digit."""
KEY = "(?<![A-Za-z0-9])(?:{})".format(
    "|".join(
        f"(?:{'|'.join(map(re.escape, shape.prefixes))}){shape.rest}"
        for shape in SHAPES
    )
)


def title_of(key: str) -> str:
    """Whose key it is; the longest beginning wins, as `SHAPES` has them in order."""
    for shape in SHAPES:
        if key.startswith(shape.prefixes):
            return shape.title
    return "credential"


def _hints() -> Iterator[str]:
    """A piece of each shape that is rare and cheap to look for; it ends where the
    prefix ends.

    Each begins with a plain character, most with one that is no small letter: what the
    regular expression engine skips to at memory speed.
    """
    solid: dict[str, list[str]] = {}
    by_end: dict[str, dict[int, list[str]]] = {}
    for prefix in (prefix for shape in SHAPES for prefix in shape.prefixes):
        if prefix[-1] in "-_.":
            ends = by_end.setdefault(prefix[-1], {})
            ends.setdefault(len(prefix), []).append(prefix)
        else:
            at = _rarest(prefix)
            front = f"(?<={re.escape(prefix[: at + 1])})" if at else ""
            rest = front + re.escape(prefix[at + 1 :])
            solid.setdefault(prefix[at], []).append(rest)
    for end, lengths in by_end.items():
        few = _few(end, [*chain(*lengths.values())])
        whole = (f"(?<={'|'.join(map(re.escape, same))})" for same in lengths.values())
        yield f"{re.escape(end)}{few}(?:{'|'.join(whole)})"
    for first, rests in solid.items():
        yield f"{first}(?:{'|'.join(rests)})"


def _rarest(prefix: str) -> int:
    """Where its first capital stands; 0 without one."""
    return next((at for at, letter in enumerate(prefix) if letter.isupper()), 0)


def _few(end: str, prefixes: list[str]) -> str:
    """What most other words with that mark don't have: so much behind it, and one of
    these letters on each of the two places before."""
    second, last = (
        "".join(sorted({re.escape(prefix[at]) for prefix in prefixes}))
        for at in (-3, -2)
    )
    return rf"(?=[\w.+/=:-]{{{LEAST}}})(?<=[{second}][{last}]{re.escape(end)})"


HINTS = tuple(_hints())
"""Where there is none of them, there is no key. Each by itself is fastest in long
texts, all at once in short ones."""
HINT = "|".join(HINTS)
BEARER_HINT = (
    r" (?:(?<=[eE][aA][rR][eE][rR] )|(?<=[aA][sS][iI][cC] )|(?<=[pP][oO][pP] ))"
)
