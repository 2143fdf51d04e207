"""A house whose rounds are due, and the application on its rounds board."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from textual.pilot import Pilot

from care import rounds, staff, stays
from care.measured import Measured
from care.person_facts import Allergy, Condition
from db.rows import shape_of
from db.tables import Synced
from tests.care.household import Household, at, copy_of, founded
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.screens.rounds import Rounds
from yiyang_tui.session import Session
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.lines import SaidLine

PLACES = {
    "today": "tests.tui.small_places:Today",
    "people": "tests.tui.small_places:People",
    "rounds": "yiyang_tui.screens.rounds:Rounds",
    "beds": "tests.tui.small_places:Today",
    "chart": "tests.tui.small_places:Chart",
    "sync": "tests.tui.small_places:Today",
}
NAMES = ["王长生", "陈德福", "李秀英", "张玉珍", "吴国华", "徐翠兰", "马春梅", "孙根宝", "何香月", "欧阳建国"]
BEDS = ["101-1", "101-2", "102-1", "102-2", "103-1", "103-2", "201-1", "201-2", "202-1", "202-2"]

Walked = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


@pytest.fixture(scope="session")
def house_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Household]:
    """The closed record of a house: ten people who wait for a look since eleven, one on leave, one free bed."""
    made = founded(tmp_path_factory.mktemp("rounds") / "record.db")
    made.it_is("2026-11-20 09:00")
    facts: dict[str, dict[str, Any]] = {
        "李秀英": {
            "allergies": (Allergy("青霉素", "皮疹", "2019"),),
            "allergies_known": True,
            "conditions": (Condition("高血压"), Condition("2型糖尿病")),
        }
    }
    ids = [
        made.person(name, bed, care_level="full", **facts.get(name, {})) for name, bed in zip(NAMES, BEDS, strict=True)
    ]
    away = made.person("周福", "203-1", care_level="self")
    for day, sbp in ((20, 141), (21, 139)):
        now = made.it_is(f"2026-11-{day} 18:00")
        first: dict[str, Measured] = {
            "temp_c10": 364,
            "pulse": 74,
            "resp": 18,
            "sbp": sbp,
            "dbp": 82,
            "spo2": 97,
            "acvpu": "A",
        }
        rounds.record(made.store, made.carer, ids[2], rounds.Observation(position="左", skin="完整", vitals=first))
    stays.leave(made.store, made.carer, away, "family", now + 40 * 3600, "儿子")
    made.it_is("2026-11-22 09:00")
    for person in ids:
        rounds.unremarkable(made.store, made.carer, person)
    made.store.close()
    return made.store.path, made


@pytest.fixture
def house(house_once: tuple[Path, Household], tmp_path: Path) -> Iterator[Household]:
    """A copy of it at four past eleven, open."""
    path, made = house_once
    store = copy_of(path, tmp_path / "house")
    store.answer_clock(at("2026-11-22 11:04"))
    yield Household(store, made.director, made.carer, made._numbers)
    store.close()


@pytest.fixture
def walked(house: Household) -> Walked:
    """The application on the rounds board, with the carer at the keyboard."""

    from tests.tui.conftest import settle

    @asynccontextmanager
    async def run(
        lang: str = "zh", theme: str = "yiyang-plain", size: tuple[int, int] = (80, 24), number: str = "1002"
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        by = staff.by_number(house.store, number)
        assert by is not None
        app = make_app(house.store.path, lang, theme, start="rounds", places=PLACES)
        session = Session(house.store, by, "青山镇两院", house.store.now)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            app.call_later(app.enter, session)
            await settle(app, pilot)
            yield app, pilot

    return run


def table(house: Household, of: type[Synced]) -> list[dict[str, Any]]:
    """All rows, oldest first."""
    core = shape_of(of).table
    with house.store.reading() as conn:
        return [dict(row) for row in conn.execute(select(core).order_by(core.c.id)).mappings()]


def since(house: Household, of: type[Synced], moment: str = "2026-11-22 11:00") -> list[dict[str, Any]]:
    """The rows of looks from then on."""
    return [row for row in table(house, of) if row["at"] >= at(moment)]


def id_of(house: Household, name: str) -> UUID:
    return next(row.person_id for row in rounds.board(house.store, house.store.now()).rows if row.name == name)


def board_of(app: YiyangApp) -> Rounds:
    screen = app.screen
    assert isinstance(screen, Rounds)
    return screen


def here(app: YiyangApp) -> str:
    """The name under the cursor."""
    row = board_of(app).row
    return "" if row is None else row.name


def said(app: YiyangApp) -> str:
    return app.screen.query_one(SaidLine).text


def value(app: YiyangApp, field: str) -> object:
    found = app.screen.query_one(f"#{field}")
    assert isinstance(found, Entry | Choice)
    return found.value


async def walk_to(app: YiyangApp, pilot: Pilot[None], name: str) -> None:
    from tests.tui.conftest import settle

    rows = (line.row for line in board_of(app).lines if line.row is not None)
    board_of(app).turn_to(next(row.person_id for row in rows if row.name == name))
    await settle(app, pilot)


async def type_set(pilot: Pilot[None], *values: str) -> None:
    """Each value and Enter."""
    from tests.tui.conftest import type_text

    for typed in values:
        await type_text(pilot, typed)
        await pilot.press("enter")
