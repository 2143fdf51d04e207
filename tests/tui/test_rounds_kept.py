"""Rounds: nothing typed is lost, what fails is shown, what was wrong is corrected."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from textual.pilot import Pilot
from textual.worker import WorkerFailed

from care import rounds
from care.rounds import Observation, Saved, record
from care.same_person import merge_people
from care.taken_back import take_back
from db.tables import Round, Vitals
from tests.care.household import Household
from tests.tui.conftest import screen_text, settle
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
from yiyang_tui import words
from yiyang_tui.app import YiyangApp
from yiyang_tui.screens.rounds_saving import Job

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
        assert (value(app, "temp_c10"), value(app, "pulse")) == ("36.5", "7")
        assert "上次没填完，接着填" in screen_text(app)
        await pilot.press("space")
        await settle(app, pilot)
        assert "有没填完的" in said(app)
    (body,) = house.store.drafts("round:", house.carer).values()
    assert (body["temp_c10"], body["pulse"]) == ("36.5", "7")
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


async def test_a_form_that_was_saved_before_the_kill_does_not_come_back(house: Household, walked: Walked) -> None:
    """The power went between the round and the dropping of its draft; a form of another, or typed later, stays."""
    mine, others, later = (id_of(house, name) for name in ("徐翠兰", "陈德福", "李秀英"))
    for person in (mine, others):
        house.store.save_draft(f"round:{person}", house.carer, {"pulse": "70"})
    record(house.store, house.carer, mine, Observation(vitals={"pulse": 70}))
    record(house.store, house.director, others, Observation(vitals={"pulse": 70}))
    record(house.store, house.carer, later, Observation(vitals={"pulse": 70}))
    house.it_is("2026-11-22 11:05")
    house.store.save_draft(f"round:{later}", house.carer, {"pulse": "71"})
    async with walked() as (app, pilot):
        assert here(app) == "李秀英"
        assert screen_text(app).count("没填完") == 3  # two in the list, and the one beside it
        await walk_to(app, pilot, "徐翠兰")
        assert value(app, "pulse") == ""


async def test_a_form_begun_for_a_registration_that_is_hidden_now_is_offered_under_the_shown_one(
    house: Household, walked: Walked
) -> None:
    shown = id_of(house, "徐翠兰")
    hidden = house.person("徐翠蓝")
    house.store.save_draft(f"round:{hidden}", house.carer, {"pulse": "70"})
    merge_people(house.store, house.director, shown, hidden)
    async with walked() as (app, pilot):
        assert (here(app), value(app, "pulse")) == ("徐翠兰", "70")
        assert "上次没填完，接着填" in screen_text(app)
        await pilot.press("1", "8", "escape")
        await settle(app, pilot)
    kept = house.store.drafts("round:")
    assert list(kept) == [f"round:{hidden}"], "it stays with its own, should the two be parted"
    assert (kept[f"round:{hidden}"]["pulse"], kept[f"round:{hidden}"]["resp"]) == ("70", "18")
    async with walked() as (app, pilot):
        await pilot.press("enter", "ctrl+s")
        await settle(app, pilot)
        assert "已保存" in said(app)
    assert house.store.drafts("round:") == {}
    (saved,) = since(house, Round)
    assert saved["person_id"] == shown


async def test_two_that_become_one_while_the_board_is_open_lose_no_form(house: Household, walked: Walked) -> None:
    shown = id_of(house, "王长生")
    hidden = house.person("王常生")
    house.store.save_draft(f"round:{hidden}", house.carer, {"pulse": "70"})
    async with walked() as (app, pilot):
        assert (here(app), value(app, "pulse")) == ("王长生", "")
        done = merge_people(house.store, house.director, shown, hidden)
        board_of(app).load()
        await settle(app, pilot)
        assert value(app, "pulse") == "70"
        take_back(house.store, house.director, done)
        board_of(app).load()
        await settle(app, pilot)
        assert value(app, "pulse") == ""
    assert list(house.store.drafts("round:")) == [f"round:{hidden}"]


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
        assert (value(app, "temp_c10"), value(app, "pulse")) == ("36.5", "")
        assert "102-1 李秀英 F 86 full destitute" in screen_text(app)
        await pilot.press("ctrl+l")
        await settle(app, pilot)
        assert value(app, "temp_c10") == "36.5"


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
        other = rounds.Observation(vitals={"pulse": 90})
        rounds.correct(house.store, house.director, saved.round_id, other, "看错", second=house.second())
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "已被更正" in said(app)
        assert value(app, "pulse") == "82"
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "已经被更正过" in said(app)
    assert [row["pulse"] for row in since(house, Vitals)] == [80, 90]


async def test_what_a_colleague_recorded_is_not_corrected_alone(house: Household, walked: Walked) -> None:
    rounds.record(house.store, house.director, id_of(house, "李秀英"), rounds.Observation(vitals={"pulse": 80}))
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "李秀英")
        await pilot.press("ctrl+r")
        await settle(app, pilot)
        assert "护理员不能「更正或作废他人的记录」" in screen_text(app).replace(" ", "").replace("|", "").replace(
            "\n", ""
        )
        await pilot.press("enter")
        await settle(app, pilot)
        assert value(app, "pulse") == ""


async def test_nothing_to_correct_is_said(house: Household, walked: Walked) -> None:
    house.person("新来的", "203-2")
    async with walked() as (app, pilot):
        await walk_to(app, pilot, "新来的")
        await pilot.press("ctrl+r")
        await settle(app, pilot)
        assert said(app) == "没有可以更正的巡视。"
