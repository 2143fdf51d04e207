"""4. Rounds, visits, ward work."""

from pathlib import Path

import pytest

from care import rounds, staff, stays
from care.beds import free_beds
from care.people import create
from care.rounds import Observation
from care.today import today
from db.store import Store
from tests.care.household import Household, at, founded
from tests.seeds.conftest import CARER, resident, who
from tests.tui.conftest import screen_text, settle, type_text
from yiyang_tui import words
from yiyang_tui.app import make_app
from yiyang_tui.screens.today_rows import rows
from yiyang_tui.session import Session


@pytest.mark.seed("R098")
def test_whoever_is_on_duty_reads_abnormal_vitals_in_the_first_lines(home: Store) -> None:
    words.use("zh")
    by, now = who(home, CARER), home.now()
    for nth, values in enumerate(
        ({"spo2": 97}, {"spo2": 93, "resp": 24, "pulse": 112}, {"spo2": 90, "resp": 26, "pulse": 132})
    ):
        facts = resident(f"老人{nth}", id_number="", id_reason="没有户口", sex="1", care_level="full")
        person = create(home, by, facts)
        stays.admit(home, by, person, free_beds(home, "welfare")[0].id, at=now - 9 * 3600)
        rounds.record(home, by, person, Observation(vitals=values), at=now - 5 * 3600)
    lines = [" ".join(cell.text for cell in row.cells).strip() for row in rows(today(home, now), now, 78)]
    shown = [line for line in lines if "老人" in line]
    assert ["老人2" in shown[0], "老人1" in shown[1]] == [True, True]
    assert shown[0].startswith("! 102-1")
    assert "NEWS2" in shown[0]
    assert all("超" in line for line in shown[2:])
    assert len(shown) == 2 + 3


@pytest.mark.seed("R110")
async def test_the_course_is_a_picture_and_a_step_away_from_it_is_told_at_once(tmp_path: Path) -> None:
    house: Household = founded(tmp_path / "record.db")
    house.it_is("2026-11-20 09:00")
    li = house.person("李秀英", "101-1", care_level="full")
    for day, sbp in ((20, 128), (21, 131)):
        now = house.it_is(f"2026-11-{day} 18:00")
        rounds.record(house.store, house.carer, li, Observation(vitals={"sbp": sbp, "dbp": 82}), at=now)
    house.it_is("2026-11-22 11:04")
    carer = staff.by_number(house.store, "1002")
    assert carer is not None
    app = make_app(house.store.path, "zh", "yiyang-plain", start="rounds")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        app.call_later(app.enter, Session(house.store, carer, "青山镇两院", house.store.now))
        await settle(app, pilot)
        await pilot.press("enter", "enter", "enter", "enter")
        await type_text(pilot, "165")
        await pilot.press("enter")
        await settle(app, pilot)
        assert "165 比上次高 34，确认就再按 Enter" in screen_text(app)
        assert "131 +34" in screen_text(app)
        await pilot.press("enter")
        await type_text(pilot, "96")
        await pilot.press("enter")
        await type_text(pilot, "91")
        await pilot.press("enter", "enter", "ctrl+s")
        await settle(app, pilot)
        await pilot.press("f3")
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        assert "血压" in screen_text(app)
        assert all(f"{sbp}/" in screen_text(app) for sbp in (128, 131, 165))
    assert [alert.code for alert in today(house.store, at("2026-11-22 11:05")).alerts] == ["news_red"]
    house.store.close()
