"""The dose round: one key for a dose that was given, a digit for why it was not, two persons where it takes two."""

import pytest
from textual.pilot import Pilot

from care.medicines import doses
from care.medicines.doses import DoseRow, dose_round
from care.medicines.sheet import dose_sheet
from tests.care.household import Household
from tests.tui.charted import press
from tests.tui.conftest import screen_text, settle, until
from tests.tui.dosed import PIN, Dosed, said
from tests.tui.picture import same_as_picture
from yiyang_tui import words
from yiyang_tui.app import YiyangApp
from yiyang_tui.screens.chart import Chart
from yiyang_tui.screens.medicine_cause import Cause
from yiyang_tui.screens.medicines import Medicines
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.themes import ambiguous_glyphs


def rows(house: Household) -> dict[tuple[str, str], DoseRow]:
    """The round as the record has it, by name and drug."""
    found = dose_round(house.store, house.store.now()).rows
    return {(row.name, row.drug.zh): row for row in found}


def here(app: YiyangApp) -> tuple[str, str]:
    """Whose dose is under the cursor."""
    screen = app.screen
    assert isinstance(screen, Medicines)
    assert screen.row is not None
    return screen.row.name, screen.row.drug.zh


async def to(app: YiyangApp, pilot: Pilot[None], name: str) -> None:
    """The cursor on somebody's first dose that waits."""
    screen = app.screen
    assert isinstance(screen, Medicines)
    assert screen.round is not None
    screen.turn_to(next(row.person_id for row in screen.round.rows if row.name == name))
    await settle(app, pilot)


async def type_pin(app: YiyangApp, pilot: Pilot[None]) -> None:
    await press(app, pilot, *PIN, "enter")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_looks_as_it_was_drawn(dosed: Dosed, size: tuple[int, int]) -> None:
    async with dosed(size=size) as (app, pilot):
        await to(app, pilot, "李秀英")
        same_as_picture(app, "medicines")


@pytest.mark.parametrize("theme", ["yiyang-16", "yiyang-plain"])
async def test_every_look_says_it_in_words(dosed: Dosed, theme: str) -> None:
    async with dosed(theme=theme) as (app, pilot):
        await to(app, pilot, "李秀英")
        text = screen_text(app)
        for word in ("!超 101-2", "超 1 小时", "医嘱暂停", "过了时间", "! 过敏 青霉素(皮疹 2019)  磺胺", "脉搏 78"):
            assert word in text
        if theme == "yiyang-plain":
            assert ambiguous_glyphs(app) == set()


async def test_space_gives_a_dose_and_goes_on_and_ctrl_z_takes_it_back(dosed: Dosed, dosing: Household) -> None:
    async with dosed() as (app, pilot):
        assert here(app) == ("王长生", "氨氯地平")
        # Typed ahead: nobody waits for the disk.
        await pilot.press("space", "space")
        await settle(app, pilot)
        assert here(app) == ("陈德福", "胰岛素(短效)")
        found = rows(dosing)
        assert {found["王长生", drug].result for drug in ("氨氯地平", "阿司匹林肠溶")} == {"given"}
        assert "已 101-1  王长生" in screen_text(app)
        await press(app, pilot, "ctrl+z")
        assert "已撤销" in said(app)
        assert here(app) == ("王长生", "阿司匹林肠溶")
        assert rows(dosing)["王长生", "阿司匹林肠溶"].result is None
        await press(app, pilot, "ctrl+z")
        assert rows(dosing)["王长生", "氨氯地平"].result is None


async def test_a_late_dose_of_a_high_alert_drug_asks_why_and_who_checks_it(dosed: Dosed, dosing: Household) -> None:
    async with dosed() as (app, pilot):
        await to(app, pilot, "陈德福")
        await press(app, pilot, "space")
        assert isinstance(app.screen, Cause)
        await press(app, pilot, "2")
        assert isinstance(app.screen, SecondPerson)
        assert "胰岛素(短效) 300单位  12 单位  皮下注射  07:00" in screen_text(app)
        await type_pin(app, pilot)
        row = rows(dosing)["陈德福", "胰岛素(短效)"]
        assert (row.result, row.cause, row.who) == ("late", "睡着了", "王芳")
        assert here(app) != ("陈德福", "胰岛素(短效)")


