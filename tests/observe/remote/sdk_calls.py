"""The official SDKs as they come, the command under `weir run` in a test.

They get nothing but the environment: address, key and further headers.
"""

from __future__ import annotations

import anthropic
import openai
from google import genai

MODEL = "weir-demo-fast"
TEXT = "Who pays?"


def main() -> None:
    openai.OpenAI().chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": TEXT}]
    )
    openai.OpenAI().responses.create(model=MODEL, input=TEXT)
    anthropic.Anthropic().messages.create(
        model=MODEL,
        max_tokens=50,
        messages=[{"role": "user", "content": TEXT}],
    )
    google = genai.Client()  # closes itself when nobody holds it
    google.models.generate_content(model=MODEL, contents=TEXT)


if __name__ == "__main__":
    main()
