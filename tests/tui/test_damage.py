"""Damage that nobody has met yet is told at the start, calmly, and the day goes on."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from db import keys, slots
from db.disk import side_files
from db.keys import FLOOR, envelope_path
from db.log import PAGE
from db.salvage import salvaging
from db.tables import Staff
from db.vault import create_vault
from tests.tui.conftest import PASSPHRASE, Opened, screen_text, settle, until
from yiyang_tui.app import YiyangApp
from yiyang_tui.places import PLACES
from yiyang_tui.screens.dialogs import Say
from yiyang_tui.words import t


def damage(vault: Path, *homes: str) -> None:
    """Turn over one bit in every page of these tables and indexes."""
    key = slots.unwrap(keys.read_envelope(envelope_path(vault)), "1001", PASSPHRASE)
    with salvaging(vault, key) as found:
        pages = [number for number, home in found.home.items() if home in homes]
    assert pages
    data = bytearray(vault.read_bytes())
    for number in pages:
        data[number * PAGE - 500] ^= 1
    vault.write_bytes(data)


async def to_safety(app: YiyangApp, pilot: Pilot[None]) -> None:
    """Go to the real safety screen."""
    app.places = {**app.places, "safety": PLACES["safety"]}
    app.call_later(app.go, "safety")
    await settle(app, pilot)


async def test_damage_in_a_table_that_nobody_reads_today_is_told_at_the_start(vault: Path, opened: Opened) -> None:
    damage(vault, "vitals", "ix_vitals_person_at")
    async with opened() as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, Say))
        said = screen_text(app)
        assert t("damage.title") in said
        assert "yiyang rescue" in said
        await pilot.press("enter")
        await settle(app, pilot)
        assert not isinstance(app.screen, Say)


@pytest.mark.parametrize("key", ["enter", "space", "escape"])
async def test_who_closed_it_unread_is_told_on_every_screen(vault: Path, opened: Opened, key: str) -> None:
    damage(vault, "vitals", "ix_vitals_person_at")
    said = "! 记录有损坏，请院长运行 yiyang rescue"
    async with opened() as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, Say))
        await pilot.press(key)
        await settle(app, pilot)
        assert said in screen_text(app)
        for place in ("f3", "f4", "f5", "f2"):
            await pilot.press(place)
            await settle(app, pilot)
            assert said in screen_text(app)
        app.call_later(app.open, "chart")
        await settle(app, pilot)
        assert said in screen_text(app)
        # What the sync tells later stands behind it.
        app.sync_looked()
        await settle(app, pilot)
        assert said in screen_text(app)
        await pilot.press("ctrl+l")
        await settle(app, pilot)
        assert "! The record is damaged: let the director run yiyang rescue" in screen_text(app)


async def test_the_safety_screen_says_it_first_and_what_to_do(vault: Path, opened: Opened) -> None:
    damage(vault, "vitals", "ix_vitals_person_at")
    async with opened() as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, Say))
        await pilot.press("enter")
        await to_safety(app, pilot)
        assert app.session is not None
        assert app.session.damaged
        assert f"要办   记录文件     {app.session.damaged} 页损坏" in screen_text(app)
        await pilot.press("home", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Say)
        assert t("damage.title") in screen_text(app)


async def test_a_whole_record_is_opened_without_a_word(opened: Opened) -> None:
    async with opened() as (app, pilot):
        assert not isinstance(app.screen, Say)
        assert "损坏" not in screen_text(app)
        await to_safety(app, pilot)
        assert "好     记录文件     打开时每一页都核对过" in screen_text(app)


async def test_a_table_that_signing_in_needs_is_told_on_the_first_screen(vault: Path, opened: Opened) -> None:
    damage(vault, "staff")
    async with opened() as (app, _):
        assert app.session is None
        assert "yiyang rescue" in screen_text(app).replace("\n", "")


async def test_a_power_cut_in_the_middle_of_an_act_is_told_once(tmp_path: Path, opened: Opened) -> None:
    store = create_vault(tmp_path / "run" / "record.db", "1001", PASSPHRASE, cost=FLOOR)
    with store.act(None) as act:
        act.insert(Staff, number="1001", name="王芳", role="carer")
    with store.act(None) as act:
        act.insert(Staff, number="1002", name="刘建国", role="doctor")
    path = tmp_path / "cut" / "record.db"
    path.parent.mkdir()
    envelope_path(path).write_bytes(envelope_path(store.path).read_bytes())
    path.write_bytes(store.path.read_bytes())
    log = bytearray(side_files(store.path)[0].read_bytes())
    log[-100] ^= 1
    side_files(path)[0].write_bytes(log)
    store.close()
    async with opened(path=path) as (app, _):
        assert isinstance(app.screen, Say)
        assert t("damage.torn_title") in screen_text(app)
    async with opened(path=path) as (app, _):
        assert not isinstance(app.screen, Say)
