from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from kb.errors import InvalidInput
from kb.settings import Settings, read_settings

README = Path(__file__).parents[2] / "README.md"


def test_without_any_variable_everything_has_its_default():
    assert read_settings({}) == Settings()


def test_each_setting_is_read_from_its_variable():
    settings = read_settings(
        {
            "KB_HOME": "/srv/kb",
            "KB_ENCODER_THREADS": "3",
            "KB_LANGUAGES": "en",
            "KB_SEARCH_RETENTION_DAYS": "30",
        }
    )

    assert settings.home == Path("/srv/kb")
    assert settings.encoder_threads == 3
    assert (settings.search_retention_days, Settings().search_retention_days) == (30, 365)
    assert (settings.languages, Settings().languages) == ("en", "de")
    assert settings.record_url == "sqlite:////srv/kb/record.sqlite3"


@pytest.mark.parametrize("name", ["KB_ENCODER_THREADS", "KB_SEARCH_RETENTION_DAYS"])
def test_a_number_that_is_none_is_refused(name):
    with pytest.raises(InvalidInput, match=f"{name} must be a whole number"):
        read_settings({name: "many"})


def test_a_misspelt_setting_is_refused_and_the_right_one_named():
    with pytest.raises(InvalidInput, match="KB_MODLE is not a setting, did you mean KB_MODEL"):
        read_settings({"KB_MODLE": "x"})


def test_a_variable_of_somebody_else_is_left_alone():
    assert read_settings({"KB_SERVICE_PORT_HTTP": "80", "PATH": "/bin"}) == Settings()


def test_the_readme_lists_every_setting_and_no_other():
    listed = set(re.findall(r"^\| `(KB_\w+)`", README.read_text(encoding="utf-8"), re.MULTILINE))

    assert listed == {f"KB_{item.name.upper()}" for item in fields(Settings)}
