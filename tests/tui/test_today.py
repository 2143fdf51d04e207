"""F2, Today: what must be done now, worst first, and done from here with one key."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import copytree
from uuid import UUID

import pytest
from sqlalchemy import text

from care import rounds, stays
from care.rounds import Observation
from tests.care.household import Household, at
from tests.cli.conftest import environment
from tests.tui.conftest import screen_text, settle
from tests.tui.evening import At, Turned, disagree
from tests.tui.picture import same_as_picture
from tests.tui.small_places import Chart
from yiyang_tui import words
from yiyang_tui.app import YiyangApp
from yiyang_tui.screens.settle import Settle
from yiyang_tui.screens.today_rows import Row
from yiyang_tui.themes import THEMES, ambiguous_glyphs
from yiyang_tui.widgets.facts import Facts
from yiyang_tui.widgets.virtual_list import VirtualList


def line(app: YiyangApp, word: str) -> str:
    """The first line of the screen that has this word."""
    return next((each for each in screen_text(app).splitlines() if word in each), "")


def row(app: YiyangApp) -> Row:
    """The line under the cursor."""
    found: Row | None = app.screen.query_one(VirtualList).current
    assert found is not None
    return found


def person(house: Household, name: str) -> str:
    """The id of somebody by name, as it stands in the ids of rows."""
    from care.people import page

    return page(house.store, name, 0, 1)[0].id.hex


def rounds_of(house: Household) -> int:
    """How many rounds the record holds."""
    with house.store.reading() as conn:
        return int(conn.exec_driver_sql("SELECT count(*) FROM round").scalar_one())


# --- what is shown ------------------------------------------------------------------------------


async def test_the_worst_stands_first_with_its_score_how_long_and_who_is_waited_for(shown: At) -> None:
    async with shown() as (app, _):
        said = screen_text(app)
        people = ["陈德福", "赵桂兰", "该巡视 6   其中超时 3", "李秀英", "张玉珍", "孙根宝", "1楼", "2楼"]
        order = ["要紧 2", *people, "外出该回 2"]
        found = [said.index(word) for word in order]
        assert found == sorted(found)
        urgent = "> !  101-1   陈德福   NEWS2 7 高  血氧91  呼吸24  脉搏112         12 分 医生未应答"
        assert line(app, "陈德福").split() == urgent.split()
        assert "NEWS2 3+ 单项3分" in line(app, "赵桂兰")
        assert line(app, "李秀英").split() == ["101-2", "李秀英", "全护", "翻身加巡视", "超", "25", "分"]
        assert line(app, "1楼").split() == ["1楼", "1", "人", "何香月", "21:20", "起"]
        assert line(app, "2楼").split() == ["2楼", "2", "人", "吴国华", "徐翠兰", "21:44", "起"]
        assert line(app, "沈桂花").split() == ["203-1", "沈桂花", "外出，该回来了", "超", "2", "小时"]
        assert line(app, "周福").split() == ["103-2", "周福", "外出，预计回来", "明天", "17:00"]
        assert "夜班 20:00-08:00" in said


async def test_the_head_tells_the_shift_of_the_hour(shown: At, home: Household) -> None:
    home.it_is("2026-11-22 09:00")
    async with shown(lang="en") as (app, _):
        assert "Day 08:00-20:00" in screen_text(app)


async def test_in_another_language_every_line_has_its_full_width(shown: At) -> None:
    async with shown() as (app, pilot):
        await pilot.press("ctrl+l")
        await settle(app, pilot)
        assert line(app, "Floor 2").split()[2:6] == ["2", "due", "吴国华", "徐翠兰"]
        assert "O2 91" in line(app, "陈德福")


async def test_what_two_laptops_disagree_on_leads_to_where_it_is_settled(shown: At, home: Household) -> None:
    disagree(home, UUID(person(home, "李秀英")), phone="13900000001")
    async with shown() as (app, pilot):
        await pilot.press("end")
        assert "! 1 件事两台电脑对不上" in line(app, ">")
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Settle)


async def test_a_house_where_all_is_done_says_when_the_next_round_is(shown: At, home: Household) -> None:
    everybody = ["陈德福", "赵桂兰", "李秀英", "张玉珍", "孙根宝", "何香月", "吴国华", "徐翠兰", "郑有财"]
    for name in everybody:
        seen = Observation(kind="doctor", unremarkable=True)
        rounds.record(home.store, home.director, UUID(person(home, name)), seen)
    for name in ("周福", "沈桂花"):
        stays.back(home.store, home.carer, UUID(person(home, name)))
    async with shown() as (app, pilot):
        said = screen_text(app)
        assert "现在没有要办的事。" in said
        assert "下一轮巡视 23:04" in said
        await pilot.press("enter", "space")
        await settle(app, pilot)
        assert "空格只用在已经超时的一位老人上" in screen_text(app)


async def test_an_empty_house_says_so_and_what_to_do(shown: At, home: Household) -> None:
    with home.store.writing() as conn:
        conn.exec_driver_sql("UPDATE stay SET until_at = 1800000000")
    async with shown() as (app, _):
        assert "还没有老人住着" in screen_text(app)
        assert "F3 登记老人" in screen_text(app)


# --- one key ------------------------------------------------------------------------------------


async def test_space_records_a_round_the_row_goes_and_undo_brings_it_back(shown: At, home: Household) -> None:
    before = rounds_of(home)
    async with shown() as (app, pilot):
        await pilot.press("down", "down")
        assert row(app).name == "李秀英"
        assert "空格 无异常" in screen_text(app)
        await pilot.press("space")
        await settle(app, pilot)
        assert "已保存 李秀英 巡视无异常" in screen_text(app)
        assert line(app, "101-2") == ""
        assert "该巡视 5   其中超时 2" in screen_text(app)
        assert row(app).name == "张玉珍"
        assert rounds_of(home) == before + 1
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "已撤销" in screen_text(app)
        assert line(app, "李秀英").split()[-3:] == ["超", "25", "分"]


async def test_undo_again_takes_back_the_one_before(shown: At, home: Household) -> None:
    before = rounds_of(home)
    async with shown() as (app, pilot):
        await pilot.press("down", "down", "space")
        await settle(app, pilot)
        await pilot.press("space")
        await settle(app, pilot)
        assert rounds_of(home) == before + 2
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "已撤销：张玉珍" in screen_text(app)
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "已撤销：李秀英" in screen_text(app)
        assert line(app, "李秀英").split()[-3:] == ["超", "25", "分"]


async def test_three_spaces_are_three_people_whatever_the_record_takes(shown: At, home: Household) -> None:
    """All typed at once, before the first is saved; more of them do nothing to the last."""
    before = rounds_of(home)
    async with shown() as (app, pilot):
        await pilot.press("down", "down", "space", "ideographic_space", "space", "space", "space")
        await settle(app, pilot)
        assert rounds_of(home) == before + 3
        assert "其中超时" not in screen_text(app)
        assert [line(app, bed) for bed in ("101-2", "102-1", "102-2")] == ["", "", ""]


async def test_space_on_an_alert_or_a_floor_says_why_not(shown: At, home: Household) -> None:
    before = rounds_of(home)
    async with shown() as (app, pilot):
        for keys in (["home"], ["down"] * 5):
            await pilot.press(*keys)
            assert not row(app).due
            await pilot.press("space")
            await settle(app, pilot)
            assert "空格只用在已经超时的一位老人上" in screen_text(app)
    assert rounds_of(home) == before


async def test_a_round_that_cannot_be_saved_is_told_and_the_row_can_be_tried_again(shown: At, home: Household) -> None:
    li = person(home, "李秀英")
    async with shown() as (app, pilot):
        await pilot.press("down", "down")
        with home.store.writing() as conn:
            conn.exec_driver_sql("UPDATE person SET id = x'00' WHERE name = '李秀英'")
        await pilot.press("space")
        await settle(app, pilot)
        assert "找不到这位老人" in screen_text(app)
        with home.store.writing() as conn:
            conn.execute(text("UPDATE person SET id = :id WHERE name = '李秀英'"), {"id": UUID(li).bytes})
        await pilot.press("up", "space")
        await settle(app, pilot)
        assert "已保存 李秀英" in screen_text(app)


# --- going on -------------------------------------------------------------------------------------


async def test_enter_leads_to_the_chart_of_an_alert_and_to_the_rounds_of_who_is_late(shown: At) -> None:
    async with shown() as (app, pilot):
        alert = row(app).person_id
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Chart)
        assert app.screen.facts == {"person_id": alert}
        await pilot.press("f2")
        await settle(app, pilot)
        await pilot.press("down", "down", "down")
        late = row(app)
        assert late.name == "张玉珍"
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Turned)
        assert app.screen.person_id == late.person_id
        await pilot.press("f2")
        await settle(app, pilot)
        assert row(app) == late


async def test_the_list_keeps_its_place_when_time_goes_on(shown: At, home: Household) -> None:
    async with shown() as (app, pilot):
        await pilot.press("down", "down", "down", "down")
        assert row(app).name == "孙根宝"
        home.store.answer_clock(at("2026-11-22 21:31"))
        app.screen.load()  # type: ignore[attr-defined]
        await settle(app, pilot)
        assert row(app).name == "孙根宝"
        assert line(app, "孙根宝").split()[-3:] == ["超", "32", "分"]
        assert "何香月" in line(app, "103-1")


# --- looks ------------------------------------------------------------------------------------------


async def test_with_room_the_essentials_stand_beside_and_change_with_the_cursor(shown: At) -> None:
    async with shown(size=(120, 36)) as (app, pilot):
        said = screen_text(app)
        assert "NEWS2 7 高   20:52 量" in said
        assert "血压 132/78" in said
        assert "过敏 问过，没有" in said
        await pilot.press("down", "down")
        await settle(app, pilot)
        said = screen_text(app)
        assert "! 过敏 青霉素(皮疹)" in said
        assert "高血压" in said
        assert "还没有量过体征" in said
        assert "上次巡视 18:39 王芳" in said
        await pilot.press("down", "down", "down")
        await settle(app, pilot)
        assert "21:20  103-1  何香月" in screen_text(app)


async def test_at_80_columns_nobody_is_asked_for_beside(shown: At) -> None:
    async with shown() as (app, pilot):
        await pilot.press("down")
        await settle(app, pilot)
        assert app.screen.query_one(Facts).facts == ()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_is_drawn_as_in_its_picture(shown: At, size: tuple[int, int]) -> None:
    async with shown(size=size) as (app, pilot):
        await pilot.press("down", "down")
        await settle(app, pilot)
        same_as_picture(app, "today")
        assert ambiguous_glyphs(app) == set()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_in_english_nothing_is_cut_and_the_place_stays(shown: At, size: tuple[int, int]) -> None:
    async with shown(size=size) as (app, pilot):
        await pilot.press("down", "down", "down")
        await pilot.press("ctrl+l")
        await settle(app, pilot)
        assert words.language() == "en"
        said = screen_text(app)
        assert row(app).name == "张玉珍"
        assert "12 min, no doctor" in said
        assert "late 25 min" in said
        assert ".." not in said
        assert ambiguous_glyphs(app) == set()


@pytest.mark.parametrize("theme", THEMES)
async def test_every_look_tells_urgent_and_late_in_words_too(shown: At, theme: str) -> None:
    async with shown(theme=theme) as (app, _):
        assert "!" in line(app, "陈德福")
        assert "超 25 分" in line(app, "李秀英")


# --- the first paint --------------------------------------------------------------------------------

WATCH = """
import asyncio, json, sys
from pathlib import Path
from tests.tui.conftest import settle
from yiyang_tui.app import make_app
from yiyang_tui.places import PLACES
from yiyang_tui.screens import today
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import VirtualList

