"""The chart: what matters before any scroll, pages by digit, the course corrected, disagreements settled."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from care import rounds
from care.chart import contested, who_looked
from care.people import facts
from care.timeline import timeline
from db.journal import Value
from db.keys import FLOOR
from db.local import ROW_VERSION
from db.store import Store
from db.tables import Person
from db.versions import Head, RowHeads
from sync import enrol, session
from sync.county.admin import new_code
from sync.county.serving import running
from sync.county.settings import Settings
from tests.care.household import PLAN, Household
from tests.tui.charted import DIRECTOR, LONG, PLACES, Charted, at_work, open_chart, press, who
from tests.tui.conftest import screen_text, settle
from tests.tui.evening import Turned
from tests.tui.picture import same_as_picture
from tests.tui.test_words import ALLOWED, HAN, LATIN
from yiyang_tui.screens.chart import Chart
from yiyang_tui.screens.chart_measures import SPANS
from yiyang_tui.screens.chart_vitals import VitalsPage
from yiyang_tui.screens.people import People
from yiyang_tui.screens.person_form import PersonForm
from yiyang_tui.themes import ambiguous_glyphs
from yiyang_tui.widgets.trend import Trend
from yiyang_tui.widgets.virtual_list import VirtualList


def allergies(*names: str) -> str:
    return json.dumps([{"reaction": "", "since": "", "to": name} for name in names], ensure_ascii=False)


def apart(house: Household, person: UUID, **sides: tuple[Value, Value]) -> None:
    """Let two laptops have written these fields without having seen each other's; the first is shown."""
    same = ROW_VERSION.c.row_id == person
    with house.store.act(house.carer) as act:
        act.edit(Person, person, **{name: values[0] for name, values in sides.items()})
    with house.store.writing() as conn:
        heads = RowHeads.decode(bytes(conn.execute(select(ROW_VERSION.c.heads).where(same)).scalar_one()))
        for name, (here, there) in sides.items():
            (mine,) = heads.of(name)
            heads.fields[name] = (mine._replace(value=here), Head(b"another epch", 7, 1, there))
        conn.execute(update(ROW_VERSION).where(same).values(heads=heads.encode(), contested=len(heads.contested)))


# --- what matters first --------------------------------------------------------------------------


async def test_everything_that_matters_stands_before_any_scroll(charted: Charted) -> None:
    async with charted() as (app, pilot):
        shown = await open_chart(app, pilot)
        head = "\n".join(shown.splitlines()[:7])
        for said in (
            "李秀英",
            "女 83岁",
            "101-1",
            "全护",
            "特困",
            "138****5521",
            "! 过敏 青霉素(皮疹 2019)",
            "! 皮肤 发红",
        ):
            assert said in head
        assert "高血压3级 | 2型糖尿病" in head
        assert "居民医保" in head
        assert "13800005521" not in shown
        assert "血压 156/92" in shown
        assert "NEWS2 1 低" in shown
        assert "20:54 巡视 无异常" in shown
        assert "*" in shown.split("近 14 天")[1]


async def test_nobody_asked_is_no_none(charted: Charted) -> None:
    async with charted() as (app, pilot):
        assert "! 没问过过敏" in await open_chart(app, pilot, "cdf")
        await press(app, pilot, "escape", "slash")
        shown = await open_chart(app, pilot, "zf")
        assert "过敏 问过，没有" in shown
        assert "外出" in shown


async def test_a_wish_not_to_be_resuscitated_is_read_first(charted: Charted, lived: Household) -> None:
    with lived.store.act(lived.director) as act:
        act.edit(Person, who(lived, "lxy"), no_resuscitation=True)
    async with charted() as (app, pilot):
        assert "! 不做心肺复苏" in "\n".join((await open_chart(app, pilot)).splitlines()[:6])


async def test_many_allergies_are_all_told(charted: Charted, lived: Household) -> None:
    names = [f"第{n}种很长名字的药物过敏原" for n in range(7)]
    with lived.store.act(lived.director) as act:
        act.edit(Person, who(lived, "lxy"), allergies=allergies(*names))
    async with charted() as (app, pilot):
        shown = await open_chart(app, pilot)
        assert [name for name in names if name not in shown] == []


