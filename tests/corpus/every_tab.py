"""Shows every tab of every request that a data directory holds, without a server.

    WEIR_DATA_DIR=… python -m tests.corpus.every_tab

Started by `test_pages.py`: a connection and a thread for each page would cost as much
as the page. Prints a line a page, and on stderr what the pages log.
"""

from __future__ import annotations

import sys

import django
from django.test import Client

HOST = {"host": "127.0.0.1:8080"}


def main() -> None:
    from observe.pages.request.view import TABS
    from runs.models import CapturedRequest

    client = Client(raise_request_exception=False, headers=HOST)
    for uid in CapturedRequest.objects.values_list("uid", flat=True):
        for tab in TABS:
            path = f"/requests/{uid}?tab={tab.name}"
            sys.stdout.write(f"{client.get(path).status_code} {path}\n")


if __name__ == "__main__":
    django.setup()
    main()
