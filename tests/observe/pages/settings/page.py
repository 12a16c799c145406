"""A browser without scripts, as far as a page of the settings is concerned."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client


def browser() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.content
    return re.sub(r"\s+", " ", answer.content.decode())


def post(client: Client, url: str, status: int, /, **fields: Any) -> Any:
    answer = client.post(url, fields)
    said = re.findall(r'class="error"[^>]*>([^<]+)<', answer.content.decode())
    assert answer.status_code == status, said
    return answer


def fields(page: str) -> dict[str, str]:
    """What the drawer's form would send, had nobody touched it."""
    form = page[page.index('<dialog id="drawer"') :].split("</dialog>")[0]
    form = form[form.rindex('<form method="post" action=') :]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        told = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if told.get("type") == "checkbox" and " checked" not in tag:
            continue
        default = "on" if told.get("type") == "checkbox" else ""
        found[told.get("name", "")] = told.get("value", default)
    for name, options in re.findall(r'<select name="(\w+)"(.*?)</select>', form):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    areas = r'<textarea name="([\w-]+)".*?> ?(.*?)</textarea>'
    found |= dict(re.findall(areas, form))
    return {name: html.unescape(value) for name, value in found.items()}
