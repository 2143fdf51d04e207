"""The rounds board and the care plan: what is due stands beside the form; one key does it, a digit says what not."""

from uuid import UUID

import pytest

from care import plan, rounds
from care.duties_done import Done
from db.tables import Event, PlanItem, Round, Vitals
from tests.care.household import Household, at
from tests.tui.conftest import screen_text, settle, type_text
from tests.tui.picture import same_as_picture
from tests.tui.walk import Walked, board_of, here, id_of, said, since, type_set, value, walk_to
from yiyang_tui.screens.rounds_duties import DutyField
from yiyang_tui.themes import ambiguous_glyphs


@pytest.fixture
def turned(house: Household) -> UUID:
    """李秀英, who is to be turned and has her skin and bed rails looked at."""
    person = id_of(house, "李秀英")
    with house.store.act(house.director) as act:
        for duty, every, times in (("turning", 120, ""), ("skin_check", None, "10:30 20:30"), ("vitals", 480, "")):
            act.insert(
                PlanItem, person_id=person, duty=duty, every_min=every, times=times, from_at=at("2026-11-20 09:00")
            )
    rounds.record(house.store, house.carer, person, rounds.Observation(position="左"), at=at("2026-11-22 08:30"))
    return person


def said_of(house: Household, person: UUID) -> list[tuple[list[str], list[tuple[str, str]]]]:
    """What was said of somebody's duties: done, and left with their causes."""
    return [
        ([one.zh for one in event.done], [(duty.zh, why.zh) for duty, why in event.left])
        for event in plan.said_at(house.store, person, 0, house.store.now())
    ]


async def test_what_is_due_stands_in_the_list_and_beside_the_form(turned: UUID, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        text = screen_text(app)
        assert "09:00 该测翻肤" in text
        assert "该 [x] 翻身  [x] 查皮肤  测体征" in text
        assert board_of(app).person == turned


async def test_space_says_that_all_was_done_and_undo_takes_both_back(
    house: Household, turned: UUID, walked: Walked
) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await pilot.press("space")
        await settle(app, pilot)
        assert said(app) == "已保存 102-1 李秀英  翻身 查皮肤"
        assert said_of(house, turned) == [(["翻身", "查皮肤"], [])]
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert here(app) == "李秀英"
        assert "该测翻肤" in screen_text(app)
    assert said_of(house, turned) == []
    assert [row["void"] for row in since(house, Event)] == [False, True]


async def test_a_digit_says_what_was_not_done_and_why(house: Household, turned: UUID, walked: Walked) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await type_text(pilot, "365")
        app.screen.query_one("#left", DutyField).focus()
        await settle(app, pilot)
        assert "默认都做了" in said(app)
        await pilot.press("1")
        await settle(app, pilot)
        assert "翻身没做，因为" in screen_text(app)
        await pilot.press("down", "enter")
        await settle(app, pilot)
        assert value(app, "left") == "turning:asleep"
        assert "[ ] 1 翻身 睡着了" in screen_text(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert "已保存 102-1 李秀英" in said(app)
    assert said_of(house, turned) == [(["查皮肤"], [("翻身", "睡着了")])]
    assert [row["temp_c10"] for row in since(house, Vitals)] == [365]


async def test_whoever_only_says_what_was_not_done_has_looked_and_found_nothing(
    house: Household, turned: UUID, walked: Walked
) -> None:
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await pilot.press("enter")
        app.screen.query_one("#left", DutyField).focus()
        await pilot.press("2")
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("ctrl+s")
        await settle(app, pilot)
    assert said_of(house, turned) == [(["翻身"], [("查皮肤", "老人不愿意")])]
    assert [(row["unremarkable"], row["person_id"]) for row in since(house, Round)] == [(True, turned)]


async def test_a_draft_keeps_what_was_not_done_and_a_digit_takes_it_back(
    house: Household, turned: UUID, walked: Walked
) -> None:
    house.store.save_draft(f"round:{turned}", house.carer, {"left": "turning:away", "pulse": "78"})
    async with walked() as (app, pilot):
        assert here(app) == "李秀英"
        assert "[ ] 翻身 不在房间" in screen_text(app)
        app.screen.query_one("#left", DutyField).focus()
        await pilot.press("1")
        await settle(app, pilot)
        assert value(app, "left") is None


async def test_a_doctor_on_the_round_turns_nobody(house: Household, turned: UUID, walked: Walked) -> None:
    house.colleague("doctor", number="2001")
    async with walked(number="2001") as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        assert "该 测体征  翻身  查皮肤" in screen_text(app)
        await pilot.press("space")
        await settle(app, pilot)
    assert said_of(house, turned) == []


async def test_at_a_correction_nothing_is_said_of_duties(house: Household, turned: UUID, walked: Walked) -> None:
    rounds.unremarkable(house.store, house.carer, turned, duties=Done(("turning",)))
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await pilot.press("ctrl+r")
        await settle(app, pilot)
        assert "[x]" not in screen_text(app)
        await type_set(pilot, "365")
        await pilot.press("ctrl+s")
        await settle(app, pilot)
    assert said_of(house, turned) == [(["翻身"], [])]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.usefixtures("turned")
async def test_it_is_drawn_as_in_the_picture(walked: Walked, size: tuple[int, int]) -> None:
    async with walked(size=size) as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await type_set(pilot, "365")
        await settle(app, pilot)
        same_as_picture(app, "rounds-duties")
        assert ambiguous_glyphs(app) == set()


# --- digits that go on by themselves -----------------------------------------------------------------


@pytest.mark.parametrize("enter", ["", "^", "each"])
async def test_digits_land_in_their_fields_with_and_without_enter(house: Household, walked: Walked, enter: str) -> None:
    sets = [("366", "102", "16", "118", "70", "100"), ("355", "50", "24", "100", "99", "92")]
    names = ("temp_c10", "pulse", "resp", "sbp", "dbp", "spo2")
    async with walked() as (app, pilot):
        for typed in sets:
            for nth, one in enumerate(typed):
                await type_text(pilot, one)
                if enter == "each" or (enter == "^" and nth % 2):
                    await pilot.press("enter")
            await pilot.press("1", "ctrl+s")
            await settle(app, pilot)
    kept = [tuple(str(row[name]) for name in names) for row in since(house, Vitals)]
    assert kept == sets
    assert [row["acvpu"] for row in since(house, Vitals)] == ["A", "A"]


async def test_an_odd_value_stays_and_takes_what_follows_until_it_is_confirmed(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await type_text(pilot, "365")
        await type_text(pilot, "17816")
        assert (value(app, "pulse"), value(app, "resp")) == ("17816", "")
        await pilot.press("enter")
        assert "脉搏填整数" in said(app)
        await type_text(pilot, "178")
        await pilot.press("enter")
        assert "脉搏 178 少见" in said(app)
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#resp")


async def test_backspace_in_an_empty_field_goes_back_behind_the_last_digit(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await type_text(pilot, "36578")
        assert app.focused is app.screen.query_one("#resp")
        await pilot.press("backspace", "backspace")
        assert (value(app, "pulse"), app.focused) == ("7", app.screen.query_one("#pulse"))
        await type_text(pilot, "9")
        assert (value(app, "pulse"), app.focused) == ("79", app.screen.query_one("#resp"))


async def test_after_going_on_by_itself_one_enter_belongs_to_the_value_before(walked: Walked) -> None:
    async with walked() as (app, pilot):
        await type_text(pilot, "365")
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#pulse")
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#resp")
        await pilot.press("up", "up")
        await type_text(pilot, "366")
        await pilot.press("down")
        assert app.focused is app.screen.query_one("#resp")
