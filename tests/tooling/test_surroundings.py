"""Tests see the same machine wherever they run: what the person at the keyboard has set does not reach them."""

import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from hypothesis import settings


@pytest.fixture(scope="module", autouse=True)
def set_by_the_person() -> object:
    """Variables that somebody's shell may hold."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("YIYANG_LANGUAGE", "TEXTUAL_THEME", "https_proxy", "LC_ALL"):
            patch.setenv(name, "foreign")
        patch.setenv("YIYANG_TEST_POSTGRES", "kept")
        yield


@pytest.mark.parametrize("name", ["YIYANG_LANGUAGE", "TEXTUAL_THEME", "https_proxy", "LC_ALL"])
def test_foreign_variables_are_gone(name: str) -> None:
    assert name not in os.environ


def test_a_named_server_is_kept() -> None:
    assert os.environ["YIYANG_TEST_POSTGRES"] == "kept"


def test_places_are_fresh_in_child_processes_too(own_surroundings: Path) -> None:
    ask = "import platformdirs as p; print(p.user_data_path('yiyang'), p.user_config_path('yiyang'), sep='\\n')"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert platformdirs.user_data_path("yiyang").is_relative_to(own_surroundings)
    for place in answer.stdout.split():
        assert Path(place).is_relative_to(own_surroundings)
        assert not Path(place).exists()


def test_properties_run_without_a_deadline() -> None:
    assert settings().deadline is None
