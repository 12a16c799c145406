"""What the pretended clients say. Data only."""

from __future__ import annotations

from typing import Any

SYSTEM = (
    "You are a careful coding agent working in a terminal. Read before you write. Use "
    "the tools to look at files, search the tree and run the tests; explain every "
    "change in one sentence. Never touch files outside the project. Prefer the "
    "smallest change that makes the tests pass. When a command fails, read its output "
    "before you try again. When you are done, summarise what changed and why, and name "
    "what is left to do. Answer in plain prose, without headings. Quote file names in "
    "backticks. If the request is unclear, say what you assume and go on. Keep secrets "
    "out of your answers. Cite line numbers when you point at code. Ask for help only "
    "when two attempts have failed."
)

TASKS = (
    "Find out why the login test is flaky and fix it, in 4 steps.",
    "Add a --json flag to the export command, in 5 steps.",
    "The nightly import takes an hour; find the slow query, in 6 steps.",
    "Rename the Invoice model to Bill everywhere, in 3 steps.",
    "Write a test for the retry logic in the uploader, in 4 steps.",
    "Explain how a request travels through the middleware, in 3 steps.",
    "Update the dependencies and make the build green again, in 7 steps.",
)

QUESTIONS = (
    "What does HTTP status 425 mean?",
    "Give me three names for a small river boat.",
    "Why is a weir built across a stream?",
    "Summarise the difference between WAL and rollback journals.",
    "Translate “good morning” into Portuguese, Welsh and Finnish.",
    "Write a haiku about back-pressure.",
    "How many tokens fit on a page?",
    "Please count to 60.",
)

RESULTS = (
    "def test_login(client, user):\n    response = client.post('/login', user.form())\n"
    "    assert response.status_code == 302\n"
    "    assert client.session['user'] == user.pk\n"
    "\ndef test_logout(client, user):\n    client.force_login(user)\n"
    "    client.post('/logout')\n    assert 'user' not in client.session\n",
    "src/app.py\nsrc/models.py\nsrc/views/login.py\nsrc/views/export.py\n"
    "tests/test_login.py\ntests/test_export.py\nREADME.md\npyproject.toml\n",
    "============ 41 passed, 1 failed in 3.27s ============\n"
    "FAILED tests/test_login.py::test_login - AssertionError: assert 200 == 302\n",
    "src/views/login.py:31: session.save()  # TODO: before the redirect?\n"
    "src/views/export.py:12: def export(rows, as_json=False):\n",
)

_TEXT = {"type": "string"}
TOOLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("read_file", "Read a file of the project.", {"path": _TEXT}),
    ("list_files", "List the files below a folder.", {"folder": _TEXT}),
    ("search", "Search the tree for a pattern.", {"pattern": _TEXT}),
    ("write_file", "Replace a file.", {"path": _TEXT, "text": _TEXT}),
)


def schema(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
