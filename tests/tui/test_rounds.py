"""F4, the rounds board: a walk of ten beds is ten keys, vitals are digits and Enter, nothing typed is lost."""

import re
import resource
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from textual import events
from textual.pilot import Pilot
from textual.worker import WorkerFailed

from care import people, rounds, staff, stays
from care.person_facts import Allergy, Condition
from care.rounds import Saved
from care.today import today
from db.rows import shape_of
from db.tables import Round, Synced, Vitals
from tests.care.household import Household, at, copy_of, founded
from tests.tui.conftest import screen_text, settle, type_text
from tests.tui.picture import same_as_picture
from tests.tui.small_places import Chart
from tests.tui.test_words import ALLOWED, HAN, LATIN
from yiyang_tui import words
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.screens.rounds import Rounds
from yiyang_tui.screens.rounds_saving import Job
from yiyang_tui.session import Session
from yiyang_tui.themes import THEMES, ambiguous_glyphs
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
        first = {"temp_c10": 364, "pulse": 74, "resp": 18, "sbp": sbp, "dbp": 82, "spo2": 97, "acvpu": "A"}
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
    board_of(app).turn_to(next(line.person_id for line in board_of(app).lines if line.row and line.row.name == name))
    await settle(app, pilot)


async def type_set(pilot: Pilot[None], *values: str) -> None:
    """Each value and Enter."""
    for typed in values:
        await type_text(pilot, typed)
        await pilot.press("enter")


# --- the walk ------------------------------------------------------------------------------------


