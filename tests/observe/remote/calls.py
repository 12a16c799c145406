"""A small client, the command under `weir run` in tests: no SDK, only its variables.

    python calls.py MODEL [MODEL …]

One chat call per model named (`stream:MODEL` streams), to OPENAI_BASE_URL with
OPENAI_API_KEY. `fail` ends it with exit code 9, `sleep` sleeps. Prints how many were
answered.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request


def call(word: str) -> bool:
    messages = [{"role": "user", "content": "How much?"}]
    body: dict[str, object] = {"messages": messages}
    body["model"] = word.removeprefix("stream:")
    if word.startswith("stream:"):
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    request = urllib.request.Request(
        f"{os.environ['OPENAI_BASE_URL']}/chat/completions",
        json.dumps(body).encode(),
        {
            "content-type": "application/json",
            "authorization": f"Bearer {os.environ['OPENAI_API_KEY']}",
        },
    )
    for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines():
        name, _, value = line.partition(":")
        request.add_header(name.strip(), value.strip())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        error.read()
        return False
    return True


def main(words: list[str]) -> None:
    answered = 0
    for word in words:
        if word == "fail":
            raise SystemExit(9)
        if word == "sleep":
            sys.stdout.write("asleep\n")
            sys.stdout.flush()
            time.sleep(30)
        else:
            answered += call(word)
    sys.stdout.write(f"{answered} answered\n")


if __name__ == "__main__":
    main(sys.argv[1:])
