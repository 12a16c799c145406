"""Django's settings for a test run: Weir's own, with a data directory of its own.

pytest-django reads settings before any conftest, so this is where a run is kept away
from a real data directory, and from another run beside it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ["WEIR_DATA_DIR"] = tempfile.mkdtemp(prefix="weir-tests-")
atexit.register(shutil.rmtree, os.environ["WEIR_DATA_DIR"], ignore_errors=True)

from observe.settings import *  # noqa: E402, F403

# Servers that tests start are real ones: they take the real settings.
os.environ["DJANGO_SETTINGS_MODULE"] = "observe.settings"
# The real one takes a third of a second for each password, on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
