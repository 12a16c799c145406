"""`settings.py`: each process of the suite works in a directory of its own."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings


def test_each_process_of_a_run_has_its_own_directory() -> None:
    assert settings.SETTINGS_MODULE == "tests.settings"
    assert Path(os.environ["WEIR_DATA_DIR"]) == settings.WEIR_DATA_DIR


def test_what_a_test_starts_takes_the_real_settings() -> None:
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "observe.settings"
