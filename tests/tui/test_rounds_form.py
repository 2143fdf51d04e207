"""The form of a round: digits and Enter; refusals, questions, the score."""

import pytest

from care.today import today
from db.tables import Round, Vitals
from tests.care.household import Household
from tests.tui.conftest import screen_text, settle, type_text
from tests.tui.walk import (
    NAMES,
    Walked,
    board_of,
    here,
    id_of,
    said,
    since,
    type_set,
    value,
    walk_to,
)

# --- the form ----------------------------------------------------------------------------------------------


async def test_digits_and_enter_make_the_right_row(house: Household, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await type_set(pilot, "365", "78", "18", "142", "84", "97")
        assert app.focused is not None
        assert app.focused.id == "acvpu"
        await type_set(pilot, "1")
        await pilot.press("enter")
        await type_set(pilot, "2", "2", "5", "1", "200")
        await pilot.press("enter", "enter")
        await settle(app, pilot)
        assert said(app) == "已保存 102-1 李秀英"
        assert here(app) == "张玉珍"
        assert [value(app, name) for name in ("temp_c10", "spo2", "water_ml", "acvpu")] == ["", "", "", None]
    (look,), (vitals,) = since(house, Round), since(house, Vitals)
    assert look["person_id"] == id_of(house, "李秀英")
    kept = {name: look[name] for name in ("position", "skin", "state", "intake", "water_ml", "unremarkable")}
    noted = {"position": "右", "skin": "发红", "state": "活动", "intake": "全量", "water_ml": 200}
    assert kept == {**noted, "unremarkable": False}
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
        (1, "7.5", "脉搏填整数，允许 20-250 /min，请重新填"),
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
        await type_set(pilot, "38.6")
        assert "体温 38.6 少见" in said(app)
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#pulse")


async def test_what_is_typed_after_a_refusal_or_a_question_replaces_the_value(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("enter", "enter", "enter", "enter")
        await type_set(pilot, "999")
        assert "允许" in said(app)
        await type_set(pilot, "190")
        assert "190 少见" in said(app)
        await type_text(pilot, "149")
        assert value(app, "sbp") == "149"


async def test_a_question_is_answered_by_enter_alone_and_a_digit_can_still_be_mended(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await type_set(pilot, "38.5")
        await pilot.press("end", "backspace", "7", "enter")
        assert "体温 38.7 少见" in said(app)
        await pilot.press("enter")
        assert (value(app, "temp_c10"), app.focused) == ("38.7", app.screen.query_one("#pulse"))


async def test_a_temperature_without_its_point_stands_there_as_it_is_kept(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await type_set(pilot, "365", "７８")
        assert (value(app, "temp_c10"), value(app, "pulse")) == ("36.5", "78")


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


async def test_what_is_lacking_in_the_score_is_said_whole_or_not_at_all(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await pilot.press("enter", "enter")
        await type_set(pilot, "26")
        await pilot.press("enter", "enter")
        await type_set(pilot, "118", "76", "90")
        await pilot.press("enter")
        await pilot.pause()
        (told,) = [shown for shown in screen_text(app).splitlines() if "NEWS2" in shown]
        assert told.rstrip().endswith("! NEWS2 至少 6 中  有单项 3 分")


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
        await pilot.press("enter", *["enter"] * 15)
        await settle(app, pilot)
        assert app.focused is board_of(app).beds
    assert since(house, Round) == []
