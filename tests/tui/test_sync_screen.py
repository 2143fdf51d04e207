"""F9, Sync: where the record stands, what is under way, what wants a person, how to join a county."""

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select

from care.people import page
from care.rounds import Observation, record
from db.identity import row_id
from db.local import BATCH, SET_ASIDE
from db.tables import Stay
from sync import parcel
from sync.county import keys
from sync.county.admin import new_code
from sync.county.serving import running
from sync.link import Compared, Folder, News, Run, last_receipt
from sync.proof.standing import standing
from sync.session import sync
from sync.turns import my_turn
from tests.care.household import Household, at
from tests.tui.conftest import screen_text, settle, type_text
from tests.tui.evening import PAIR, At, disagree
from tests.tui.picture import same_as_picture
from tests.tui.small_places import Chart
from yiyang_tui import words
from yiyang_tui.carrier import Carrying
from yiyang_tui.screens.enrol import AskCounty, address
from yiyang_tui.screens.settle import Settle
from yiyang_tui.screens.sync_screen import SyncScreen
from yiyang_tui.themes import THEMES, ambiguous_glyphs
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from sync.county.settings import Settings


def person(house: Household, name: str) -> UUID:
    """Somebody by name."""
    return page(house.store, name, 0, 1)[0].id


def round_of(house: Household, name: str) -> None:
    """Somebody is looked at."""
    record(house.store, house.carer, person(house, name), Observation(unremarkable=True))


def stand_still(house: Household, county: "Settings", **differs: object) -> None:
    """After a sync: a receipt and runs of fixed times, so that the picture is the same every day."""
    sync(house.store)
    folder = Folder(house.store.path)
    news, link = folder.news(), folder.link()
    receipt = last_receipt(news, link)
    assert receipt is not None
    own = keys.load(county.folder)
    signed = replace(receipt, at=at("2026-11-22 18:40")).sign(own.sign, own.kid)
    past = (
        Run(at("2026-11-20 09:12"), "done", sent=3, received=1, bytes_up=4210, bytes_down=980, requests=2, seconds=4),
        Run(at("2026-11-21 18:40"), "county_unreachable"),
        Run(at("2026-11-22 18:40"), "done", sent=1, bytes_up=1180, bytes_down=310, requests=2, seconds=1),
    )
    folder.save_news(replace(News(receipt=signed, runs=past, county_heads=news.county_heads), **differs))  # type: ignore[arg-type]


def trouble(house: Household, county: "Settings") -> None:
    """As much as can be wrong at once: the disk was copied, the county was put back, batches came back, one waits."""
    stand_still(house, county, refused=(("ab" * 32, "counter_leap"),))
    folder = Folder(house.store.path)
    news, link = folder.news(), folder.link()
    receipt = last_receipt(news, link)
    assert receipt is not None
    own = keys.load(county.folder)
    best = replace(receipt, entries=receipt.entries + 7).sign(own.sign, own.kid)
    with house.store.writing() as conn:
        conn.execute(SET_ASIDE.insert().values(batch=b"b" * 32, seq=3, reason="unknown_table"))
        # The other one with this identity goes on from the same batch, and has an entry that nobody signed for.
        (first,) = conn.execute(select(BATCH).where(BATCH.c.device_id == house.store.device_id).limit(1)).mappings()
        twin = {**first, "hash": b"\xfe" * 32, "epoch": b"another epch", "first": 1, "last": 3}
        conn.execute(BATCH.insert().values({**twin, "position": 900}))
        conn.execute(BATCH.insert().values({**twin, "hash": b"\xfd" * 32, "device_id": row_id(b"\x80" * 12, 9)}))
    folder.save_news(
        replace(folder.news(), best=best, sent=(b"\xfe" * 32,), compared=Compared(at("2026-11-21 18:40"), 71, 2, 0))
    )
    parcel.put(folder.inbox, b"x" * 32, b"nobody can open this yet")
    round_of(house, "李秀英")
    disagree(house, person(house, "孙根宝"), phone="13900000001")


# --- where the record stands ------------------------------------------------------------------------


