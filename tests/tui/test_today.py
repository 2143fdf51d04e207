"""F2, Today: what must be done now, worst first, and done from here with one key."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from uuid import UUID

import pytest
from sqlalchemy import text

from care import plan, rounds
from care.answers import Answer, answer
from care.duties_done import Done
from care.rounds import Observation
from care.today import DueRow, Today
from care.work import Words, Work
from db.tables import PlanItem
from tests.care.household import Household, at
from tests.cli.conftest import environment
from tests.tui.conftest import screen_text, settle
from tests.tui.evening import At, Turned, disagree
from tests.tui.picture import same_as_picture
from tests.tui.small_places import Chart
from yiyang_tui import words
from yiyang_tui.app import YiyangApp
from yiyang_tui.screens.answer import AnswerAlert
from yiyang_tui.screens.settle import Settle
from yiyang_tui.screens.today_rows import Row, rows, why_empty
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


def to_walk(app: YiyangApp) -> list[str]:
    """Whose rounds are late, as they are listed."""
    todo = app.screen.query_one(VirtualList)
    return [one.name for at in range(todo.total) if (one := todo.row_at(at)) is not None and one.due]


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
    async with shown(size=(80, 40)) as (app, _):
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
    async with shown(size=(80, 40)) as (app, pilot):
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


async def test_when_all_rounds_are_done_it_says_when_the_next_one_is(shown: At, home: Household) -> None:
    everybody = ["陈德福", "赵桂兰", "李秀英", "张玉珍", "孙根宝", "何香月", "吴国华", "徐翠兰", "郑有财"]
    for name in everybody:
        seen = Observation(kind="doctor", unremarkable=True)
        rounds.record(home.store, home.director, UUID(person(home, name)), seen)
    async with shown() as (app, pilot):
        said = screen_text(app)
        assert "要紧" not in said
        assert "该巡视 0   下一轮 23:04" in said
        await pilot.press("space")
        await settle(app, pilot)
        assert "空格只用在已经超时的一位老人上" in screen_text(app)


def test_a_house_with_nothing_to_do_says_so_and_when_the_next_round_is() -> None:
    day = Today((), (), 0, 0, at("2026-11-22 23:04"), (), "青山镇两院")
    assert rows(day, at("2026-11-22 21:04"), 78) == []
    assert why_empty(day, at("2026-11-22 21:04")).splitlines()[0] == "现在没有要办的事。"
    assert "下一轮巡视 23:04" in why_empty(day, at("2026-11-22 21:04"))


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
        assert "李秀英" not in to_walk(app)
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
        assert to_walk(app) == []


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


def planned(home: Household, name: str, *duties: str) -> UUID:
    """Somebody with these duties to be done every hour, asked for since the afternoon."""
    who = UUID(person(home, name))
    with home.store.act(home.director) as act:
        for duty in duties:
            act.insert(PlanItem, person_id=who, duty=duty, every_min=60, from_at=at("2026-11-22 15:00"))
    return who


def said_of(home: Household, who: UUID) -> list[list[str]]:
    """The duties that were said to be done, event by event."""
    return [[one.zh for one in event.done] for event in plan.said_at(home.store, who, 0, at("2026-11-23 00:00"))]


async def test_a_late_round_says_what_its_plan_asks_for_and_space_does_it_all(shown: At, home: Household) -> None:
    who = planned(home, "李秀英", "turning", "bed_rails")
    async with shown() as (app, pilot):
        await pilot.press("down", "down")
        assert line(app, "李秀英").split()[1:] == [
            "101-2",
            "李秀英",
            "全护",
            "巡视",
            "翻身",
            "拉好床栏",
            "超",
            "25",
            "分",
        ]
        await pilot.press("space")
        await settle(app, pilot)
        assert said_of(home, who) == [["翻身", "拉好床栏"]]
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert said_of(home, who) == []


async def test_duties_of_whoever_is_not_due_for_a_round_are_done_by_space_too(shown: At, home: Household) -> None:
    who = planned(home, "郑有财", "turning")  # seen at 20:40
    async with shown() as (app, pilot):
        said = screen_text(app)
        assert said.index("其中超时 3") < said.index("照护该做 1") < said.index("外出该回") < said.index("机构安全")
        while row(app).name != "郑有财":
            await pilot.press("down")
        assert row(app).done == Done(("turning",))
        await pilot.press("space")
        await settle(app, pilot)
        assert "照护该做" not in screen_text(app)
    assert said_of(home, who) == [["翻身"]]


# --- alerts, answered and not ---------------------------------------------------------------------------


async def test_what_was_answered_stands_quiet_with_how_long_it_took(shown: At, home: Household) -> None:
    from care.alerts import alert_of

    ill = UUID(person(home, "陈德福"))
    found = alert_of(home.store, ill, home.store.now())
    assert found is not None
    answer(home.store, home.director, ill, found.about, Answer("watch", minutes=30))
    called = alert_of(home.store, UUID(person(home, "赵桂兰")), home.store.now())
    assert called is not None
    answer(home.store, home.carer, called.person_id, called.about, Answer("called", told="刘建国", ago_min=4))
    async with shown() as (app, _):
        assert "要紧 1   已应答 1" in screen_text(app)
        assert "加强观察，到 21:34" in line(app, "陈德福")
        assert "12 分应答" in line(app, "陈德福")
        assert "已叫医生 刘建国 21:00" in line(app, "赵桂兰")
        assert "医生未应答" in line(app, "赵桂兰")
    home.it_is("2026-11-22 21:34")
    async with shown() as (app, _):
        assert "要紧 2" in screen_text(app)
        assert "应答过没好转" in line(app, "陈德福")


async def test_a_doctor_sees_what_waits_for_a_doctor_first_and_the_walk_as_one_line_a_floor(
    shown: At, home: Household
) -> None:
    home.colleague("doctor", number="2001")
    coughs = UUID(person(home, "郑有财"))
    rounds.record(home.store, home.carer, coughs, Observation(abnormal="咳嗽"), at=at("2026-11-22 20:10"))
    async with shown(number="2001") as (app, _):
        said = screen_text(app)
        found = [said.index(word) for word in ("要紧 3", "陈德福", "赵桂兰", "郑有财", "该巡视 6", "1楼", "2楼")]
        assert found == sorted(found)
        assert line(app, "1楼").split()[:3] == ["1楼", "4", "人"]


# --- many kinds of work in a low terminal ----------------------------------------------------------------

SECTIONS = ("doses", "duties", "assess", "handover", "events", "follow_up", "stock", "house")


def a_full_day(lines: int) -> Today:
    """So much of every kind of work, and nothing else."""
    some = UUID(int=7)
    due = DueRow(some, "101-1", "welfare", 1, "李秀英", "full", True, None, at("2026-11-22 20:39"), 25)
    work = [
        Work(
            code,
            f"{code}{n}",
            Words("要办", "to do"),
            "rounds",
            at("2026-11-22 20:00"),
            64 - n,
            some,
            "101-1",
            "李秀英",
        )
        for code in SECTIONS
        for n in range(lines)
    ]
    return Today((), (due,) * lines, lines, lines, None, (), "青山镇两院", tuple(work))


@pytest.mark.parametrize(
    ("height", "lines", "whole"), [(18, 1, True), (29, 2, True), (28, 9, True), (17, 9, True), (8, 9, False)]
)
def test_every_kind_of_work_is_in_sight_as_far_as_there_is_room(height: int, lines: int, whole: bool) -> None:
    found = rows(a_full_day(lines), at("2026-11-22 21:04"), 78, height=height)
    assert (len(found) <= height) == whole
    headings = [one for one in found if one.id.startswith("heading")]
    assert len(headings) == len(SECTIONS) + 1
    for one in found:
        # A heading that stands alone leads to where its lines are.
        below = found[found.index(one) + 1 :][:1]
        alone = one in headings and (not below or below[0] in headings)
        assert bool(one.leads) == (alone or not one.id.startswith(("heading", "gap")))


@pytest.mark.parametrize(("height", "seen"), [(15, 3), (14, 2), (13, 1), (12, 0)])
def test_no_late_round_is_folded_away_while_lines_stand_empty(height: int, seen: int) -> None:
    day = a_full_day(9)
    fall = Work("events", "fall", Words("跌倒", "fall"), "events", urgent=True)
    found = rows(replace(day, work=(fall, *day.work)), at("2026-11-22 21:04"), 78, height=height)
    assert len(found) <= height
    assert sum(one.due for one in found) == seen
    more = [one.cells[3].text for one in found if one.id == "more-heading-due"]
    assert more == ([f"其余 {9 - seen} 项"] if seen else [])


def test_how_late_somebody_else_is_does_not_press_whoever_reads() -> None:
    now, some = at("2026-11-22 21:04"), UUID(int=7)
    what = Words("评估", "assess")
    lines = (Work("assess", f"{n}", what, "assess", now, 60, some, "101-1", "李秀英", "nurse") for n in range(3))
    day = Today((), (), 0, 0, now, (), "", (*lines, Work("house", "fire", Words("防火巡查", "fire"), "house")))
    said = {role: [one.cells[0].text for one in rows(day, now, 78, role=role)] for role in ("carer", "nurse")}
    assert "要评估 3   等护士" in said["carer"]
    assert "要评估 3   其中超时 3" in said["nurse"]


def test_with_room_sections_stand_apart_and_what_is_folded_is_counted() -> None:
    found = rows(a_full_day(9), at("2026-11-22 21:04"), 78, height=100)
    assert [one.cells[3].text for one in found if one.id.startswith("more")] == ["其余 4 项"] * (len(SECTIONS) + 1)
    assert sum(one.id.startswith("gap") for one in found) == len(SECTIONS)


def test_what_waits_for_another_is_quiet_and_last_and_urgent_work_stands_with_the_alerts() -> None:
    some = UUID(int=7)
    fall = Work("events", "fall", Words("跌倒", "fall"), "events", person_id=some, urgent=True, waits_for="doctor")
    papers = Work("house", "papers", Words("证书 缺 7", "papers"), "house", waits_for="director")
    check = Work("house", "fire", Words("防火巡查", "fire"), "house", late_min=1440)
    day = Today((), (), 0, 0, at("2026-11-22 22:00"), (), "", (papers, fall, check))
    found = rows(day, at("2026-11-22 21:04"), 78, role="carer")
    assert [one.id for one in found if one.leads] == ["eventsfall", "housefire", "housepapers"]
    assert found[0].cells[0].text == "要紧 1"
    assert "等院长" in found[-1].cells[0].text
    alone = Today((), (), 0, 0, at("2026-11-22 22:00"), (), "", (papers,))
    assert rows(alone, at("2026-11-22 21:04"), 78, role="carer") == []
    assert [one.id for one in rows(alone, at("2026-11-22 21:04"), 78, role="director") if one.leads] == ["housepapers"]


# --- going on -------------------------------------------------------------------------------------


async def test_enter_asks_what_is_done_about_an_alert_and_leads_to_the_rounds_of_who_is_late(shown: At) -> None:
    async with shown() as (app, pilot):
        alert = row(app).person_id
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, AnswerAlert)
        await pilot.press("ctrl+o")
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
