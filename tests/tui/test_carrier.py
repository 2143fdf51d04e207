"""The carrier: one sync beside the work, honest words about it, and nothing of it after the end."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from care.people import page
from care.rounds import Observation, record
from care.today import today
from db.keys import FLOOR
from db.local import JOURNAL
from db.vault import open_vault
from sync import exchange, parcel
from sync.county.admin import new_code
from sync.county.serving import running
from sync.enrol import join
from sync.link import Folder, Run
from sync.proof.standing import Standing, standing
from sync.session import settle as seal_and_post
from sync.session import sync
from sync.turns import my_turn
from tests.care.household import NUMBER, PASSPHRASE, Household
from tests.tui.conftest import screen_text, settle
from tests.tui.evening import NOW, PAIR, At, begun
from yiyang_tui import words
from yiyang_tui.carrier import Carrying
from yiyang_tui.cells import whole_parts
from yiyang_tui.screens.person_switch import PersonSwitch
from yiyang_tui.sync_line import line

if TYPE_CHECKING:
    from sync.county.settings import Settings

# --- the line -------------------------------------------------------------------------------------

AT = 1795352640  # 2026-11-22 21:04
DONE = Run(AT - 8640, "done", sent=2)
STANDS = Standing(
    enrolled=True,
    county="青川县",
    total=1416,
    at_county=1284,
    unsealed=132,
    agrees=None,
    receipt_at=AT - 8640,
    last=DONE,
    runs=(DONE,),
    refused=(),
    waiting=0,
    set_aside=0,
    contested=0,
    outbox_bytes=0,
)


@pytest.mark.parametrize(
    ("differs", "running", "zh", "en"),
    [
        (
            {"enrolled": False},
            False,
            "还没有登记县级，1416 条都只存在本机",
            "No county yet, 1416 entries kept on this laptop only",
        ),
        (
            {},
            False,
            "本机新增 132 条未送出  县里已收 1284/1416  上次 18:40",
            "132 new entries not sent  county has 1284/1416  last 18:40",
        ),
        (
            {},
            True,
            "本机新增 132 条未送出  县里已收 1284/1416  正在同步",
            "132 new entries not sent  county has 1284/1416  syncing",
        ),
        (
            {"at_county": 1416},
            False,
            "全部送到  县里已收 1416/1416  上次 18:40",
            "All sent  county has 1416/1416  last 18:40",
        ),
        (
            {"sent": 100},
            False,
            "本机新增 32 条未送出  已发 100 条等回执  县里已收 1284/1416  上次 18:40",
            "32 new entries not sent  100 sent, no receipt yet  county has 1284/1416  last 18:40",
        ),
        (
            {"sent": 132, "county_lost": 3},
            False,
            "已发 132 条等回执  县里已收 1284/1416  县级少了 3 条，正在补送  上次 18:40",
            "132 sent, no receipt yet  county has 1284/1416"
            "  The county lost 3 entries; they are being given back  last 18:40",
        ),
        (
            {"last": Run(AT - 86400, "county_unreachable")},
            False,
            "本机新增 132 条未送出  县里已收 1284/1416  连不上县级，照常记录  上次 昨天 21:04",
            "132 new entries not sent  county has 1284/1416  county not reached, work goes on  last yesterday 21:04",
        ),
        (
            {"last": Run(AT, "link_damaged"), "refused": (("00" * 32, "batch_forged"),), "contested": 2},
            False,
            "本机新增 132 条未送出  县里已收 1284/1416  上次没送成，照常记录  ! 被退回 1 包"
            "  ! 2 处两边改得不一样  上次 21:04",
            "132 new entries not sent  county has 1284/1416  last try failed, work goes on"
            "  ! 1 batch refused  ! 2 disagreements  last 21:04",
        ),
    ],
)
def test_the_line_says_what_is_only_here_and_what_the_county_has(
    differs: dict[str, Any], running: bool, zh: str, en: str
) -> None:
    state = Carrying(running=running, standing=replace(STANDS, **differs))
    for lang, said in (("zh", zh), ("en", en)):
        words.use(lang)
        assert line(state, AT) == said


def test_the_line_of_a_record_nobody_has_looked_at_is_empty_and_a_trouble_is_told() -> None:
    from sync.errors import LinkDamaged

    words.use("zh")
    assert line(Carrying(), AT) == ""
    assert line(Carrying(trouble=LinkDamaged()), AT) == "同步的设置读不出，F9 有说明"


def test_on_a_narrow_screen_the_last_parts_are_left_out_whole() -> None:
    words.use("zh")
    said = line(Carrying(standing=replace(STANDS, contested=2)), AT)
    assert whole_parts(said, 78) == said
    assert whole_parts(said, 66) == said.removesuffix("  上次 18:40")
    assert whole_parts(said, 50) == "本机新增 132 条未送出  县里已收 1284/1416"
    assert whole_parts(said, 3) == "本机新增 132 条未送出"


def test_time_left_is_known_once_something_is_done() -> None:
    half_a_minute_ago = time.monotonic() - 30
    assert Carrying(running=True, began=half_a_minute_ago, done=250, total=1000).left_s == 90
    assert Carrying(running=True, began=half_a_minute_ago, done=0, total=1000).left_s is None
    assert Carrying(running=False, began=half_a_minute_ago, done=250, total=1000).left_s is None


# --- beside the work ------------------------------------------------------------------------------


def person(house: Household, name: str) -> UUID:
    """Somebody by name."""
    return page(house.store, name, 0, 1)[0].id


def carry_out(house: Household) -> None:
    """One exchange of a closed record, as a timer does it."""
    exchange.run(Folder(house.store.path))


def runs(house: Household) -> list[str]:
    """How the exchanges so far ended."""
    return [run.outcome for run in Folder(house.store.path).news().runs]


async def test_what_is_recorded_reaches_the_county_by_itself(shown: At, enrolled: Household) -> None:
    async with shown() as (app, _):
        assert "全部送到" in screen_text(app)
        found = standing(enrolled.store)
        assert (found.unsent, found.agrees, runs(enrolled)) == (0, True, ["done"])


async def test_what_came_while_the_record_was_closed_is_there_when_it_opens(
    shown: At, enrolled: Household, county: "Settings", address: str, tmp_path: Path
) -> None:
    """Another laptop answers the alert; a timer fetches it at night; in the morning Today knows."""
    sync(enrolled.store)
    other = join(
        tmp_path / "other.db",
        address,
        new_code(county, PAIR),
        number=NUMBER,
        passphrase=PASSPHRASE,
        laptop="医生",
        cost=FLOOR,
    )
    sync(other)
    other.answer_clock(enrolled.it_is(NOW))
    record(other, enrolled.director, person(enrolled, "陈德福"), Observation(kind="doctor", state="清醒"))
    sync(other)
    other.close()
    carry_out(enrolled)
    assert len(parcel.names(Folder(enrolled.store.path).inbox)) == 1
    assert len(today(enrolled.store, enrolled.store.now()).alerts) == 2
    async with shown() as (app, pilot):
        app.screen.load()  # type: ignore[attr-defined]
        await settle(app, pilot)
        assert "要紧 1" in screen_text(app)
        assert parcel.names(Folder(enrolled.store.path).inbox) == []


async def test_what_another_program_fetches_meanwhile_is_taken_in_at_the_next_look(
    shown: At, enrolled: Household, county: "Settings", address: str, tmp_path: Path
) -> None:
    async with shown() as (app, pilot):
        code = new_code(county, PAIR)
        other = join(
            tmp_path / "other.db", address, code, number=NUMBER, passphrase=PASSPHRASE, laptop="医生", cost=FLOOR
        )
        sync(other)
        other.answer_clock(enrolled.it_is(NOW))
        record(other, enrolled.director, person(enrolled, "陈德福"), Observation(kind="doctor", state="清醒"))
        sync(other)
        other.close()
        carry_out(enrolled)
        assert app.carrier is not None
        app.carrier.look()
        await settle(app, pilot)
        assert parcel.names(Folder(enrolled.store.path).inbox) == []
        assert len(today(enrolled.store, enrolled.store.now()).alerts) == 1


async def test_a_red_alert_goes_at_once_and_after_an_exchange_under_way_once_more(
    shown: At, enrolled: Household
) -> None:
    async with shown() as (app, pilot):
        assert app.carrier is not None
        assert app.carrier.go() is True
        record(enrolled.store, enrolled.carer, person(enrolled, "李秀英"), Observation(vitals={"sbp": 80}))
        app.screen.saved("李秀英 巡视", None, "已保存", urgent=True)  # type: ignore[attr-defined]
        assert app.carrying.running
        await settle(app, pilot)
        while app.carrying.running:
            await settle(app, pilot)
        assert runs(enrolled) == ["done"] * 3
        assert standing(enrolled.store).unsent == 0


async def test_what_is_not_urgent_waits_for_its_turn(shown: At, enrolled: Household) -> None:
    async with shown() as (app, pilot):
        record(enrolled.store, enrolled.carer, person(enrolled, "李秀英"), Observation(unremarkable=True))
        app.screen.saved("李秀英 巡视", None, "已保存")  # type: ignore[attr-defined]
        await settle(app, pilot)
        assert runs(enrolled) == ["done"]
        assert "条未送出" in screen_text(app)


async def test_a_second_sync_of_the_record_is_told_and_changes_nothing(shown: At, enrolled: Household) -> None:
    with my_turn(Folder(enrolled.store.path)):
        async with shown("sync") as (app, pilot):
            await pilot.press("ctrl+s")
            await settle(app, pilot)
            assert "同一份记录正在同步" in screen_text(app)
            assert runs(enrolled) == []
    async with shown("sync") as (app, _):
        assert runs(enrolled) == ["done"]


async def test_a_locked_screen_leaves_everything_sealed_for_a_timer(
    shown: At, home: Household, county: "Settings"
) -> None:
    from care.staff import set_pin
    from sync.enrol import enrol

    set_pin(home.store, home.carer, "2580")
    with running(county) as url:
        enrol(home.store, url, new_code(county, PAIR), pair_name=PAIR, laptop="护理站")
        seal_and_post(home.store)
        carry_out(home)
    async with shown() as (app, pilot):
        await pilot.press("down", "down", "space")
        await settle(app, pilot)
        assert unsealed(home) > 0
        await pilot.press("f10")
        await settle(app, pilot)
        await pilot.press("f10")
        await settle(app, pilot)
        assert isinstance(app.screen, PersonSwitch)
        assert app.screen.locked
        assert unsealed(home) == 0
        assert len(parcel.names(Folder(home.store.path).outbox)) == 1


def unsealed(house: Household) -> int:
    """Entries that no batch holds yet."""
    with house.store.reading() as conn:
        return int(conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one())


# --- the end --------------------------------------------------------------------------------------


@contextmanager
def mute_county() -> Iterator[tuple[str, threading.Event, socket.socket]]:
    """A county that takes a request and never answers: its address, whether it was asked, its door."""
    asked, doors = threading.Event(), []
    listening = socket.create_server(("127.0.0.1", 0))

    def take() -> None:
        with listening:
            while True:
                try:
                    door, _ = listening.accept()
                except OSError:
                    return
                doors.append(door)
                door.recv(1)
                asked.set()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked, listening
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        for door in doors:
            door.close()
        thread.join()


def carriers() -> list[threading.Thread]:
    """The carrier's threads that still wait for something."""
    return [one for one in threading.enumerate() if one.name == "carrier"]


