"""Settings that can't work are told with an id and a hint."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from observe.checks import OWN


def found() -> dict[str, str]:
    ours = [each for each in run_checks() if str(each.id).startswith("observe.")]
    return {str(each.id): str(each.hint) for each in ours}


def test_the_default_settings_are_fine() -> None:
    assert found() == {}


@override_settings(WEIR_HOST="0.0.0.0", WEIR_TOKEN="", WEIR_ALLOWED_HOSTS=("weir.lan",))
def test_open_to_others_without_a_token_is_an_error() -> None:
    assert list(found()) == ["observe.E001"]
    assert "WEIR_TOKEN" in found()["observe.E001"]


@override_settings(WEIR_HOST="192.0.2.7", WEIR_TOKEN="t0ken-of-a-test", DEBUG=True)
def test_open_to_others_with_a_token_still_warns_of_risks() -> None:
    assert set(found()) == {"observe.W001", "observe.W002"}


@pytest.mark.parametrize(
    ("given", "why"),
    [("secret", "6 characters"), ("eleven-long", "11"), ("tö-ken-of-a-test", "header")],
)
def test_a_token_that_can_be_guessed_or_not_sent_is_an_error(
    given: str, why: str
) -> None:
    with override_settings(WEIR_TOKEN=given):
        (error,) = run_checks(tags=[OWN])
    assert (error.id, why in str(error.msg)) == ("observe.E005", True)
    assert given not in str(error.msg)


def test_a_variable_that_is_no_setting_is_told_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEIR_RETENTIOM", "30d")
    monkeypatch.setenv("WEIR_SERVER", "http://h")
    (warning,) = run_checks()
    assert warning.msg == "There is no setting WEIR_RETENTIOM."
    assert warning.hint == "Did you mean WEIR_RETENTION?"


def test_a_data_directory_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with override_settings(WEIR_DATA_DIR=file):
        assert list(found()) == ["observe.E002"]


def test_a_missing_models_file_is_an_error(tmp_path: Path) -> None:
    with override_settings(WEIR_MODELS_FILE=str(tmp_path / "none.json")):
        assert list(found()) == ["observe.E004"]