async def test_without_a_county_it_says_what_is_only_here_and_what_to_do(shown: At, home: Household) -> None:
    async with shown("sync") as (app, pilot):
        text = screen_text(app)
        assert f"{standing(home.store).total} 条   都已加密存好，只在这台电脑上" in text
        assert "按 Ctrl+E 登记" in text
        assert "Ctrl+S" not in text.splitlines()[-1]
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "还没有登记县级，先按 Ctrl+E 登记。" in screen_text(app)


async def test_with_a_county_the_numbers_are_those_of_the_signed_receipt(shown: At, enrolled: Household) -> None:
    async with shown("sync") as (app, pilot):
        total = standing(enrolled.store).total
        text = screen_text(app)
        assert text.splitlines()[3].startswith(f" 县里有 {total} / {total} 条  回执")
        assert [each.split()[:3] for each in text.splitlines()[4:8]] == [
            ["本机", "0", "条"],
            ["已发", "0", "条"],
            ["县里已收", str(total), "条"],
            ["被退回", "0", "条"],
        ]
        assert "县里都有了" in text
        assert "校验一致" in text
        round_of(enrolled, "李秀英")
        app.screen.load()  # type: ignore[attr-defined]
        await settle(app, pilot)
        unsent = standing(enrolled.store).unsent
        assert unsent > 0
        here = f"本机 {unsent} 条 未封好 {unsent} 条"
        assert " ".join(screen_text(app).splitlines()[4].split()) == here


async def test_ctrl_s_sends_at_once_and_says_what_was_done(shown: At, enrolled: Household) -> None:
    async with shown("sync") as (app, pilot):
        round_of(enrolled, "李秀英")
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "同步完成：送出 1 包，收到 0 包。" in screen_text(app)
        assert standing(enrolled.store).unsent == 0


@pytest.mark.usefixtures("enrolled")
async def test_while_it_is_under_way_ctrl_s_says_so(shown: At) -> None:
    async with shown("sync") as (app, pilot):
        assert app.carrier is not None
        app.carrier.state = replace(app.carrier.state, running=True)
        app.screen.carried(app.carrier.state)  # type: ignore[attr-defined]
        await pilot.press("ctrl+s")
        await settle(app, pilot)
        assert "正在同步，请稍等。" in screen_text(app)
        assert "Ctrl+S 现在同步" not in screen_text(app)


async def test_with_the_county_stopped_work_goes_on_and_the_sentence_says_so(
    shown: At, home: Household, county: "Settings"
) -> None:
    from sync.enrol import enrol

    with running(county) as url:
        enrol(home.store, url, new_code(county, PAIR), pair_name=PAIR, laptop="护理站")
        sync(home.store)
    async with shown("sync") as (app, pilot):
        text = screen_text(app)
        assert "连不上县级" in text
        assert "记录都在本机，没有丢失" in text
        assert "每 5 分自动再试" in text
        await pilot.press("f2")
        await settle(app, pilot)
        await pilot.press("down", "down", "space")
        await settle(app, pilot)
        assert "已保存 李秀英" in screen_text(app)
        assert "连不上县级，照常记录" in screen_text(app)


async def test_progress_has_a_bar_a_number_bytes_and_time_left(shown: At) -> None:
    import time

    async with shown("sync") as (app, pilot):
        app.screen.carried(Carrying(running=True))  # type: ignore[attr-defined]
        await pilot.pause()
        assert "正在问县级还缺什么" in screen_text(app)
        state = Carrying(running=True, done=700_000, total=1_000_000, began=time.monotonic() - 140)
        app.screen.carried(state)  # type: ignore[attr-defined]
        await pilot.pause()
        assert f"{'#' * 17}{'-' * 7} 70%  700 KB/1.0 MB  还要 1 分" in screen_text(app)


# --- what wants a person -----------------------------------------------------------------------------


async def test_enter_on_a_disagreement_opens_the_chart(shown: At, home: Household) -> None:
    li = person(home, "李秀英")
    disagree(home, li, phone="13900000001", allergies="[]")
    async with shown("sync") as (app, pilot):
        text = screen_text(app)
        assert "要人处理 1" in text
        assert next(each for each in text.splitlines() if "李秀英" in each).split() == [
            ">", "!", "两边不同", "101-2", "李秀英", "过敏", "电话",
        ]  # fmt: skip
        assert "Enter 去处理" in text
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Chart)
        assert app.screen.facts == {"person_id": li}


