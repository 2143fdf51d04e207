"""What every test shares: a machine that looks the same everywhere, and the marker ``seed``."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.once import keep_loaded, passphrases, statements

pytest_plugins = ["pytester", "tests.seed_report"]

# A job that a script put in the background is deaf to SIGINT, and so is every program it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline: how long an example takes says nothing about whether it holds.
settings.register_profile("yiyang", deadline=None, max_examples=50, print_blob=True)
settings.load_profile("yiyang")

# Settings of the person who runs the tests must not reach the program under test.
_FOREIGN = ("YIYANG_", "TEXTUAL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_COLOR", "FORCE_COLOR", "LC_")
_LONG = ("powercut", "simulation")
_KEPT = ("YIYANG_TEST_POSTGRES",)
_PLACES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The few tests that take a minute each begin first: at the end of a run nothing waits for one of them alone."""
    items.sort(key=lambda item: not item.path.parent.name.startswith(_LONG))


def pytest_collection_finish() -> None:
    """All is loaded."""
    keep_loaded()


@pytest.fixture(scope="session", autouse=True)
def computed_once() -> Iterator[None]:
    """What is the same for test after test."""
    with passphrases(), statements():
        yield


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home for settings and data, no foreign variables, UTF-8; child processes inherit it."""
    for name in os.environ:
        if name.upper().startswith(_FOREIGN) and name not in _KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C.UTF-8")
    home = tmp_path_factory.mktemp("home")
    for name in _PLACES:
        monkeypatch.setenv(name, str(home / name.lower()))
    return home
