"""A request to try a model with: curl, Python, Node, and what would go upstream. Pure.

Shown by `/api/models/lookup` and the simulator. Model names and addresses are quoted
for each language, and no key ever appears: only the name of its variable.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

from proxy.exchange import AuthStyle, Target
from proxy.headers import AUTH_HEADERS, credential
from proxy.setup.own_address import TOKEN_HEADER, TOKEN_VARIABLE

PROMPT = "Say hello."


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamPreview:
    """What Weir would send, without secrets."""

    url: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    model: str
    client_base_url: str
    curl: str
    python: str
    node: str
    upstream: UpstreamPreview | None


def sample(
    model: str, root: str, target: Target | None, key_env: str, *, wants_token: bool
) -> Sample:
    """`root` is Weir's own address; `key_env` the provider's variable or ""."""
    client_base = f"{root}/v1"
    body = {"model": model, "messages": [{"role": "user", "content": PROMPT}]}
    key = key_env or "OPENAI_API_KEY"
    return Sample(
        model=model,
        client_base_url=client_base,
        curl=_curl(client_base, body, key, wants_token),
        python=_python(client_base, model, key, wants_token),
        node=_node(client_base, model, key, wants_token),
        upstream=_preview(target, body, key_env) if target else None,
    )


def _curl(base: str, body: dict[str, Any], key: str, wants_token: bool) -> str:
    token = f'  -H "{TOKEN_HEADER}: ${TOKEN_VARIABLE}" \\\n' if wants_token else ""
    data = json.dumps(body, ensure_ascii=False)
    # The header stands in double quotes so that the shell fills the variable in.
    return (
        f"curl {shlex.quote(base + '/chat/completions')} \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        f'  -H "Authorization: Bearer ${key}" \\\n'
        f"{token}"
        f"  -d {shlex.quote(data)}"
    )


def _python(base: str, model: str, key: str, wants_token: bool) -> str:
    token = f"{{{TOKEN_HEADER!r}: os.environ[{TOKEN_VARIABLE!r}]}}"
    more = f"    default_headers={token},\n" if wants_token else ""
    return (
        "import os\n\n"
        "from openai import OpenAI\n\n"
        "client = OpenAI(\n"
        f"    base_url={base!r},\n"
        f"    api_key=os.environ.get({key!r}, 'none'),\n"
        f"{more})\n"
        "answer = client.chat.completions.create(\n"
        f"    model={model!r},\n"
        f"    messages=[{{'role': 'user', 'content': {PROMPT!r}}}],\n"
        ")\n"
        "print(answer.choices[0].message.content)\n"
    )


def _node(base: str, model: str, key: str, wants_token: bool) -> str:
    token = f'"{TOKEN_HEADER}": process.env.{TOKEN_VARIABLE}'
    more = f", defaultHeaders: {{ {token} }}" if wants_token else ""
    return (
        'import OpenAI from "openai";\n\n'
        f"const client = new OpenAI({{ baseURL: {json.dumps(base)}, "
        f'apiKey: process.env.{key} ?? "none"{more} }});\n'
        "const answer = await client.chat.completions.create({\n"
        f"  model: {json.dumps(model)},\n"
        f'  messages: [{{ role: "user", content: {json.dumps(PROMPT)} }}],\n'
        "});\n"
        "console.log(answer.choices[0].message.content);\n"
    )


def _preview(target: Target, body: dict[str, Any], key_env: str) -> UpstreamPreview:
    sent = dict(body)
    if target.model is not None:
        sent["model"] = target.model
    if target.openrouter_tag is not None:
        sent["provider"] = {
            "order": [target.openrouter_tag],
            "allow_fallbacks": False,
        }
    headers = {"content-type": "application/json", **_key_header(target, key_env)}
    url = target.origin + target.path.decode("latin-1")
    return UpstreamPreview(url=url, headers=headers, body=sent)


def _key_header(target: Target, key_env: str) -> dict[str, str]:
    if target.key is None:
        return {AUTH_HEADERS[AuthStyle.BEARER].decode(): "(the client's own)"}
    if target.auth_style == AuthStyle.NONE:
        return {}
    name, value = credential(target.auth_style, f"${key_env or 'startup-file-key'}")
    return {name.decode(): value.decode("latin-1")}
