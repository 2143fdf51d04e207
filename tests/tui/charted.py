"""A house whose people are worth a chart: allergies, illnesses, measurements, a correction, a long course."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from textual import events
from textual.pilot import Pilot

from care import people, rounds, staff, stays
from care.measured import Measured
from care.person_facts import Allergy, Condition, Contact
from db.tables import Round
from tests.care.household import PLAN, Household, at, copy_of, founded, id_number, reopen
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.session import Session

NOW = "2026-11-22 21:04"
DAY = 86400
LI_NUMBER = id_number("42120219430506002")
PLACES = {
    "today": "tests.tui.small_places:Today",
    "people": "yiyang_tui.screens.people:People",
    "rounds": "tests.tui.evening:Turned",
    "beds": "tests.tui.small_places:Today",
    "sync": "tests.tui.small_places:Today",
    "chart": "yiyang_tui.screens.chart:Chart",
    "assess": "yiyang_tui.screens.assess:Assess",
    "assessed": "yiyang_tui.screens.assess_seen:AssessSeen",
    "person": "yiyang_tui.screens.person_form:PersonForm",
    "unsettled": "yiyang_tui.screens.settle:Settle",
    "staff": "yiyang_tui.screens.staff:StaffPlace",
    "handover": "yiyang_tui.screens.handover:Handover",
    "house": "yiyang_tui.screens.house:House",
    "event": "yiyang_tui.screens.event_form:EventForm",
}
DIRECTOR, CARER = "1001", "1002"
LONG = 1000
"""So many looks has the person with the longest course."""

Charted = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


def build(path: Path) -> Household:
    """李秀英 with everything, 陈德福 never asked, 周福 on leave, 吴国华 with a long course, 宋志云 in no bed."""
    made = founded(path)
    # Opened anew, so that people bear the day on which they are registered.
    house = Household(reopen(made.store), made.director, made.carer, made._numbers)
    now = house.it_is("2026-11-01 08:00")
    li = house.person(
        "李秀英", "101-1", id_number=LI_NUMBER, care_level="full", insurance="02", village="白果村",
        allergies=(Allergy("青霉素", "皮疹", "2019"),), allergies_known=True,
        conditions=(Condition("高血压3级", "I10"), Condition("2型糖尿病", "E11.9")),
        contacts=(Contact("李国强", "20", "13800005521"),),
    )  # fmt: skip
    house.person("陈德福", "101-2")
    zhou = house.person("周福", "102-1", care_level="self", allergies_known=True)
    wu = house.person("吴国华", "102-2", allergies_known=True)
    house.person("宋志云")
    now = house.it_is(NOW)
    stays.leave(house.store, house.carer, zhou, "family", now + 20 * 3600, "儿子")
    for day in range(13, 0, -1):
        vitals = {"sbp": 130 + 2 * day % 11, "dbp": 80, "pulse": 74}
        rounds.record(house.store, house.carer, li, rounds.Observation(vitals=vitals), at=now - day * DAY)
    wrong = rounds.Observation(note="看错一位", vitals={"sbp": 256, "dbp": 92})
    read = rounds.record(house.store, house.carer, li, wrong, at=now - 3600)
    full: dict[str, Measured] = {"temp_c10": 365, "pulse": 78, "resp": 18, "sbp": 156, "dbp": 92, "spo2": 95}
    full |= {"oxygen": False, "acvpu": "A"}
    right = rounds.Observation(abnormal="血压高", skin="发红", reported_to=house.director, vitals=full)
    rounds.correct(house.store, house.carer, read.round_id, right, "血压看错一位")
    rounds.record(house.store, house.carer, li, rounds.Observation(unremarkable=True), at=now - 600)
    with house.store.act(house.carer) as act:
        for step in range(LONG):
            note, when = f"第{LONG - step}次", now - step * 3600
            act.insert(Round, person_id=wu, staff_id=house.carer, at=when, kind="caregiver", note=note)
    return house


@pytest.fixture(scope="session")
def charted_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Household]:
    """That record, closed and sealed; copied for each test, which need not seal a thousand looks at its end."""
    from sync.seal import seal

    made = build(tmp_path_factory.mktemp("charted") / "record.db")
    seal(made.store)
    made.store.close()
    return made.store.path, made


@pytest.fixture
def lived(charted_once: tuple[Path, Household], tmp_path: Path) -> Iterator[Household]:
    """A copy of it, open, its clock standing at 21:04."""
    path, made = charted_once
    store = copy_of(path, tmp_path / "house")
    store.answer_clock(at(NOW))
    yield Household(store, made.director, made.carer, made._numbers)
    store.close()


@pytest.fixture
def charted(lived: Household) -> Charted:
    """The application on it at People, the carer at the keyboard."""

    @asynccontextmanager
    async def run(
        start: str = "people",
        lang: str = "zh",
        theme: str = "yiyang-plain",
        size: tuple[int, int] = (80, 24),
        number: str = CARER,
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        async with at_work(lived, start, lang, theme, size, number) as (app, pilot):
            yield app, pilot

    return run


@asynccontextmanager
async def at_work(
    house: Household,
    start: str = "people",
    lang: str = "zh",
    theme: str = "yiyang-plain",
    size: tuple[int, int] = (80, 24),
    number: str = CARER,
) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
    """The application on a record, whoever has that number at the keyboard."""
    from tests.tui.conftest import settle

    who = staff.by_number(house.store, number)
    assert who is not None
    app = make_app(house.store.path, lang, theme, start=start, places=PLACES)
    session = Session(house.store, who, PLAN.pair_name, house.store.now)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.call_later(app.enter, session)
        while app.carrying.standing is None and app.carrying.trouble is None:
            await settle(app, pilot)
        await settle(app, pilot)
        yield app, pilot


async def press(app: YiyangApp, pilot: Pilot[None], *keys: str) -> None:
    """Press keys, each when the last has done its work. ``=text`` comes in one piece, as an input method commits it."""
    from tests.tui.conftest import settle

    for key in keys:
        if key.startswith("="):
            assert app.focused is not None
            app.focused.post_message(events.Paste(key[1:]))
        else:
            await pilot.press(key)
        await settle(app, pilot)
        # A search that a newer one cancelled ends the waiting early.
        while any(not worker.is_finished for worker in app.workers):
            await settle(app, pilot)


async def open_chart(app: YiyangApp, pilot: Pilot[None], query: str = "lxy") -> str:
    """Find somebody and open the chart, as a person would; what is on the screen then."""
    from tests.tui.conftest import screen_text

    await press(app, pilot, f"={query}", "enter")
    return screen_text(app)


def who(house: Household, query: str) -> UUID:
    """The person that a search finds first."""
    return people.page(house.store, query, 0, 1)[0].id
