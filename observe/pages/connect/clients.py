"""How to point each client at Weir: the snippets of the Connect page.

Called by `observe/pages/connect/view.py` with the address the viewer reached. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snippet:
    """Something to paste, and where. `@` stands for the address."""

    title: str
    text: str
    with_token: str = ""
    """The same for a Weir that wants its token."""


@dataclass(frozen=True, slots=True)
class Client:
    slug: str
    name: str
    note: str
    snippets: tuple[Snippet, ...]


ENVIRONMENT = Snippet(
    "Or in the environment",
    "export OPENAI_BASE_URL=@/v1",
    # The provider's key is Weir's then: its token stands in the key's place.
    "export OPENAI_BASE_URL=@/v1 OPENAI_API_KEY=$WEIR_TOKEN",
)
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
                """curl @/v1/chat/completions \\
  -H "X-Weir-Token: $WEIR_TOKEN" -H 'content-type: application/json' \\
  -d '{"model": "weir-demo", "messages": [{"role": "user", "content": "Hello"}]}'""",
            ),
        ),
    ),
    Client(
        "openai-python",
        "OpenAI Python",
        "Your own key goes through untouched.",
        (
            Snippet(
                "Python",
                'client = OpenAI(base_url="@/v1")',
                """client = OpenAI(
    base_url="@/v1",
    default_headers={"X-Weir-Token": os.environ["WEIR_TOKEN"]},
)""",
            ),
            ENVIRONMENT,
        ),
    ),
    Client(
        "openai-js",
        "OpenAI JS",
        "Your own key goes through untouched.",
        (
            Snippet(
                "JavaScript",
                'const client = new OpenAI({ baseURL: "@/v1" });',
                """const client = new OpenAI({
  baseURL: "@/v1",
  defaultHeaders: { "X-Weir-Token": process.env.WEIR_TOKEN },
});""",
            ),
            ENVIRONMENT,
        ),
    ),
    Client(
        "anthropic",
        "Anthropic",
        "The base has no /v1: the SDK adds it.",
        (
            Snippet(
                "Python",
                'client = Anthropic(base_url="@")',
                """client = Anthropic(
    base_url="@",
    default_headers={"X-Weir-Token": os.environ["WEIR_TOKEN"]},
)""",
            ),
            Snippet(
                "JavaScript",
                'const client = new Anthropic({ baseURL: "@" });',
                """const client = new Anthropic({
  baseURL: "@",
  defaultHeaders: { "X-Weir-Token": process.env.WEIR_TOKEN },
});""",
            ),
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
                """client = genai.Client(http_options=HttpOptions(
    base_url="@",
    headers={"X-Weir-Token": os.environ["WEIR_TOKEN"]},
))""",
            ),
            Snippet(
                "JavaScript",
                'const ai = new GoogleGenAI({ httpOptions: { baseUrl: "@" } });',
                """const ai = new GoogleGenAI({ httpOptions: {
  baseUrl: "@",
  headers: { "X-Weir-Token": process.env.WEIR_TOKEN },
} });""",
            ),
        ),
    ),
    Client(
        "claude-code",
        "Claude Code",
        "Sign in as usual; only the address changes.",
        (
            Snippet(
                "In a terminal",
                "ANTHROPIC_BASE_URL=@ claude",
                'ANTHROPIC_CUSTOM_HEADERS="X-Weir-Token: $WEIR_TOKEN" \\\n'
                "  ANTHROPIC_BASE_URL=@ claude",
            ),
        ),
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
                """model_provider = "weir"

[model_providers.weir]
name = "weir"
base_url = "@/v1"
env_key = "OPENAI_API_KEY"
env_http_headers = { "X-Weir-Token" = "WEIR_TOKEN" }
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
                """{
  "provider": {
    "openai": {"options": {
      "baseURL": "@/v1", "headers": {"X-Weir-Token": "{env:WEIR_TOKEN}"}
    }},
    "anthropic": {"options": {
      "baseURL": "@/v1", "headers": {"X-Weir-Token": "{env:WEIR_TOKEN}"}
    }}
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
                'GEMINI_CLI_CUSTOM_HEADERS="X-Weir-Token: $WEIR_TOKEN" \\\n'
                "  GOOGLE_GEMINI_BASE_URL=@ GEMINI_CLI_TRUST_WORKSPACE=true gemini",
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
        (
            Snippet(
                "In a terminal",
                "OPENAI_API_BASE=@/v1 aider --model openai/MODEL",
                "OPENAI_API_BASE=@/v1 OPENAI_API_KEY=$WEIR_TOKEN \\\n"
                "  aider --model openai/MODEL",
            ),
        ),
    ),
)


def clients(base: str, *, wants_token: bool = False) -> tuple[Client, ...]:
    """Every client with `base` (`http://host:port`) filled in."""
    address = base.rstrip("/")
    return tuple(_at(client, address, wants_token) for client in TEMPLATES)


def _at(client: Client, base: str, wants_token: bool) -> Client:
    snippets = tuple(
        Snippet(each.title, _text(each, wants_token).replace("@", base))
        for each in client.snippets
    )
    return Client(client.slug, client.name, client.note, snippets)


def _text(snippet: Snippet, wants_token: bool) -> str:
    return snippet.with_token if wants_token and snippet.with_token else snippet.text
