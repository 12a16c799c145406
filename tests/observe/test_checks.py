"""Settings that can't work are told with an id and a hint."""

from __future__ import annotations

from pathlib import Path

from django.core.checks import run_checks
from django.test import override_settings


def found() -> dict[str, str]:
    ours = [each for each in run_checks() if str(each.id).startswith("observe.")]
    return {str(each.id): str(each.hint) for each in ours}


def test_the_default_settings_are_fine() -> None:
    assert found() == {}


@override_settings(WEIR_HOST="0.0.0.0", WEIR_TOKEN="", WEIR_ALLOWED_HOSTS=("weir.lan",))
def test_open_to_others_without_a_token_is_an_error() -> None:
    assert list(found()) == ["observe.E001"]
    assert "WEIR_TOKEN" in found()["observe.E001"]


@override_settings(WEIR_HOST="192.0.2.7", WEIR_TOKEN="t0ken", DEBUG=True)
def test_open_to_others_with_a_token_still_warns_of_risks() -> None:
    assert set(found()) == {"observe.W001", "observe.W002"}


def test_a_data_directory_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with override_settings(WEIR_DATA_DIR=file):
        assert list(found()) == ["observe.E002"]


def test_a_missing_models_file_is_an_error(tmp_path: Path) -> None:
    with override_settings(WEIR_MODELS_FILE=str(tmp_path / "none.json")):
        assert list(found()) == ["observe.E004"]
