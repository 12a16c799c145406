"""How to point each client at Weir: the snippets of the Connect page.

Called by `observe/pages/connect/view.py` with the address the viewer reached. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snippet:
    """Something to paste, and where."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Client:
    slug: str
    name: str
    note: str
    snippets: tuple[Snippet, ...]


TEMPLATES: tuple[Client, ...] = (
    Client(
        "curl",
        "curl",
        "Works right now, without a provider or a key: weir-demo is built in.",
        (
            Snippet(
                "In a terminal",
                """curl @/v1/chat/completions \\
  -H 'content-type: application/json' \\
  -d '{"model": "weir-demo", "messages": [{"role": "user", "content": "Hello"}]}'""",
            ),
        ),
    ),
    Client(
        "openai-python",
        "OpenAI Python",
        "Your own key goes through untouched.",
        (
            Snippet("Python", 'client = OpenAI(base_url="@/v1")'),
            Snippet("Or in the environment", "export OPENAI_BASE_URL=@/v1"),
        ),
    ),
    Client(
        "openai-js",
        "OpenAI JS",
        "Your own key goes through untouched.",
        (
            Snippet("JavaScript", 'const client = new OpenAI({ baseURL: "@/v1" });'),
            Snippet("Or in the environment", "export OPENAI_BASE_URL=@/v1"),
        ),
    ),
    Client(
        "anthropic",
        "Anthropic",
        "The base has no /v1: the SDK adds it.",
        (
            Snippet("Python", 'client = Anthropic(base_url="@")'),
            Snippet("JavaScript", 'const client = new Anthropic({ baseURL: "@" });'),
        ),
    ),
    Client(
        "gemini",
        "Gemini",
        "The base has no version: the SDK adds it.",
        (
            Snippet(
                "Python",
                'client = genai.Client(http_options=HttpOptions(base_url="@"))',
            ),
            Snippet(
                "JavaScript",
                'const ai = new GoogleGenAI({ httpOptions: { baseUrl: "@" } });',
            ),
        ),
    ),
    Client(
        "claude-code",
        "Claude Code",
        "Sign in as usual; only the address changes.",
        (Snippet("In a terminal", "ANTHROPIC_BASE_URL=@ claude"),),
    ),
    Client(
        "codex",
        "Codex",
        "OPENAI_BASE_URL is ignored by Codex: it wants its config file.",
        (
            Snippet(
                "~/.codex/config.toml",
                """model_provider = "weir"

[model_providers.weir]
name = "weir"
base_url = "@/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses\"""",
            ),
        ),
    ),
    Client(
        "opencode",
        "OpenCode",
        "The Anthropic provider takes /v1 here, unlike Anthropic's own SDK.",
        (
            Snippet(
                "opencode.json",
                """{
  "provider": {
    "openai": {"options": {"baseURL": "@/v1"}},
    "anthropic": {"options": {"baseURL": "@/v1"}}
  }
}""",
            ),
        ),
    ),
    Client(
        "gemini-cli",
        "Gemini CLI",
        "It needs the auth type in its settings, or refuses to start.",
        (
            Snippet(
                "In a terminal",
                "GOOGLE_GEMINI_BASE_URL=@ GEMINI_CLI_TRUST_WORKSPACE=true gemini",
            ),
            Snippet(
                "~/.gemini/settings.json",
                '{"security": {"auth": {"selectedType": "gemini-api-key"}}}',
            ),
        ),
    ),
    Client(
        "aider",
        "aider",
        "Any model name that your upstream knows, with openai/ before it.",
        (Snippet("In a terminal", "OPENAI_API_BASE=@/v1 aider --model openai/MODEL"),),
    ),
)


def clients(base: str) -> tuple[Client, ...]:
    """Every client with `base` (`http://host:port`) filled in."""
    return tuple(_at(client, base.rstrip("/")) for client in TEMPLATES)


def _at(client: Client, base: str) -> Client:
    snippets = tuple(
        Snippet(snippet.title, snippet.text.replace("@", base))
        for snippet in client.snippets
    )
    return Client(client.slug, client.name, client.note, snippets)
