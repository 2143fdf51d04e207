"""Consents in the chart: what nobody asked is marked, answers are written with keys; who looked goes onto paper."""

from pathlib import Path

import pytest

from care import people, staff
from care.consents import COUNTY, state
from care.person_facts import Consent
from tests.care.household import Household
from tests.tui.charted import Charted, open_chart, press, who
from tests.tui.conftest import screen_text
from tests.tui.picture import same_as_picture
from yiyang_tui.screens.consents import AnswerDialog, ConsentsDialog
from yiyang_tui.themes import ambiguous_glyphs
from yiyang_tui.widgets.entry import Entry


def kept(house: Household) -> tuple[Consent, ...]:
    return people.facts(house.store, who(house, "lxy")).consents


async def test_what_nobody_asked_stands_marked_among_the_facts(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "8", "end")
        shown = screen_text(app)
        assert "! 记录上传县级: 还没问过" in shown
        assert "! 卫生院和福利院共用" in shown
        assert "拍照" not in shown


async def test_an_answer_takes_a_few_keys_and_is_durable(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+a", "down", "enter")
        assert isinstance(app.screen, AnswerDialog)
        assert "第 23, 28, 29, 30 条" in screen_text(app)
        # Agreed, today, by themselves, on paper: Enter through.
        await press(app, pilot, *["enter"] * 7)
        assert isinstance(app.screen, ConsentsDialog)
        assert "同意 2026-11-22 本人 签字" in screen_text(app)
        assert kept(lived) == (Consent(COUNTY, "2026-11-22", "", "given", "01", "paper"),)
        await press(app, pilot, "escape")
        assert "李秀英 的同意已登记" in screen_text(app)


async def test_a_son_says_no_and_a_witness_is_asked_for(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+a", "down", "enter", "right", "enter", "enter", "space")
        assert "户主" in screen_text(app)
        await press(app, pilot, "escape", "right", "enter", "=李国强", "enter", "right", "enter", "enter", "enter")
        assert isinstance(app.screen, AnswerDialog)
        assert "要有见证人" in screen_text(app)
        assert kept(lived) == ()
        await press(app, pilot, "=王芳", "enter", "enter")
        assert [(one.kind, one.state, one.by, one.witness) for one in kept(lived)] == [
            (COUNTY, "refused", "李国强", "王芳")
        ]
        assert "不同意 2026-11-22" in screen_text(app)
        # It is an answer: no longer work to do.
        assert not next(one.work for one in state(lived.store, who(lived, "lxy")) if one.kind == COUNTY)


async def test_what_was_given_is_taken_back_and_nothing_else_can_be(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+a", "enter")
        assert "撤回" not in screen_text(app)
        await press(app, pilot, *["enter"] * 7, "enter")
        assert "[撤回]" in screen_text(app)
        await press(app, pilot, *["enter"] * 7)
        assert [one.state for one in kept(lived)] == ["given", "withdrawn"]


async def test_enter_on_the_fact_opens_the_list_and_esc_writes_nothing(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "8", "end", "up", "enter")
        assert isinstance(app.screen, ConsentsDialog)
        await press(app, pilot, "enter", "escape", "escape")
        assert "已登记" not in screen_text(app)
        assert kept(lived) == ()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_list_and_an_answer_look_like_their_pictures(charted: Charted, size: tuple[int, int]) -> None:
    async with charted(size=size) as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+a")
        same_as_picture(app, "consents")
        assert ambiguous_glyphs(app) == set()
        await press(app, pilot, "down", "enter")
        same_as_picture(app, "consent-answer")
        assert ambiguous_glyphs(app) == set()


@pytest.mark.parametrize("theme", ["yiyang-light", "yiyang-16"])
async def test_english_and_every_look_show_all_of_it(charted: Charted, theme: str) -> None:
    async with charted(lang="en", theme=theme) as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+a")
        shown = screen_text(app)
        assert "record goes to the county" in shown
        assert "! not asked yet" in shown
        await press(app, pilot, "enter")
        assert "Witness" in screen_text(app)


# --- who looked ----------------------------------------------------------------------------------


async def test_who_looked_is_written_where_they_say(charted: Charted, tmp_path: Path, lived: Household) -> None:
    staff.change(lived.store, lived.director, lived.carer, role="nurse")
    path = tmp_path / "who.html"
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "7", "ctrl+o")
        assert "打印会记下" in screen_text(app)
        app.screen.query_one(Entry).value = str(path)
        await press(app, pilot, "enter")
        page = path.read_text(encoding="utf-8")
        assert "李秀英" in page
        assert "王芳" in page
        assert "看过档案" in page
        # Never over what is there.
        await press(app, pilot, "escape", "ctrl+o")
        app.screen.query_one(Entry).value = str(path)
        await press(app, pilot, "enter")
        assert "已有这个文件" in screen_text(app)
        assert path.read_text(encoding="utf-8") == page


async def test_a_carer_is_told_who_may_print_it(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "7", "ctrl+o")
        assert "护理员不能「打印查阅记录」" in screen_text(app)