async def test_whoever_opens_it_is_noted_once_an_hour(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "escape", "enter", "7")
        looks = who_looked(lived.store, who(lived, "lxy"))
        assert [look.who for look in looks] == ["王芳"]
        assert "王芳" in screen_text(app).split("时间")[1]


async def test_escape_goes_back_to_where_it_was_opened_from(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, People)


@pytest.mark.parametrize("key", ["ctrl+r", "r"])
async def test_a_round_is_recorded_from_here(charted: Charted, lived: Household, key: str) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, key)
        assert isinstance(app.screen, Turned)
        assert app.screen.person_id == who(lived, "lxy")


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "said"),
    [("2", "脉搏"), ("６", "共 16"), ("7", "看过档案"), ("8", "身份证号"), ("tab", "脉搏"), ("shift+tab", "身份证号")],
)
async def test_a_digit_turns_the_page_a_full_width_one_too(charted: Charted, key: str, said: str) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, key)
        assert said in screen_text(app).split("资料", 1)[1]


async def test_vitals_show_any_measure_over_any_span_and_what_was_corrected(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "2")
        shown = screen_text(app)
        assert "[血压]" in shown
        assert "156/92" in shown
        assert next(line for line in shown.splitlines() if "256/92" in line).endswith("已更正")
        await press(app, pilot, "right", "ctrl+t")
        shown = screen_text(app)
        assert "[脉搏]" in shown
        assert "近 30 天" in shown
        page = app.screen.query_one(VitalsPage)
        assert page.days == SPANS[1]
        assert page.query_one(Trend).days == SPANS[1]
        await press(app, pilot, "left", "left")
        assert "[疼痛]" in screen_text(app)


async def test_a_key_of_another_page_says_why_not(charted: Charted) -> None:
    async with charted(number=DIRECTOR) as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+t")
        assert "先按 2" in screen_text(app)
        await press(app, pilot, "ctrl+b")
        assert "没有不一样的内容" in screen_text(app)


async def test_a_course_of_a_thousand_looks_is_paged(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot, "wgh")
        await press(app, pilot, "6")
        course = app.screen.query_one("#course-list", VirtualList)
        assert course.total == LONG
        assert "第1000次" in screen_text(app)
        await press(app, pilot, "end")
        assert "第1次" in screen_text(app)
        await press(app, pilot, "pageup", "pageup")
        first = course.index
        assert course.row_at(first) is not None
        await press(app, pilot, "home")
        assert "第1000次" in screen_text(app)


async def test_the_facts_are_read_and_lead_to_the_form(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "8")
        shown = screen_text(app)
        assert "421202********0022" in shown
        assert "子 李国强 13800005521" in shown
        await press(app, pilot, "down", "down", "enter")
        assert isinstance(app.screen, PersonForm)
        assert app.screen.focused is not None
        assert app.screen.focused.id == "birth"


# --- correcting ----------------------------------------------------------------------------------


async def test_the_course_tells_what_was_corrected_and_why(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "6")
        shown = screen_text(app)
        assert "已更正(血压看错一位) 看错一位" in shown
        assert "更正(血压看错一位) 血压高" in shown


async def test_a_look_is_corrected_whole_with_a_reason_and_taken_back(charted: Charted, lived: Household) -> None:
    li = who(lived, "lxy")
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "6", "down", "enter")
        assert "已报 刘建国" in screen_text(app)
        await press(app, pilot, "down", "enter", "ctrl+s")
        assert "更正要写原因" in screen_text(app)
        await press(app, pilot, "=再看一遍", "enter", "=40.5.2", "ctrl+s")
        assert "小数最多 1 位" in screen_text(app)
        await press(app, pilot, *["backspace"] * 6, "=369", "ctrl+s")
        assert "已更正，原来的还能查到。" in screen_text(app)
        newest = timeline(lived.store, li)[1]
        assert (newest.vitals["temp_c10"], newest.vitals["sbp"], newest.reason) == (369, 156, "再看一遍")
        assert newest.reported_to == "刘建国"
        await press(app, pilot, "ctrl+z")
        assert "已撤销" in screen_text(app)
    # The row that takes it back shows again what stood before.
    assert timeline(lived.store, li)[1].vitals["temp_c10"] == 365