async def test_nothing_is_recorded_when_nobody_confirms(dosed: Dosed, dosing: Household) -> None:
    async with dosed() as (app, pilot):
        await to(app, pilot, "陈德福")
        await press(app, pilot, "space", "1", "escape")
        assert isinstance(app.screen, Medicines)
        assert rows(dosing)["陈德福", "胰岛素(短效)"].result is None


async def test_what_was_not_given_is_said_with_its_cause_by_two_digits(dosed: Dosed, dosing: Household) -> None:
    async with dosed() as (app, pilot):
        await to(app, pilot, "李秀英")
        await press(app, pilot, "enter")
        asked = screen_text(app).partition("没服，是哪一种")[2]
        assert asked.index("李秀英") < asked.index("二甲双胍") < asked.index("拒服")
        await press(app, pilot, "1", "2")
        row = rows(dosing)["李秀英", "二甲双胍"]
        assert (row.result, row.cause) == ("refused", "说没病")
        await to(app, pilot, "周福")
        await press(app, pilot, "space")
        assert "外出了，不能发" in said(app)
        # Digits stay what they are; Enter takes what fits the person.
        await press(app, pilot, "enter", "enter", "1")
        assert rows(dosing)["周福", "阿托伐他汀钙"].result == "away"
        await to(app, pilot, "吴国华")
        lost = rows(dosing)["吴国华", "阿司匹林肠溶"]
        await press(app, pilot, "enter", "enter", "=停电，找不到药", "enter")
        (line,) = dose_sheet(dosing.store, lost.person_id, lost.due_at, dosing.store.now())
        assert [(one.due_at, one.result, one.cause) for one in line.doses] == [
            (lost.due_at, "missed", "停电，找不到药")
        ]


async def test_the_dose_that_another_laptop_gave_is_said_at_once(dosed: Dosed, dosing: Household) -> None:
    async with dosed() as (app, pilot):
        row = rows(dosing)["王长生", "氨氯地平"]
        doses.give(dosing.store, dosing.director, row.order_id, row.due_at)
        await press(app, pilot, "space")
        assert "已经记过了" in screen_text(app)
        if not isinstance(app.screen, Medicines):
            await press(app, pilot, "escape")
        assert rows(dosing)["王长生", "氨氯地平"].who == "刘建国"
        assert "08:20 刘建国" in screen_text(app)


async def test_whoever_laid_it_out_does_not_give_it_alone(dosed: Dosed, dosing: Household) -> None:
    async with dosed() as (app, pilot):
        await press(app, pilot, "ctrl+a", "enter")
        assert "由您摆好" in said(app)
        await press(app, pilot, "space")
        await until(pilot, lambda: isinstance(app.screen, SecondPerson))
        assert "药是您自己摆的" in screen_text(app)
        await type_pin(app, pilot)
        assert rows(dosing)["王长生", "氨氯地平"].result == "given"


async def test_a_recorded_dose_is_set_to_vomited_or_voided(dosed: Dosed, dosing: Household) -> None:
    async with dosed() as (app, pilot):
        await press(app, pilot, "space", "up", "enter", "enter", "1")
        row = rows(dosing)["王长生", "氨氯地平"]
        assert (row.result, row.cause) == ("vomited", "吃后就吐")
        await to(app, pilot, "王长生")
        await press(app, pilot, "home", "enter", "enter", "1")
        assert rows(dosing)["王长生", "氨氯地平"].result is None


async def test_an_as_needed_dose_says_what_for_and_from_which_hour(dosed: Dosed) -> None:
    async with dosed() as (app, pilot):
        await to(app, pilot, "李秀英")
        await press(app, pilot, "ctrl+n")
        assert "两次至少隔 6 小时" in screen_text(app)
        await press(app, pilot, "1")
        assert "已保存" in said(app)
        await press(app, pilot, "ctrl+n")
        assert "14:20 以后才能再用" in screen_text(app)


async def test_another_language_keeps_the_place_and_cuts_no_sign(dosed: Dosed) -> None:
    async with dosed() as (app, pilot):
        await to(app, pilot, "李秀英")
        await press(app, pilot, "ctrl+l")
        assert here(app) == ("李秀英", "二甲双胍")
        assert words.language() == "en"
        assert "! allergy 青霉素(皮疹 2019)  磺胺" in screen_text(app)
        await press(app, pilot, "ctrl+e")
        assert isinstance(app.screen, Chart)
        assert "[3 Medicine]" in screen_text(app)