async def test_two_in_one_bed_are_told_too_and_enter_leads_to_the_list(shown: At, home: Household) -> None:
    disagree(home, person(home, "李秀英"), phone="13900000001")
    with home.store.act(home.director) as act:
        act.insert(Stay, person_id=person(home, "孙根宝"), bed_id=home.bed("101-2"), from_at=act.now - 60)
    async with shown("sync") as (app, pilot):
        text = screen_text(app)
        assert "没有要人处理的事" not in text
        told = next(each for each in text.splitlines() if "另有" in each)
        assert "件事两台电脑对不上" in told
        await pilot.press("down", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Settle)
        assert "一床两人" in screen_text(app)


async def test_what_the_county_sent_back_what_waits_and_what_is_set_aside_is_told(
    shown: At, enrolled: Household, county: "Settings"
) -> None:
    stand_still(enrolled, county, refused=(("ab" * 32, "batch_forged"), ("cd" * 32, "from_a_newer_county")))
    folder = Folder(enrolled.store.path)
    folder.save_link(replace(folder.link(), url="http://127.0.0.1:9"))
    with enrolled.store.writing() as conn:
        conn.execute(SET_ASIDE.insert().values(batch=b"b" * 32, seq=3, reason="unknown_table"))
    async with shown("sync") as (app, pilot):
        parcel.put(folder.inbox, b"x" * 32, b"nobody can open this yet")
        app.screen.load()  # type: ignore[attr-defined]
        await settle(app, pilot)
        text = screen_text(app)
        assert "共 2 包" in text.splitlines()[7]
        assert "签名不对，县级不收" in text
        assert "原因代号 from_a_newer_county" in text
        assert "搁置 1 条" in text
        assert "收到 1 包还在等前面的包" in text
        assert "没有要人处理的事" not in text


# --- joining a county ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("https://xian.example.cn", "https://xian.example.cn"),
        ("https://xian.example.cn:8443/", "https://xian.example.cn:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("xian.example.cn:8443", "https://xian.example.cn:8443"),
        ("ｈｔｔｐｓ：／／ｘｉａｎ．ｅｘａｍｐｌｅ．ｃｎ：８４４３", "https://xian.example.cn:8443"),
        ("https://xian。example。cn", "https://xian.example.cn"),
        *((bad, None) for bad in ("", "https://", "ftp://xian.example.cn", "https://a b.cn", "https://x.cn:99999")),
        *((bad, None) for bad in ("https://u:p@x.cn", "https://x.cn/path", "https://x.cn?a=1", "https://[::1", "://")),
    ],
)
def test_an_address_is_host_and_port(typed: str, read: str | None) -> None:
    assert address(typed) == read


async def test_a_malformed_address_or_code_is_refused_with_a_sentence(shown: At) -> None:
    async with shown("sync", number="1001") as (app, pilot):
        await pilot.press("ctrl+e")
        await settle(app, pilot)
        assert isinstance(app.screen, AskCounty)
        await pilot.press("enter")
        await settle(app, pilot)
        assert "地址要像 https://" in screen_text(app)
        assert app.screen.query_one("#url", Entry).has_focus
        await type_text(pilot, "127.0.0.1:9")
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.screen.query_one("#code", Entry).has_focus
        assert "地址要像" not in screen_text(app)
        await type_text(pilot, "ABCD-1234")
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, AskCounty)
        assert "登记码" in screen_text(app)
        assert app.screen.query_one("#code", Entry).value == "ABCD-1234"
        await pilot.press("escape")
        await settle(app, pilot)
        assert isinstance(app.screen, SyncScreen)


async def test_a_county_that_refuses_keeps_what_was_typed_and_the_right_code_joins_and_sends(
    shown: At, home: Household, county: "Settings", address: str
) -> None:
    code = new_code(county, PAIR)
    wrong = "ZZZZ-ZZZZ" + code[9:]
    async with shown("sync", number="1001") as (app, pilot):
        await pilot.press("ctrl+e")
        await settle(app, pilot)
        app.screen.query_one("#url", Entry).value = address
        await pilot.press("enter")
        await settle(app, pilot)
        app.screen.query_one("#code", Entry).value = wrong
        await pilot.press("enter")
        await settle(app, pilot)
        assert "县级不认这个登记码" in screen_text(app)
        assert app.screen.query_one("#url", Entry).value == address
        app.screen.query_one("#code", Entry).value = code.lower()
        await pilot.press("enter")
        await settle(app, pilot)
        await settle(app, pilot)
        assert isinstance(app.screen, SyncScreen)
        assert "已登记到 青川县" in screen_text(app)
        found = standing(home.store)
        assert (found.enrolled, found.unsent, found.agrees) == (True, 0, True)
        assert "县里都有了" in screen_text(app)
        await pilot.press("ctrl+e")
        await settle(app, pilot)
        assert "这台电脑已经登记过县级。" in screen_text(app)


