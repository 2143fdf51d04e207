"""Fixtures of the middle floor: an empty record, and one with a founded house."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.store import Store
from tests.care.household import Household, copy_of, empty_vault, founded


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Store]:
    """A new, empty, encrypted record, opened."""
    store = empty_vault(tmp_path / "record.db")
    yield store
    store.close()


@pytest.fixture(scope="session")
def founded_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Household]:
    """The closed record of a founded house, to copy: founding it anew for every test would be slow."""
    made = founded(tmp_path_factory.mktemp("founded") / "record.db")
    made.store.close()
    return made.store.path, made


@pytest.fixture
def house(founded_once: tuple[Path, Household], tmp_path: Path) -> Iterator[Household]:
    """The open record of a founded house, for one test alone."""
    template, made = founded_once
    store = copy_of(template, tmp_path / "house")
    yield Household(store, made.director, made.carer)
    store.close()
