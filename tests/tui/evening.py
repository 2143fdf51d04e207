"""An evening in a small house: two alerts, late rounds and due ones, people on leave; its county, if a test has one."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import select, update
from textual.pilot import Pilot

from care import rounds, staff, stays
from care.person_facts import Allergy, Condition
from db.journal import Value
from db.local import ROW_VERSION
from db.versions import Head, RowHeads
from tests.care.household import PLAN, Household, at, copy_of, founded
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.screens.base import Place
from yiyang_tui.session import Session

if TYPE_CHECKING:
    from sync.county.settings import Settings

NOW = "2026-11-22 21:04"
PAIR = PLAN.pair_name
PLACES = {
    "today": "yiyang_tui.screens.today:Today",
    "people": "tests.tui.small_places:People",
    "rounds": "tests.tui.evening:Turned",
    "answer": "yiyang_tui.screens.answer:AnswerAlert",
    "beds": "tests.tui.small_places:People",
    "chart": "tests.tui.small_places:Chart",
    "sync": "yiyang_tui.screens.sync_screen:SyncScreen",
    "unsettled": "yiyang_tui.screens.settle:Settle",
}
FULL_SET: dict[str, int | str | bool | None] = {
    "temp_c10": 374,
    "pulse": 112,
    "resp": 24,
    "sbp": 132,
    "dbp": 78,
    "spo2": 91,
    "oxygen": False,
    "acvpu": "A",
}

At = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


class Turned(Place):
    """A place that knows whom it was turned to."""

    where: ClassVar[str] = "small"
    person_id: UUID | None = None

    def turn_to(self, person_id: UUID) -> None:
        """Remember."""
        self.person_id = person_id


def evening(path: Path) -> Household:
    """A new record: who lies where, who was seen when. 21:04 is its present."""
    house = founded(path)
    house.it_is("2026-11-22 07:00")
    seen = {
        house.person("陈德福", "101-1", allergies_known=True): "20:52",
        house.person("赵桂兰", "201-1"): "20:29",
        house.person(
            "李秀英", "101-2", care_level="full", allergies=(Allergy("青霉素", "皮疹"),), allergies_known=True,
            conditions=(Condition("高血压"), Condition("2型糖尿病")),
        ): "18:39",
        house.person("张玉珍", "102-1", care_level="full"): "18:39",
        house.person("孙根宝", "102-2"): "17:59",
        house.person("何香月", "103-1"): "18:20",
        house.person("吴国华", "202-1"): "18:44",
        house.person("徐翠兰", "202-2"): "18:50",
        house.person("郑有财", "病1-1"): "20:40",
    }  # fmt: skip
    zhou, shen = (house.person(name, bed, care_level="self") for name, bed in (("周福", "103-2"), ("沈桂花", "203-1")))
    stays.leave(house.store, house.carer, zhou, "family", at("2026-11-23 17:00"), "儿子")
    stays.leave(house.store, house.carer, shen, "family", at("2026-11-22 19:04"), "")
    house.it_is(NOW)
    told = {"20:52": rounds.Observation(vitals=FULL_SET), "20:29": rounds.Observation(vitals={"sbp": 88, "dbp": 52})}
    for person, clock in seen.items():
        looked = told.get(clock, rounds.Observation(unremarkable=True))
        rounds.record(house.store, house.carer, person, looked, at=at(f"2026-11-22 {clock}"))
    return house


@pytest.fixture(scope="session")
def evening_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Household]:
    """That record, closed; copied for each test."""
    made = evening(tmp_path_factory.mktemp("evening") / "record.db")
    made.store.close()
    return made.store.path, made


@pytest.fixture
def home(evening_once: tuple[Path, Household], tmp_path: Path) -> Iterator[Household]:
    """A copy of it, open, its clock standing at 21:04."""
    path, made = evening_once
    store = copy_of(path, tmp_path / "house")
    store.answer_clock(at(NOW))
    yield Household(store, made.director, made.carer, made._numbers)
    store.close()


@pytest.fixture
def shown(home: Household) -> At:
    """The application on it, the carer at the keyboard: ``async with shown("today") as (app, pilot)``."""

    @asynccontextmanager
    async def run(
        start: str = "today",
        lang: str = "zh",
        theme: str = "yiyang-plain",
        size: tuple[int, int] = (80, 24),
        wait: bool = True,
        number: str = "1002",
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        who = staff.by_number(home.store, number)
        assert who is not None
        app = make_app(home.store.path, lang, theme, start=start, places=PLACES)
        session = Session(home.store, who, PAIR, home.store.now)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            app.call_later(app.enter, session)
            if wait:
                await begun(app, pilot)
            yield app, pilot

    return run


async def begun(app: YiyangApp, pilot: Pilot[None]) -> None:
    """Until the first place is shown and the carrier has looked, and synced if there is a county."""
    from tests.tui.conftest import settle

    while app.carrying.standing is None and app.carrying.trouble is None:
        await settle(app, pilot)
    await settle(app, pilot)


@pytest.fixture(scope="session")
def county_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a county that nobody has enrolled with; copied for each test."""
    from sync.county.admin import init

    return init(tmp_path_factory.mktemp("county") / "county", "青川县").folder


@pytest.fixture
def county(county_once: Path, tmp_path: Path) -> "Settings":
    """A county of this test's own, on its embedded database."""
    from sync.county.settings import load

    copytree(county_once, tmp_path / "county")
    return load(tmp_path / "county")


@pytest.fixture
def address(county: "Settings") -> Iterator[str]:
    """The same county, serving on a real socket."""
    from sync.county.serving import running

    with running(county) as url:
        yield url


@pytest.fixture
def enrolled(home: Household, county: "Settings", address: str) -> Household:
    """The house, enrolled with the county; nothing is sent yet."""
    from sync.county.admin import new_code
    from sync.enrol import enrol

    enrol(home.store, address, new_code(county, PAIR), pair_name=PAIR, laptop="护理站")
    return home


def disagree(house: Household, row: UUID, **values: Value) -> None:
    """Let another laptop have written these fields of a row without having seen what stands there."""
    same = ROW_VERSION.c.row_id == row
    with house.store.writing() as conn:
        heads = RowHeads.decode(bytes(conn.execute(select(ROW_VERSION.c.heads).where(same)).scalar_one()))
        for seq, (name, value) in enumerate(values.items(), 1):
            heads.fields[name] = (Head(b"another epch", seq, 10**6, value), *heads.of(name))
        conn.execute(update(ROW_VERSION).where(same).values(heads=heads.encode(), contested=len(heads.contested)))
