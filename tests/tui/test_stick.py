"""A stick and a laptop in the same room, from the Sync screen: real files, real sockets, plain words."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from db.keys import FLOOR
from db.store import Store
from sync import parcel
from sync.county.admin import new_code
from sync.enrol import join
from sync.link import Folder
from sync.nearby.peer import meet
from sync.nearby.peer_serve import sharing
from sync.statements import keep, known
from sync.sticks.by_stick import export
from tests.care.household import Household
from tests.tui.conftest import screen_text, settle, until
from tests.tui.evening import PAIR, At
from tests.tui.test_sync_screen import round_of
from yiyang_tui.by_hand import MEET, PUT, TAKE, Errand
from yiyang_tui.drives import sticks
from yiyang_tui.screens.stick import Carry
from yiyang_tui.themes import THEMES, ambiguous_glyphs
from yiyang_tui.widgets.entry import Entry

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from sync.county.settings import Settings
    from yiyang_tui.app import YiyangApp

KEYS = {"put": "ctrl+o", "take": "ctrl+r", "meet": "ctrl+n"}


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    """An empty stick."""
    place = tmp_path / "usb"
    place.mkdir()
    return place


@pytest.fixture
def partner(enrolled: Household, county: "Settings", address: str, tmp_path: Path) -> Iterator[Store]:
    """Another laptop of the pair, open, that has pulled nothing; both know of each other."""
    code = new_code(county, PAIR)
    (tmp_path / "partner").mkdir()
    store = join(
        tmp_path / "partner" / "record.db",
        address,
        code,
        number="9",
        passphrase="correct horse",
        laptop="二楼",
        cost=FLOOR,
    )
    keep(Folder(enrolled.store.path), known(Folder(store.path)))
    yield store
    store.close()


def words_on(app: "YiyangApp") -> str:
    """All that is drawn, without the breaks of lines."""
    return "".join(screen_text(app).split())


async def carry(app: "YiyangApp", pilot: "Pilot[None]", key: str, place: str) -> None:
    """Open the errand, type a place, wait until it is over."""
    await pilot.press(key)
    await settle(app, pilot)
    assert isinstance(app.screen, Carry)
    dialog = app.screen
    await pilot.press("end", "enter")
    await until(pilot, lambda: app.screen is not dialog)
    app.screen.query_one(Entry).value = place
    await pilot.press("enter")
    await settle(app, pilot)
    await until(pilot, lambda: dialog.over)
    await settle(app, pilot)


async def test_what_the_county_lacks_goes_on_a_stick_and_may_be_pulled_out(
    shown: At, enrolled: Household, usb: Path
) -> None:
    async with shown("sync") as (app, pilot):
        round_of(enrolled, "李秀英")
        await carry(app, pilot, KEYS["put"], str(usb))
        assert "已写好并核对" in words_on(app)
        assert "可以安全拔出U盘" in words_on(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert not isinstance(app.screen, Carry)
    assert len(list(usb.glob("yiyang-*.age"))) == 1


async def test_what_a_partner_put_on_a_stick_is_merged_and_counted(
    shown: At, enrolled: Household, partner: Store, usb: Path
) -> None:
    with partner.act(None) as act:
        from db.tables import Room

        act.insert(Room, institution_id=enrolled.carer, name="新房间")
    export(partner, usb, int(time.time()))
    async with shown("sync") as (app, pilot):
        await carry(app, pilot, KEYS["take"], str(usb))
        assert "已读入：并入1包1条" in words_on(app)


async def test_a_stick_pulled_out_too_early_is_told_and_changes_nothing(
    shown: At, enrolled: Household, usb: Path
) -> None:
    [whole] = export(enrolled.store, usb, int(time.time()), everything=True).files
    whole.write_bytes(whole.read_bytes()[:-100])
    async with shown("sync") as (app, pilot):
        await carry(app, pilot, KEYS["take"], str(usb))
        assert "没有拷完整" in words_on(app)
        await pilot.press("escape")
        await carry(app, pilot, KEYS["take"], str(usb / "nowhere"))
        assert "这里没有医养的数据包" in words_on(app)


async def test_without_a_county_there_is_nobody_to_carry_to(shown: At, home: Household) -> None:
    async with shown("sync") as (app, pilot):
        for key in (*KEYS.values(), "ctrl+t"):
            await pilot.press(key)
            await settle(app, pilot)
            assert "还没有登记县级" in screen_text(app)
            assert not isinstance(app.screen, Carry)
    assert not Folder(home.store.path).enrolled


async def test_while_it_is_shared_the_screen_says_how_to_come_and_who_came(
    shown: At, enrolled: Household, partner: Store
) -> None:
    round_of(enrolled, "李秀英")
    async with shown("sync") as (app, pilot):
        await pilot.press("ctrl+t")
        assert app.carrier is not None
        carrier = app.carrier
        await until_on(app, pilot)
        sharing_ = carrier.state.sharing
        assert sharing_.addresses[0] in screen_text(app)
        port = sharing_.addresses[0].rpartition(":")[2]
        met = await carrier._away(lambda: meet(Folder(partner.path), f"127.0.0.1:{port}"))
        assert met.received == len(parcel.names(Folder(partner.path).inbox)) > 0
        await until(pilot, lambda: carrier.state.sharing.visits)
        await settle(app, pilot)
        assert f"给出{carrier.state.sharing.given}包" in words_on(app)
        await pilot.press("ctrl+t")
        await until_off(app, pilot)
        assert "正在同屋共享" not in screen_text(app)


async def until_on(app: "YiyangApp", pilot: "Pilot[None]") -> None:
    """Until others can come: the network is asked for the name first, which takes it some seconds."""
    async with asyncio.timeout(60):
        while app.carrier is None or not app.carrier.state.sharing.on:
            await pilot.pause()
    await settle(app, pilot)


async def until_off(app: "YiyangApp", pilot: "Pilot[None]") -> None:
    """Until nobody can come any more."""
    async with asyncio.timeout(60):
        while app.carrier is None or app.carrier.state.sharing.on:
            await pilot.pause()
    await settle(app, pilot)


@pytest.mark.usefixtures("enrolled")
async def test_a_locked_screen_shares_nothing(shown: At) -> None:
    async with shown("sync") as (app, pilot):
        await pilot.press("ctrl+t")
        await until_on(app, pilot)
        app.sync_rest()
        await until_off(app, pilot)


@pytest.mark.usefixtures("enrolled")
async def test_a_laptop_that_shares_is_met_by_its_address(shown: At, partner: Store) -> None:
    meet_before = set(Folder(partner.path).graph())
    with sharing(partner, host="127.0.0.1", port=0) as shared:
        async with shown("sync") as (app, pilot):
            await carry(app, pilot, KEYS["meet"], shared.addresses[0])
            assert "和二楼同步完成" in words_on(app)
            await pilot.press("enter")
            await settle(app, pilot)
    assert set(Folder(partner.path).graph()) > meet_before


@pytest.mark.parametrize(("theme", "lang"), [*((theme, "zh") for theme in THEMES), ("yiyang-plain", "en")])
@pytest.mark.usefixtures("enrolled")
async def test_the_dialogs_fit_in_every_look_and_language(shown: At, theme: str, lang: str) -> None:
    places = [(f"/media/carer/USB{n}", f"/media/carer/USB{n}") for n in range(7)]
    async with shown("sync", theme=theme, lang=lang) as (app, pilot):
        for errand in (PUT, TAKE, MEET):
            app.push_screen(Carry(Errand(errand.name, lambda _store: places, errand.act)))
            await settle(app, pilot)
            assert "/media/carer/USB0" in screen_text(app)
            if theme == "yiyang-plain":
                assert ambiguous_glyphs(app) == set()
            await pilot.press("escape")
            await settle(app, pilot)
            assert not isinstance(app.screen, Carry)


def test_plugged_in_drives_are_mount_points_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "user" / "stick").mkdir(parents=True)
    assert sticks((str(tmp_path), str(tmp_path / "nowhere"))) == []
    assert Path("/proc") in sticks(("/",))