async def test_a_look_is_voided_with_a_reason(charted: Charted, lived: Household) -> None:
    li = who(lived, "lxy")
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        assert app.session is not None
        app.session.acted("李秀英 的更正", lambda: None)
        await press(app, pilot, "6", "enter", "end", "enter", "enter")
        assert timeline(lived.store, li)[0].void is False
        await press(app, pilot, "=认错人", "enter")
        shown = screen_text(app)
        assert "已作废(认错人)" in shown
        assert "已作废，原来的还能查到。" in shown
        # Voiding cannot be taken back, and Ctrl+Z does not reach for what was done before it.
        await press(app, pilot, "ctrl+z")
        assert "没有可以撤销的事" in screen_text(app)
        assert timeline(lived.store, li)[0].ended_by == "王芳"
        await press(app, pilot, "enter")
        assert "作废：" not in screen_text(app)


async def test_a_look_that_somebody_corrected_meanwhile_is_refused_and_nothing_typed_is_lost(
    charted: Charted, lived: Household
) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "6", "enter", "down", "enter", "=写错了")
        newest = timeline(lived.store, who(lived, "lxy"))[0]
        other = rounds.Observation(note="另一位")
        rounds.correct(lived.store, lived.director, newest.round_id, other, "先改了", second=lived.second())
        await press(app, pilot, "ctrl+s")
        shown = screen_text(app)
        assert "已被更正或撤销" in shown
        assert "写错了" in shown


# --- disagreements ---------------------------------------------------------------------------------


async def two_laptops(house: Household, county: Settings, folder: Path, url: str) -> Store:
    """The doctor's laptop, with the record of the house on it."""
    enrol.enrol(house.store, url, new_code(county, PLAN.pair_name), pair_name=PLAN.pair_name, laptop="护理站")
    session.sync(house.store)
    code = new_code(county, PLAN.pair_name)
    doctor = enrol.join(folder, url, code, number="02", passphrase="correct horse", laptop="医生电脑", cost=FLOOR)
    session.sync(doctor)
    return doctor


async def test_an_allergy_changed_on_two_laptops_is_warned_of_shown_and_settled(
    lived: Household, county: Settings, tmp_path: Path
) -> None:
    li = who(lived, "lxy")
    with running(county) as url:
        doctor = await two_laptops(lived, county, tmp_path / "clinic" / "yiyang.db", url)
        with lived.store.act(lived.carer) as act:
            act.edit(Person, li, allergies=allergies("头孢"))
        with doctor.act(lived.director) as act:
            act.edit(Person, li, allergies=allergies("磺胺"))
        for store in (doctor, lived.store):
            session.sync(store)
        doctor.close()
        async with at_work(lived, number=DIRECTOR) as (app, pilot):
            shown = await open_chart(app, pilot)
            assert "! 冲突 1 条：过敏 两台电脑各改了一次，按 Ctrl+B 看两边" in shown
            # In which order is for the two epochs to say, and they are drawn.
            assert "! 过敏 磺胺" in shown
            assert "! 过敏 头孢" in shown
            await press(app, pilot, "ctrl+b")
            shown = screen_text(app)
            # Who, when and on which laptop is read back from the sealed batches.
            for said in ("这台电脑", "医生电脑", "王芳 21:04", "刘建国 ", "> 合在一起：", "对：磺胺"):
                assert said in shown
            assert "磺胺、头孢" in shown or "头孢、磺胺" in shown
            assert ambiguous_glyphs(app) == set()
            await press(app, pilot, "enter")
            shown = screen_text(app)
            assert "冲突" not in shown
            assert "已定下：过敏" in shown
        # The settled value was written again, so that it wins wherever it arrives.
        assert contested(lived.store, li) == []


