"""Loads the application in the supervisor, for every process that is forked from it.

What is loaded here is in memory once. Pages and the API are not: the first who asks a
worker for one has them loaded (`observe/asgi.py`). Nothing is opened or started here.
"""

from __future__ import annotations

import gc
import os
from importlib import import_module

SHARED = (
    "observe.serve.alerts",
    "observe.serve.recorder",
    "observe.serve.worker",
    "observe.asgi",
)
OF_UVICORN = ("uvloop", "uvicorn.lifespan.on", "observe.serve.pages")
"""Not of daphne: Twisted makes its event loop when it is loaded."""


def load() -> None:
    gc.disable()  # hardly anything of it is garbage, and all would be looked through
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observe.settings")
    import django

    django.setup()
    is_daphne = os.environ.get("WEIR_SERVER_KIND") == "daphne"
    of_server = () if is_daphne else OF_UVICORN
    for name in SHARED + of_server:
        import_module(name)
    gc.enable()
    gc.collect()
    # A collection in a child would write to what it looks at, and so copy it.
    gc.freeze()
