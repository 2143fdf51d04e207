"""A pair to prove wishes on: its record as ``yiyang init`` makes it, the program on it, a county, a second laptop."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from care import people, setup, staff
from db.keys import FLOOR
from db.store import Store
from db.vault import create_vault, open_vault
from sync import enrol, session
from sync.county.admin import init, new_code
from sync.county.serving import running
from sync.county.settings import Settings
from tests.care.household import PLAN, id_number
from tests.cli.conftest import Ended, yiyang

DIRECTOR, DOCTOR, CARER = "0001", "0002", "0003"
PASSPHRASE = "槐花五月开满小院"

Program = Callable[..., Ended]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """The closed record of a pair with its first user, a director."""
    path = tmp_path / "home" / "record.db"
    store = create_vault(path, DIRECTOR, PASSPHRASE, cost=FLOOR)
    setup.found(store, PLAN, number=DIRECTOR, name="刘建国", role="director")
    store.close()
    return path


@pytest.fixture
def program(record: Path) -> Program:
    """The program as the director runs it: ``program("staff", "list", "--json")``. It must end well."""

    def run(*words: str) -> Ended:
        ended = yiyang(*words, "--number", DIRECTOR, "--passphrase-file", "-", vault=record, typed=PASSPHRASE + "\n")
        assert ended.code == 0, ended.err
        return ended

    return run


@pytest.fixture
def home(record: Path) -> Iterator[Store]:
    """The open record, with a doctor of the health centre and a carer of the home."""
    store = open_vault(record, DIRECTOR, PASSPHRASE)
    staff.add(store, who(store, DIRECTOR), number=DOCTOR, name="赵敏", role="doctor")
    staff.add(store, who(store, DIRECTOR), number=CARER, name="王芳", role="carer")
    yield store
    store.close()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two laptops of one pair, each with everything the county holds; ``sync()`` brings them up to date."""

    home: Store
    clinic: Store

    def sync(self) -> None:
        """The one gives, the other takes, and back."""
        for store in (self.home, self.clinic, self.home):
            session.sync(store)


@pytest.fixture
def county(tmp_path: Path) -> Settings:
    """A county on its embedded database."""
    return init(tmp_path / "county", "青山县")


@pytest.fixture
def two_laptops(home: Store, county: Settings, tmp_path: Path) -> Iterator[Pair]:
    """The laptop of the home, and one in a village clinic that the doctor joined with."""
    with running(county) as url:
        enrol.enrol(home, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="福利院")
        session.sync(home)
        path, code = tmp_path / "clinic" / "record.db", new_code(county, "青山镇")
        clinic = enrol.join(path, url, code, number=DOCTOR, passphrase=PASSPHRASE, laptop="村卫生室", cost=FLOOR)
        session.sync(clinic)
        yield Pair(home, clinic)
        clinic.close()


def who(store: Store, number: str) -> UUID:
    """The staff member of a number."""
    found = staff.by_number(store, number)
    assert found is not None
    return found.id


def resident(name: str, **more: object) -> people.PersonFacts:
    """A woman of 1940 with the ID number of such a one."""
    given = {"id_number": id_number("42120219400101002"), "category": "tekun_c", "care_level": "half", **more}
    return people.PersonFacts(name, **given)  # type: ignore[arg-type]
