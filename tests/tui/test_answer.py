"""An alert asks for the act: who may answer, what is asked with each answer, back to where one came from."""

from uuid import UUID

import pytest

from care.alerts import alert_of
from care.answers import answers
from tests.care.household import Household, at
from tests.tui.conftest import screen_text, settle, type_text
from tests.tui.evening import At, Turned
from tests.tui.picture import same_as_picture
from tests.tui.test_today import line, person
from yiyang_tui.screens.answer import AnswerAlert
from yiyang_tui.screens.today import Today
from yiyang_tui.themes import THEMES, ambiguous_glyphs

NURSE = "3001"


@pytest.fixture
def ill(home: Household) -> UUID:
    """陈德福, whose NEWS2 is 7 since twelve minutes; a nurse and a doctor work here."""
    home.colleague("nurse", number=NURSE)
    home.colleague("doctor", number="2001")
    return UUID(person(home, "陈德福"))


def given(home: Household, who: UUID) -> list[tuple[str, str, bool, int]]:
    found = answers(home.store, who, 0, home.store.now())
    return [(one.what, one.told, one.counts, one.minutes) for one in found]


async def test_a_nurse_watches_closer_and_today_says_until_when(shown: At, home: Household, ill: UUID) -> None:
    async with shown(number=NURSE) as (app, pilot):
        await pilot.press("enter")
        await settle(app, pilot)
        assert "! 101-1 陈德福   NEWS2 7 高" in screen_text(app)
        await pilot.press("4", "enter")
        assert "观察几分钟" in screen_text(app)
        assert "叫了谁" not in screen_text(app)
        await type_text(pilot, "30")
        await pilot.press("enter")
        await type_text(pilot, "O2")
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Today)
        assert "已记下 陈德福 加强观察" in screen_text(app)
        assert "加强观察，到 21:34" in line(app, "陈德福")
        assert given(home, ill) == [("watch", "", True, 12)]
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert "医生未应答" in line(app, "陈德福")
    assert given(home, ill) == []


async def test_a_carer_says_whom_they_called_and_it_stays_on_today(shown: At, home: Household, ill: UUID) -> None:
    async with shown() as (app, pilot):
        await pilot.press("enter")
        await settle(app, pilot)
        assert "加强观察" not in screen_text(app)
        await pilot.press("1", "enter")
        await pilot.press("1", "enter")
        await type_text(pilot, "5")
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "医生未应答" in line(app, "陈德福")
        assert "已叫医生 同事 20:59" in line(app, "陈德福")
    assert given(home, ill) == [("called", "同事", False, 12)]


async def test_to_measure_again_leads_to_the_bed(shown: At, ill: UUID) -> None:
    async with shown() as (app, pilot):
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("ctrl+r")
        await settle(app, pilot)
        assert isinstance(app.screen, Turned)
        assert app.screen.person_id == ill


async def test_nothing_is_kept_before_something_is_chosen_or_with_minutes_that_are_none(
    shown: At, home: Household, ill: UUID
) -> None:
    async with shown(number=NURSE) as (app, pilot):
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "先选做了什么" in screen_text(app)
        await pilot.press("4", "enter")
        await type_text(pilot, "1.5")
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "分钟填整数" in screen_text(app)
        await pilot.press("backspace", "backspace", "ctrl+s")
        await settle(app, pilot)
        assert "观察要在 5 到 720 分钟之间" in screen_text(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert isinstance(app.screen, Today)
    assert given(home, ill) == []


async def test_an_alert_that_is_over_says_so(shown: At, home: Household) -> None:
    well = UUID(person(home, "李秀英"))
    assert alert_of(home.store, well, at("2026-11-22 21:04")) is None
    async with shown() as (app, pilot):
        app.call_later(app.open, "answer", person_id=well)
        await settle(app, pilot)
        assert isinstance(app.screen, AnswerAlert)
        assert "这位老人现在没有要紧事" in screen_text(app)
        await pilot.press("1", "ctrl+s")
        await settle(app, pilot)
    assert given(home, well) == []


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.usefixtures("ill")
async def test_it_is_drawn_as_in_the_picture(shown: At, size: tuple[int, int]) -> None:
    async with shown(number=NURSE, size=size) as (app, pilot):
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("2", "enter")
        await settle(app, pilot)
        same_as_picture(app, "answer")
        assert ambiguous_glyphs(app) == set()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.usefixtures("ill")
async def test_in_every_look_and_language_it_is_whole(shown: At, theme: str) -> None:
    async with shown(number=NURSE, theme=theme, lang="en") as (app, pilot):
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("4")
        await settle(app, pilot)
        said = screen_text(app)
        assert "no doctor has answered" in said
        assert "Watch, minutes" in said
        await pilot.press("ctrl+l")
        await settle(app, pilot)
        assert "观察几分钟" in screen_text(app)
