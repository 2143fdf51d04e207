"""A record to test on: real, encrypted, on a real disk; only the passphrase is made cheap to guess."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest

from db import keys
from db.store import Act, Store
from db.tables import Person, Staff
from db.vault import create_vault, open_vault

HOUSE = Path(keys.__file__).parent.parent
NUMBER = "0001"
PASSPHRASE = "槐花五月开满小院"


class Interrupted(Exception):
    """What interrupts an act in the tests."""


def interrupt(store: Store, staff: UUID | None, write: Callable[[Act], object]) -> None:
    """Write inside an act that then fails, so that it is rolled back."""
    with suppress(Interrupted), store.act(staff) as act:
        write(act)
        raise Interrupted


@pytest.fixture
def record_path(tmp_path: Path) -> Path:
    """Where the record lies."""
    return tmp_path / "record" / "yiyang.db"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new, empty record, closed; copied for each test: making one anew takes twenty times as long."""
    path = tmp_path_factory.mktemp("made") / "yiyang.db"
    create_vault(path, NUMBER, PASSPHRASE, cost=keys.FLOOR).close()
    return path


@pytest.fixture
def store(made_once: Path, record_path: Path) -> Iterator[Store]:
    """A new, empty, open record."""
    shutil.copytree(made_once.parent, record_path.parent)
    opened = open_vault(record_path, NUMBER, PASSPHRASE)
    yield opened
    opened.close()


@pytest.fixture
def reopen(record_path: Path) -> Iterator[Callable[[], Store]]:
    """Open the record again, as a start of the program does; closed at the end of the test."""
    opened: list[Store] = []

    def again() -> Store:
        opened.append(open_vault(record_path, NUMBER, PASSPHRASE))
        return opened[-1]

    yield again
    for each in opened:
        each.close()


@pytest.fixture
def nurse(store: Store) -> UUID:
    """A staff member who acts."""
    with store.act(None) as act:
        return act.insert(Staff, number="0007", name="王护士", role="nurse")


@pytest.fixture
def person(store: Store, nurse: UUID) -> UUID:
    """A resident."""
    with store.act(nurse) as act:
        return act.insert(Person, name="李秀英", sex="2", id_number="110101194001011226")