HEAVY = ("httpx", "alembic", "pypinyin", "openpyxl", "fastapi", "uvicorn", "sync")
painted = []

class Watched(today.Today):
    CSS_PATH = Path(today.__file__).with_name("today.tcss")

    def _show(self, day, known):
        super()._show(day, known)
        self.call_after_refresh(self._painted)

    def _painted(self):
        if not painted:
            painted.append((self.query_one(VirtualList).total, [name for name in HEAVY if name in sys.modules]))

async def main():
    path, places = Path(sys.argv[1]), {**PLACES, "today": "__main__:Watched"}
    app = make_app(path, places=places, settings=path.with_suffix(".toml"))
    async with app.run_test() as pilot:
        await pilot.pause()
        for id, said in (("number", "1001"), ("passphrase", "correct horse battery")):
            app.screen.query_one("#" + id, Entry).value = said
        app.screen.query_one("#passphrase", Entry).focus()
        await pilot.press("enter")
        while app.is_running and (not painted or app.carrying.standing is None):
            await settle(app, pilot)
            if type(app.screen).__name__ == "ClockDialog":  # the record is from a time to come
                await pilot.press("escape")
    print(json.dumps([*painted[0], "sync" in sys.modules]))

asyncio.run(main())
"""


def test_until_today_is_painted_nothing_is_loaded_that_it_does_not_need(
    evening_once: tuple[Path, Household], tmp_path: Path
) -> None:
    """From sign-in to rows on the screen, in a process of its own; what carries the record is loaded after that."""
    path, _ = evening_once
    copytree(path.parent, tmp_path / "house")
    script = tmp_path / "watch.py"
    script.write_text(WATCH, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "house" / path.name)],
        capture_output=True,
        env=environment(),
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    rows, heavy, later = json.loads(done.stdout)
    assert rows > 0
    assert heavy == []
    assert later is True