async def test_quitting_in_the_middle_of_a_sync_waits_for_no_county_and_loses_nothing(
    shown: At, enrolled: Household, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program ends while the county still thinks; later nothing touches the record, and nobody is told anything."""
    folder = Folder(enrolled.store.path)
    unheard: list[object] = []
    monkeypatch.setattr(threading, "excepthook", unheard.append)
    told: list[Carrying] = []
    with mute_county() as (silent, asked, _):
        folder.save_link(replace(folder.link(), url=silent))
        async with shown(wait=False) as (app, pilot):
            while not asked.is_set():
                await pilot.pause()
            assert app.carrying.running
            assert app.carrier is not None
            app.carrier._changed = told.append
            app.exit()
        left = carriers()
        assert len(left) == 1  # it still waits for the county; the program did not
        files = {path: path.read_bytes() for path in folder.path.rglob("*.age")}
    for thread in left:
        thread.join()
    assert (told, unheard) == ([], [])
    assert {path: path.read_bytes() for path in folder.path.rglob("*.age")} == files
    folder.save_link(replace(folder.link(), url=address))
    store = open_vault(enrolled.store.path, NUMBER, PASSPHRASE)
    try:
        sync(store)
        found = standing(store)
        assert (found.unsent, found.agrees) == (0, True)
    finally:
        store.close()


async def test_the_end_of_a_day_seals_what_was_recorded(shown: At, enrolled: Household) -> None:
    async with shown() as (app, pilot):
        await begun(app, pilot)
        await pilot.press("down", "down", "space")
        await settle(app, pilot)
        assert unsealed(enrolled) > 0
    store = open_vault(enrolled.store.path, NUMBER, PASSPHRASE)
    try:
        with store.reading() as conn:
            assert conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one() == 0
        carry_out(enrolled)
        assert standing(store).unsent == 0
    finally:
        store.close()
