"""A pair as it stands on disk, two enrolled laptops and their county: made once, copied for each test, put back.

A copy of the folders is what a backup, a cloned disk or a thief has.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from db.clock import Clock
from db.keys import FLOOR
from db.store import Store
from db.tables import Person, Round, Staff
from db.vault import create_vault, open_vault
from sync import enrol, session
from sync.county import admin, settings
from sync.county.serving import running
from sync.county.settings import Settings
from sync.link import Folder
from tests.sync.county_tables import rows_of

PASSPHRASE = "correct horse battery"
PAIR = "青山镇"
LAPTOPS = ("home", "clinic")


@dataclass
class World:
    """The folders of a pair. ``url`` is where the county serves, while it does."""

    place: Path
    url: str = ""
    _open: list[Store] = field(default_factory=list)

    @property
    def county(self) -> Settings:
        """The county as its folder stands."""
        return settings.load(self.place / "county")

    def path(self, name: str = "home") -> Path:
        """The record of a laptop."""
        return self.place / name / "yiyang.db"

    def folder(self, name: str = "home") -> Folder:
        """The transport folder of a laptop."""
        return Folder(self.path(name))

    def start(self, name: str = "home", *, number: str = "", clock: Clock | None = None) -> Store:
        """Start the program on a laptop. Who signs in has the laptop's name for a number, unless it is a copy."""
        store = open_vault(self.path(name), number or name, PASSPHRASE, clock=clock)
        self._open.append(store)
        self.point(name)
        return store

    def point(self, name: str, url: str | None = None) -> None:
        """Let a laptop find the county where it serves now, or somebody else."""
        folder = self.folder(name)
        if folder.enrolled and (url or self.url):
            folder.save_link(replace(folder.link(), url=url or self.url))

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The county answers, for a while."""
        with running(self.county) as url:
            self.url = url
            for name in LAPTOPS:
                self.point(name)
            yield url

    def keep(self, name: str, label: str = "old") -> None:
        """Take a copy of a folder; every program on it must be closed, or stand still."""
        shutil.copytree(self.place / name, self.place / f"{name}.{label}")

    def put_back(self, name: str, label: str = "old", *, only: tuple[str, ...] = ()) -> None:
        """Put the copy back in place of what is there now, or only the named files of it."""
        copy, now = self.place / f"{name}.{label}", self.place / name
        if not only:
            shutil.rmtree(now)
            shutil.copytree(copy, now)
        for each in only:
            if (now / each).is_dir():
                shutil.rmtree(now / each)
                shutil.copytree(copy / each, now / each)
            else:
                shutil.copy2(copy / each, now / each)

    def close(self) -> None:
        """Close every program."""
        for store in self._open:
            store.close()
        self._open.clear()

    def at_county(self, store: Store) -> set[UUID]:
        """The rounds in the county's tables; each must be there once, as the laptop has it."""
        return {row[0] for row in rows_of(self.county, store.pair_id, Round)}


def make_world(place: Path) -> World:
    """Found the pair, enrol both laptops, sync them once."""
    world = World(place)
    county = admin.init(place / "county", "青川县")
    home = create_vault(world.path("home"), "home", PASSPHRASE, cost=FLOOR)
    with home.act(None) as act:
        act.insert(Staff, number="home", name="王芳", role="nurse")
        act.insert(Person, name="李秀英", sex="2")
    with running(county) as url:
        enrol.enrol(home, url, admin.new_code(county, PAIR), pair_name=PAIR, laptop="护理站")
        session.sync(home)
        code = admin.new_code(county, PAIR)
        clinic = enrol.join(
            world.path("clinic"), url, code, number="clinic", passphrase=PASSPHRASE, laptop="医生", cost=FLOOR
        )
        session.sync(clinic)
        session.sync(home)
    home.close()
    clinic.close()
    return world


def who(store: Store) -> UUID:
    """The person of the record who has been there from the beginning."""
    with store.reading() as conn:
        return conn.execute(select(col(Person.id)).where(col(Person.name) == "李秀英")).scalar_one()


def look(store: Store, note: str = "") -> UUID:
    """Write one round; returned means acknowledged."""
    with store.reading() as conn:
        staff = conn.execute(select(col(Staff.id))).scalar_one()
    person = who(store)
    with store.act(staff) as act:
        return act.insert(Round, person_id=person, staff_id=staff, at=act.now, kind="caregiver", note=note)


def looks(store: Store) -> set[UUID]:
    """The rounds in the tables of a laptop."""
    with store.reading() as conn:
        return set(conn.execute(select(col(Round.id))).scalars())