async def test_a_county_that_cannot_be_reached_is_told_in_the_dialog(
    shown: At, home: Household, county: "Settings"
) -> None:
    async with shown("sync", number="1001") as (app, pilot):
        await pilot.press("ctrl+e")
        await settle(app, pilot)
        app.screen.query_one("#url", Entry).value = "http://127.0.0.1:9"
        app.screen.query_one("#code", Entry).value = new_code(county, PAIR)
        await pilot.press("enter", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, AskCounty)
        assert "连不上县级" in screen_text(app)
        assert not standing(home.store).enrolled


# --- looks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_is_drawn_as_in_its_picture(
    shown: At, enrolled: Household, county: "Settings", size: tuple[int, int]
) -> None:
    stand_still(enrolled, county, refused=(("ab" * 32, "batch_too_new"),))
    disagree(enrolled, person(enrolled, "李秀英"), phone="13900000001")
    round_of(enrolled, "李秀英")
    # Another program has its turn: an exchange of this one would have the time of the day of the test.
    with my_turn(Folder(enrolled.store.path)):
        async with shown("sync", size=size) as (app, pilot):
            assert app.carrier is not None
            app.carrier.state = replace(app.carrier.state, failed=None)
            app.screen.load()  # type: ignore[attr-defined]
            await settle(app, pilot)
            same_as_picture(app, "sync")
            assert ambiguous_glyphs(app) == set()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_in_english_nothing_is_cut_and_the_place_stays(
    shown: At, enrolled: Household, county: "Settings", size: tuple[int, int]
) -> None:
    disagree(enrolled, person(enrolled, "李秀英"), phone="13900000001")
    disagree(enrolled, person(enrolled, "孙根宝"), phone="13900000001")
    stand_still(enrolled, county)
    async with shown("sync", size=size) as (app, pilot):
        await pilot.press("down")
        chosen = app.screen.query_one(VirtualList).current
        await pilot.press("ctrl+l")
        await settle(app, pilot)
        assert words.language() == "en"
        text = screen_text(app)
        again = app.screen.query_one(VirtualList).current
        assert chosen is not None
        assert again is not None
        assert again.person_id == chosen.person_id
        assert "2 to settle" in text
        assert ".." not in text
        assert ambiguous_glyphs(app) == set()


@pytest.mark.parametrize("theme", THEMES)
async def test_every_look_says_what_is_wrong_in_words(shown: At, home: Household, theme: str) -> None:
    disagree(home, person(home, "李秀英"), phone="13900000001")
    async with shown("sync", theme=theme) as (app, _):
        assert "! 两边不同" in screen_text(app)


async def test_the_dialog_fits_and_has_no_ambiguous_glyph(shown: At) -> None:
    async with shown("sync", number="1001") as (app, pilot):
        await pilot.press("ctrl+e")
        await settle(app, pilot)
        same_as_picture(app, "enrol")
        assert ambiguous_glyphs(app) == set()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_every_trouble_is_told_in_whole_sentences(
    shown: At, enrolled: Household, county: "Settings", size: tuple[int, int], lang: str
) -> None:
    """Two laptops of one identity, a county that lost some, batches sent back, one that waits, one not signed for."""
    trouble(enrolled, county)
    with my_turn(Folder(enrolled.store.path)):
        async with shown("sync", size=size, lang=lang) as (app, pilot):
            assert app.carrier is not None
            app.carrier.state = replace(app.carrier.state, failed=None)
            app.screen.load()  # type: ignore[attr-defined]
            await settle(app, pilot)
            same_as_picture(app, f"sync-trouble-{lang}")
            assert ".." not in screen_text(app)
            assert ambiguous_glyphs(app) == set()