@pytest.mark.parametrize("left", ["full", "half"])
async def test_one_side_is_chosen_and_can_be_taken_back(charted: Charted, lived: Household, left: str) -> None:
    li = who(lived, "lxy")
    apart(lived, li, care_level=("full", "half"), phone=("13900000000", "13800000000"))
    async with charted(number=DIRECTOR) as (app, pilot):
        assert "冲突 1 条" not in await open_chart(app, pilot)
        assert "冲突 2 条：护理级别、电话" in screen_text(app)
        await press(app, pilot, "c")
        sides = [line for line in screen_text(app).splitlines() if "对：" in line]
        assert len(sides) == 2
        wanted = next(n for n, line in enumerate(sides) if ("全护" in line) == (left == "full"))
        await press(app, pilot, *["down"] * wanted, "enter", "escape")
        assert facts(lived.store, li).care_level == left
        shown = screen_text(app)
        assert "冲突 1 条：电话" in shown
        assert "已定下：护理级别" in shown
        await press(app, pilot, "ctrl+z")
        assert facts(lived.store, li).care_level == "full"


async def test_neither_side_leads_to_the_form_and_saving_settles(charted: Charted, lived: Household) -> None:
    li = who(lived, "lxy")
    apart(lived, li, village=("双河村", "白果村"))
    async with charted(number=DIRECTOR) as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+b", "end", "enter")
        assert isinstance(app.screen, PersonForm)
        await press(app, pilot, *["backspace"] * 3, "=石桥村", "ctrl+s")
        assert isinstance(app.screen, Chart)
        assert "冲突" not in screen_text(app)
    assert facts(lived.store, li).village == "石桥村"
    assert contested(lived.store, li) == []


# --- looks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_looks_as_it_was_drawn(charted: Charted, size: tuple[int, int]) -> None:
    async with charted(size=size) as (app, pilot):
        await open_chart(app, pilot)
        same_as_picture(app, "chart")
        for key, page in (("2", "vitals"), ("6", "course"), ("8", "facts")):
            await press(app, pilot, key)
            same_as_picture(app, f"chart-{page}")


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_plain_draws_no_ambiguous_glyph_on_any_page(charted: Charted, lived: Household, lang: str) -> None:
    apart(lived, who(lived, "lxy"), care_level=("full", "half"))
    async with charted(lang=lang) as (app, pilot):
        await open_chart(app, pilot)
        for keys in ("1", "2", "6", "7", "8", "ctrl+b", "escape", "6", "enter", "down", "enter", "escape"):
            await press(app, pilot, keys)
            assert ambiguous_glyphs(app) == set()


async def test_another_language_keeps_page_and_place(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot, "wgh")
        await press(app, pilot, "6", "down", "down", "ctrl+l")
        assert "[6 Course]" in screen_text(app)
        assert app.screen.query_one("#course-list", VirtualList).index == 2
        body = "\n".join(screen_text(app).splitlines()[3:-3])
        assert set(HAN.findall(body)) <= set("吴国华第次王芳")


async def test_no_english_on_a_chinese_chart(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        for key in "12678":
            await press(app, pilot, key)
            assert set(LATIN.findall(screen_text(app))) - ALLOWED - {"x", "o"} == set()


async def test_another_look_is_drawn_in_its_own_signs(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        assert "* 收缩压" in screen_text(app)
        await press(app, pilot, "f12")
        await settle(app, pilot)
        assert "█ 收缩压" in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_measure_in_whole_numbers_has_whole_steps(charted: Charted, size: tuple[int, int]) -> None:
    async with charted(size=size) as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "2", *["right"] * 4)
        trend = screen_text(app).split("[血氧]")[1].split("NEWS2")[0]
        assert " 95 " in trend
        assert "95.1" not in trend


def test_the_chart_is_a_place_of_the_program() -> None:
    from yiyang_tui.places import PLACES as REAL

    assert {name: REAL[name] for name in ("people", "chart", "person")} == {
        name: PLACES[name] for name in ("people", "chart", "person")
    }


async def test_opened_and_left_faster_than_it_loads(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await press(app, pilot, "=lxy")
        for _ in range(5):
            await pilot.press("enter", "6", "escape")
        await press(app, pilot, "enter", "2")
        assert isinstance(app.screen, Chart)
        assert "156/92" in screen_text(app)
