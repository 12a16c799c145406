"""A page's own address, with parts of its query put in or left out.

Used by everything in this folder: each state of a page is in its address.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest


def with_query(request: HttpRequest, **changes: str) -> str:
    """`changes` replace what is there; "" leaves a name out."""
    told = [
        (name, value)
        for name, values in request.GET.lists()
        if name not in changes
        for value in values
        if value
    ]
    told += [(name, value) for name, value in changes.items() if value]
    query = urlencode(told)
    return f"{request.path}?{query}" if query else request.path