async def test_ten_people_are_ten_keys(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        assert here(app) == NAMES[0]
        assert "已巡 0/10" in screen_text(app)
        await pilot.press(*["space"] * 10)
        await settle(app, pilot)
        assert "已巡 10/10   这一轮都巡完了" in screen_text(app)
        assert said(app) == "已保存 202-2 欧阳建国"
    saved = since(house, Round)
    names = {row.person_id: row.name for row in rounds.board(house.store, house.store.now()).rows}
    assert [names[row["person_id"]] for row in saved] == NAMES
    assert all(row["unremarkable"] and row["staff_id"] == house.carer for row in saved)


async def test_keys_that_come_all_at_once_are_still_one_person_each(house: Household, walked: Walked) -> None:
    """As into a laptop that stood still for a moment: none is lost, none is taken for somebody else."""
    async with walked() as (app, pilot):
        for key, character in [("space", " ")] * 3 + [("3", "3"), ("6", "6"), ("5", "5"), ("enter", "\r"), ("7", "7")]:
            app.post_message(events.Key(key, character))
        await pilot.press("4", "ctrl+s")
        await settle(app, pilot)
    (vitals,) = since(house, Vitals)
    assert (vitals["person_id"], vitals["temp_c10"], vitals["pulse"]) == (id_of(house, "张玉珍"), 365, 74)
    assert len(since(house, Round)) == 4


async def test_a_key_held_down_does_not_record_somebody_twice(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press(*["space"] * 13)
        await settle(app, pilot)
        await pilot.press("space")
        await settle(app, pilot)
        assert said(app) == "欧阳建国 刚刚记过。"
    assert len(since(house, Round)) == 10


async def test_the_cursor_starts_where_it_presses_most(house: Household, walked: Walked) -> None:
    person = id_of(house, "吴国华")
    rounds.record(house.store, house.carer, person, rounds.Observation(vitals={"spo2": 88}), at=at("2026-11-22 08:50"))
    late = id_of(house, "何香月")
    async with walked() as (app, pilot):
        assert here(app) == "吴国华"
        assert "!超" in screen_text(app)
        board_of(app).turn_to(late)
        await settle(app, pilot)
        assert here(app) == "何香月"


async def test_people_on_leave_and_free_beds_are_shown_but_not_walked(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        text = screen_text(app)
        assert "203-1  周福     自理 外出 明天回" in text
        assert "203-2  空" in text
        await walk_to(app, pilot, "周福")
        await pilot.press("space")
        await settle(app, pilot)
        assert said(app) == "周福 外出了，回来后再巡视。"
        await pilot.press("3")
        await settle(app, pilot)
        assert value(app, "temp_c10") == ""
    assert since(house, Round) == []


async def test_what_is_left_is_told_once_the_pace_is_known(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        for minute in (4, 6, 8):
            house.it_is(f"2026-11-22 11:{minute:02}")
            await pilot.press("space")
            await settle(app, pilot)
            assert "剩约" not in screen_text(app)
        house.it_is("2026-11-22 11:10")
        await pilot.press("space")
        await settle(app, pilot)
        assert "剩约 12 分" in screen_text(app)


# --- taking back --------------------------------------------------------------------------------------


async def test_undo_takes_back_one_after_the_other_and_returns_to_the_bed(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("space", "space", "space")
        await settle(app, pilot)
        for name, done in ((NAMES[2], 2), (NAMES[1], 1), (NAMES[0], 0)):
            await pilot.press("ctrl+z")
            await settle(app, pilot)
            assert here(app) == name
            assert f"已巡 {done}/10" in screen_text(app)
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert said(app) == "没有可以撤销的事。"
    assert len([row for row in since(house, Round) if row["void"]]) == 3


async def test_undo_right_behind_a_save_takes_back_that_save(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("space", "space", "ctrl+z")
        await settle(app, pilot)
        assert here(app) == NAMES[1]
        assert "已巡 1/10" in screen_text(app)


async def test_after_ten_minutes_it_is_too_late(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("space")
        await settle(app, pilot)
        house.it_is("2026-11-22 11:15")
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "超过十分钟" in said(app)
    assert len(since(house, Round)) == 1


# --- the form ----------------------------------------------------------------------------------------------


async def test_digits_and_enter_make_the_right_row(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await type_set(pilot, "365", "78", "18", "142", "84", "97")
        assert app.focused is not None
        assert app.focused.id == "acvpu"
        await type_set(pilot, "1")
        await pilot.press("enter")
        await type_set(pilot, "2", "2", "1", "200")
        await pilot.press("enter", "enter")
        await settle(app, pilot)
        assert said(app) == "已保存 102-1 李秀英"
        assert here(app) == "张玉珍"
        assert [value(app, name) for name in ("temp_c10", "spo2", "water_ml", "acvpu")] == ["", "", "", None]
    (look,), (vitals,) = since(house, Round), since(house, Vitals)
    assert look["person_id"] == id_of(house, "李秀英")
    kept = {name: look[name] for name in ("position", "skin", "intake", "water_ml", "unremarkable")}
    assert kept == {"position": "右", "skin": "发红", "intake": "全量", "water_ml": 200, "unremarkable": False}
    expected = {"temp_c10": 365, "pulse": 78, "resp": 18, "sbp": 142, "dbp": 84, "spo2": 97, "acvpu": "A"}
    assert {name: vitals[name] for name in expected} == expected
    assert vitals["round_id"] == look["id"]


async def test_ctrl_s_saves_from_any_field_and_full_width_digits_count(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await type_set(pilot, "３６。５")
        await pilot.press("７", "８", "ctrl+s")
        await settle(app, pilot)
        assert here(app) == NAMES[1]
    (vitals,) = since(house, Vitals)
    assert (vitals["temp_c10"], vitals["pulse"], vitals["resp"]) == (365, 78, None)


async def test_an_impossible_value_is_refused_at_once_with_the_range(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("enter", "enter", "enter", "enter")
        await type_set(pilot, "999")
        await settle(app, pilot)
        assert said(app) == "收缩压不会有这个数：允许 40-300 mmHg，请重新填"
        assert app.focused is app.screen.query_one("#sbp")
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "40-300" in said(app)
    assert since(house, Round) == []


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        (1, "5000000", "脉搏填整数，允许 20-250 /min，请重新填"),
        (0, "36.55", "体温只填数字，小数最多 1 位，请重新填"),
        (3, "39", "收缩压不会有这个数：允许 40-300 mmHg，请重新填"),
    ],
)
async def test_every_refusal_fits_its_line(walked: Walked, field: int, typed: str, told: str) -> None:
    async with walked() as (app, pilot):
        await pilot.press("enter", *["enter"] * field)
        await type_set(pilot, typed)
        assert said(app) == told
        assert app.screen is board_of(app)


async def test_an_unusual_value_or_a_big_change_is_asked_about_once(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await type_set(pilot, "379")
        assert said(app) == "37.9 比上次高 1.5，确认就再按 Enter；允许范围 30.0-45.0"
        assert app.focused is app.screen.query_one("#temp_c10")
        await pilot.press("enter", "enter", "enter")
        await type_set(pilot, "169")
        assert said(app) == "169 比上次高 30，确认就再按 Enter；允许范围 40-300"
        assert "139 +30" in screen_text(app)
        await pilot.press("enter")
        await type_set(pilot, "102")
        await pilot.press("enter", "ctrl+s")
        await settle(app, pilot)
        assert "已保存" in said(app)
    (vitals,) = since(house, Vitals)
    assert (vitals["temp_c10"], vitals["sbp"], vitals["dbp"]) == (379, 169, 102)


async def test_a_changed_answer_is_asked_about_again(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await type_set(pilot, "38.5")
        assert "体温 38.5 少见" in said(app)
        await pilot.press("backspace", "6", "enter")
        assert "体温 38.6 少见" in said(app)
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#pulse")


async def test_diastolic_above_systolic_is_refused(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("enter", "enter", "enter", "enter")
        await type_set(pilot, "118", "121")
        assert said(app) == "收缩压 118 要高过舒张压 121，请重新填"
        assert app.focused is app.screen.query_one("#dbp")


async def test_the_score_follows_what_is_typed(walked: Walked) -> None:
    async with walked() as (app, pilot):
        assert "NEWS2 填几个数就有" in screen_text(app)
        await type_set(pilot, "37", "78")
        await pilot.pause()
        assert "NEWS2 至少 0  还缺 4 项" in screen_text(app)
        await type_set(pilot, "26")
        await pilot.press("enter")
        await type_set(pilot, "118", "76", "93")
        await pilot.press("1")
        await pilot.pause()
        assert "! NEWS2 5 中  有单项 3 分" in screen_text(app)


async def test_a_grave_score_is_told_with_what_to_do_and_shows_up_in_today(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "陈德福")
        await type_set(pilot, "37", "115")
        await pilot.press("enter")
        await type_set(pilot, "26")
        await pilot.press("enter", "enter", "enter")
        await type_set(pilot, "90")
        await pilot.press("enter", "ctrl+s")
        await settle(app, pilot)
        assert said(app) == "已保存 101-2 陈德福 NEWS2 至少 8 高 持续监测，急救团队（本地：120/转诊）"
        assert "!已 101-2  陈德福   全护 11:04 !" in screen_text(app)
    assert [alert.name for alert in today(house.store, house.store.now()).alerts] == ["陈德福"]


async def test_what_was_before_stands_beside(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        text = screen_text(app)
        assert "102-1 李秀英 女 86岁 全护 特困" in text
        assert "! 青霉素(皮疹 2019) 过敏" in text
        assert "高血压  2型糖尿病" in text
        assert "|139        139" not in text
        assert "收缩压  141 139" in text
        await walk_to(app, pilot, "张玉珍")
        assert "过敏没问过" in screen_text(app)
        assert "141 139" not in screen_text(app)


async def test_an_empty_form_saves_nothing(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert said(app) == "还没有填内容。"
        await pilot.press("enter", *["enter"] * 14)
        await settle(app, pilot)
        assert app.focused is board_of(app).beds
    assert since(house, Round) == []


# --- drafts ----------------------------------------------------------------------------------------------


async def test_esc_keeps_the_draft_and_the_board_marks_it(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await type_set(pilot, "365")
        await pilot.press("7", "escape", "down")
        await settle(app, pilot)
        assert value(app, "temp_c10") == ""
        assert "王长生   全护 没填完" in screen_text(app)
        await pilot.press("up")
        await settle(app, pilot)
        assert (value(app, "temp_c10"), value(app, "pulse")) == ("365", "7")
        assert "上次没填完，接着填" in screen_text(app)
        await pilot.press("space")
        await settle(app, pilot)
        assert "有没填完的" in said(app)
    (body,) = house.store.drafts("round:", house.carer).values()
    assert (body["temp_c10"], body["pulse"]) == ("365", "7")
    assert since(house, Round) == []


async def test_a_draft_of_mine_is_where_the_board_opens(house: Household, walked: Walked) -> None:
    mine, other = id_of(house, "徐翠兰"), id_of(house, "陈德福")
    house.store.save_draft(f"round:{mine}", house.carer, {"temp_c10": "365"})
    house.store.save_draft(f"round:{other}", house.director, {"pulse": "70"})
    async with walked() as (app, pilot):
        assert here(app) == "徐翠兰"
        await pilot.press("8", "2")
        await settle(app, pilot)
        assert (value(app, "temp_c10"), value(app, "pulse")) == ("365", "82")
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "已保存" in said(app)
    assert set(house.store.drafts("round:")) == {f"round:{other}"}


async def test_a_draft_can_be_thrown_away(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await type_set(pilot, "365")
        await pilot.press("escape", "delete")
        await settle(app, pilot)
        assert "不要 王长生 填了一半的这份？" in screen_text(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert value(app, "temp_c10") == ""
    assert house.store.drafts("round:") == {}


async def test_clearing_every_field_by_hand_leaves_no_draft(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("3", "backspace", "escape")
        await settle(app, pilot)
        assert "没填完" not in screen_text(app)
    assert house.store.drafts("round:") == {}


async def test_another_language_loses_nothing(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await type_set(pilot, "365", "7")
        await pilot.press("backspace", "ctrl+l")
        await settle(app, pilot)
        assert words.language() == "en"
        assert here(app) == "李秀英"
        assert (value(app, "temp_c10"), value(app, "pulse")) == ("365", "")
        assert "102-1 李秀英 F 86 full destitute" in screen_text(app)
        await pilot.press("ctrl+l")
        await settle(app, pilot)
        assert value(app, "temp_c10") == "365"


# --- when it cannot be saved -----------------------------------------------------------------------------------


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process grows any more."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


async def test_what_could_not_be_saved_is_not_done_and_its_form_is_kept(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("enter", "enter", *"77")
        with full_disk():
            await pilot.press("ctrl+s")
            await settle(app, pilot)
            assert "刚才这件事没有保存" in unbroken(app)
            await pilot.press("escape", "space")
            await settle(app, pilot)
        await pilot.press("escape")
        await settle(app, pilot)
        text = screen_text(app)
        assert "未 101-1  王长生   全护 没存上" in text
        assert "未 101-2  陈德福   全护 没存上" in text
        assert "已巡 0/10" in text
        await walk_to(app, pilot, "王长生")
        assert value(app, "pulse") == "77"
        await pilot.press("ctrl+s", "space")
        await settle(app, pilot)
        assert "已巡 2/10" in screen_text(app)
    assert [row["unremarkable"] for row in since(house, Round)] == [False, True]
    assert house.store.drafts("round:") == {}


async def test_a_defect_while_saving_leaves_the_walk_whole(house: Household, walked: Walked) -> None:
    """The application tells the fault; the pilot raises it at the end of the test."""
    with pytest.raises(WorkerFailed):
        await over_a_defect(walked)
    assert [row["person_id"] for row in since(house, Round)] == [id_of(house, NAMES[0])]


async def over_a_defect(walked: Walked) -> None:
    def act() -> Saved:
        raise ZeroDivisionError

    async with walked() as (app, pilot):
        row = board_of(app).lines[1].row
        assert row is not None
        board_of(app).saving.add(Job(row.person_id, row.bed_label, row.name, act))
        await settle_calmly(app, pilot)
        assert "程序出了点意外" in screen_text(app)
        await pilot.press("escape", "space")
        await settle_calmly(app, pilot)
        text = screen_text(app)
        assert "已 101-1  王长生   全护 11:04 无异常" in text
        assert "未 101-2  陈德福   全护 没存上" in text


def unbroken(app: YiyangApp) -> str:
    """The screen without frames and line breaks."""
    return "".join(screen_text(app).replace("|", " ").split())


async def settle_calmly(app: YiyangApp, pilot: Pilot[None]) -> None:
    """As ``settle``, where a worker has failed."""
    for _ in range(3):
        with suppress(WorkerFailed):
            await app.workers.wait_for_complete()
        await pilot.pause()


# --- correcting ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["ctrl+r", "r"])
async def test_a_correction_supersedes_the_last_round(house: Household, walked: Walked, key: str) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await type_set(pilot, "365", "78", "18", "156", "", "")
        await pilot.press("ctrl+s", "ctrl+s")
        await settle(app, pilot)
        await walk_to(app, pilot, "李秀英")
        await pilot.press(key)
        await settle(app, pilot)
        assert "更正 11:04" in screen_text(app)
        assert "改好后按 Ctrl+S 保存。原来由 王芳 记录，仍可查。" in screen_text(app)
        assert (value(app, "sbp"), value(app, "reason")) == ("156", "填错")
        await pilot.press("enter", "enter", "enter")
        await type_set(pilot, "136")
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert here(app) == "李秀英"
        assert (value(app, "sbp"), "更正 11:04" in screen_text(app)) == ("", False)
        assert "141 139 136" in screen_text(app)
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "141 139 156" in screen_text(app)
    first, second, third = since(house, Round)
    assert (second["supersedes"], second["reason"], second["at"]) == (first["id"], "填错", first["at"])
    assert third["supersedes"] == second["id"]


async def test_a_correction_keeps_what_the_form_does_not_ask(house: Household, walked: Walked) -> None:
    person = id_of(house, "李秀英")
    seen = rounds.Observation(kind="nurse", mood="低落", vitals={"glucose_mmol10": 81, "pulse": 80, "oxygen": True})
    rounds.record(house.store, house.carer, person, seen)
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await pilot.press("ctrl+r", "enter", "8", "2", "ctrl+s")
        await settle(app, pilot)
    look, vitals = since(house, Round)[-1], since(house, Vitals)[-1]
    assert (look["kind"], look["mood"]) == ("nurse", "低落")
    assert (vitals["glucose_mmol10"], vitals["pulse"], vitals["oxygen"]) == (81, 82, True)


async def test_a_round_that_somebody_else_corrected_meanwhile_is_not_overwritten(
    house: Household, walked: Walked
) -> None:
    person = id_of(house, "李秀英")
    saved = rounds.record(house.store, house.carer, person, rounds.Observation(vitals={"pulse": 80}))
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await pilot.press("ctrl+r", "enter", "8", "2")
        rounds.correct(house.store, house.director, saved.round_id, rounds.Observation(vitals={"pulse": 90}), "看错")
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "已被更正" in said(app)
        assert value(app, "pulse") == "82"
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "已经被更正过" in said(app)
    assert [row["pulse"] for row in since(house, Vitals)] == [80, 90]


async def test_nothing_to_correct_is_said(house: Household, walked: Walked) -> None:
    house.person("新来的", "203-2")
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "新来的")
        await pilot.press("ctrl+r")
        await settle(app, pilot)
        assert said(app) == "没有可以更正的巡视。"


# --- going about ---------------------------------------------------------------------------------------------


async def test_another_screen_sends_somebody_here(house: Household, walked: Walked) -> None:
    person = id_of(house, "马春梅")
    async with walked() as (app, pilot):
        await pilot.press("f2")
        await settle(app, pilot)
        app.call_later(app.go_to_person, "rounds", person)
        await settle(app, pilot)
        assert here(app) == "马春梅"
        await pilot.press("ctrl+o")
        await settle(app, pilot)
        assert isinstance(app.screen, Chart)
        assert app.screen.facts == {"person_id": person}


async def test_somebody_without_a_bed_is_not_on_the_list(house: Household, walked: Walked) -> None:
    person = people.create(house.store, house.director, house.facts("梁桂英"))
    async with walked() as (app, pilot):
        board_of(app).turn_to(person)
        await settle(app, pilot)
        assert "不在巡视名单上" in said(app)


async def test_an_empty_house_says_what_to_do(house: Household, walked: Walked) -> None:
    for row in rounds.board(house.store, house.store.now()).rows:
        stays.discharge(house.store, house.director, row.person_id, "home")
    async with walked() as (app, pilot):
        await pilot.press("space", "3", "enter", "ctrl+r", "delete")
        await settle(app, pilot)
        assert said(app) == "请先选中一位老人。"


# --- how it looks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_is_drawn_as_in_the_picture(walked: Walked, size: tuple[int, int]) -> None:
    async with walked(size=size) as (app, pilot):
        await pilot.press("space")
        await settle(app, pilot)
        await walk_to(app, pilot, "李秀英")
        await type_set(pilot, "365", "78", "18", "156")
        await settle(app, pilot)
        same_as_picture(app, "rounds")


@pytest.mark.parametrize("theme", THEMES)
async def test_every_look_draws_the_same_words(walked: Walked, theme: str) -> None:
    async with walked(theme=theme) as (app, _pilot):
        assert "> 101-1" not in screen_text(app)
        assert "超 101-1  王长生   全护 09:00 无异常" in screen_text(app)
        assert "脉搏       |      |" in screen_text(app)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_plain_draws_no_ambiguous_glyph(walked: Walked, lang: str, size: tuple[int, int]) -> None:
    async with walked(lang=lang, size=size) as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await type_set(pilot, "365", "78", "18", "150")
        await settle(app, pilot)
        assert len(screen_text(app)) > 800
        assert ambiguous_glyphs(app) == set()


async def test_no_chinese_in_english_but_names_and_no_english_in_chinese(walked: Walked) -> None:
    own = "|".join(
        [*NAMES, "周福", "王芳", "练习老人", "练习", "病", "青山镇两院", "青霉素", "皮疹", "高血压", "2型糖尿病"]
    )
    async with walked(lang="en") as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        for key in ("3", "enter", "escape", "ctrl+r", "escape"):
            await pilot.press(key)
            await settle(app, pilot)
            assert HAN.findall(re.sub(own, "", screen_text(app))) == []
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        assert set(LATIN.findall(screen_text(app))) - ALLOWED == set()


async def test_no_field_stands_on_the_last_three_rows(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await pilot.press("ctrl+r")
        await settle(app, pilot)
        assert [entry.id for entry in app.screen.query(Entry) if entry.region.bottom > 21] == []
        assert app.screen.query_one("#reason", Entry).region.height == 1
