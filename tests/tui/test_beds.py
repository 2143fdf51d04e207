"""F5, Beds: the map shows who is where, and every act on it works from the keyboard alone."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from care import bed_detail, beds, chart, people, rounds, staff, stays
from care.person_facts import Allergy
from db.tables import Stay
from tests.care.household import Household, at, copy_of, founded
from tests.tui.charted import press
from tests.tui.conftest import screen_text, settle, type_text
from tests.tui.picture import same_as_picture
from tests.tui.small_places import Chart
from yiyang_tui import words
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.screens.beds import Beds
from yiyang_tui.session import Session
from yiyang_tui.themes import THEMES, ambiguous_glyphs
from yiyang_tui.widgets.lines import SaidLine

PLACES = {
    "today": "tests.tui.small_places:Today",
    "people": "tests.tui.small_places:People",
    "rounds": "tests.tui.small_places:Rounds",
    "beds": "yiyang_tui.screens.beds:Beds",
    "event": "yiyang_tui.screens.event_form:EventForm",
    "lifecycle": "yiyang_tui.screens.lifecycle:Lifecycle",
    "chart": "tests.tui.small_places:Chart",
    "sync": "tests.tui.small_places:Today",
}

Shown = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


@pytest.fixture(scope="session")
def lived_in_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Household]:
    """The closed record of a house with nine people: in, out, late, urgent, on the ward, at home."""
    made = founded(tmp_path_factory.mktemp("beds") / "record.db")
    made.it_is("2026-11-19 10:00")
    li = made.person("李秀英", "101-1", care_level="full", allergies=(Allergy("青霉素"),), allergies_known=True)
    made.person("王长生", "101-2", allergies_known=True)
    zhou = made.person("周福", "102-1", care_level="self")
    shen = made.person("沈桂花", "103-1", care_level="self")
    made.person("欧阳建国", "201-1")
    made.person("郑有财", "病1-1")
    home = beds.add_home_bed(made.store, made.director, "双河村", "3组12号")
    liang = made.person("梁桂英", care_level="full")
    stays.admit(made.store, made.director, liang, home)
    beds.close(made.store, made.director, made.bed("103-2"))
    made.person("宋志云", village="石桥村", address="8组")
    made.person("宋无类", category="")
    now = made.it_is("2026-11-22 08:00")
    stays.leave(made.store, made.carer, zhou, "family", now + 30 * 3600, "儿子")
    stays.leave(made.store, made.carer, shen, "family", now + 3600, "")
    made.it_is("2026-11-22 11:00")
    sick = rounds.Observation(vitals={"spo2": 90, "resp": 25, "pulse": 112})
    rounds.record(made.store, made.carer, li, sick)
    made.store.close()
    return made.store.path, made


@pytest.fixture
def lived_in(lived_in_once: tuple[Path, Household], tmp_path: Path) -> Iterator[Household]:
    """A copy of it at four past eleven, open."""
    path, made = lived_in_once
    store = copy_of(path, tmp_path / "house")
    store.answer_clock(at("2026-11-22 11:04"))
    yield Household(store, made.director, made.carer, made._numbers)
    store.close()


@pytest.fixture
def shown(lived_in: Household) -> Shown:
    """The application at Beds, with the carer at the keyboard."""

    @asynccontextmanager
    async def run(
        lang: str = "zh", theme: str = "yiyang-plain", size: tuple[int, int] = (80, 24), number: str = "1002"
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        who = staff.by_number(lived_in.store, number)
        assert who is not None
        app = make_app(lived_in.store.path, lang, theme, start="beds", places=PLACES)
        session = Session(lived_in.store, who, "青山镇两院", lived_in.store.now)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            app.call_later(app.enter, session)
            await settle(app, pilot)
            yield app, pilot

    return run


async def go_to(app: YiyangApp, pilot: Pilot[None], label: str) -> None:
    """Walk to a bed with Home and Right."""
    await press(app, pilot, "home")
    while (cell := here(app)) != label:
        await pilot.press("right")
        await pilot.pause()
        assert here(app) != cell


def here(app: YiyangApp) -> str:
    """The label of the bed under the cursor."""
    screen = app.screen
    assert isinstance(screen, Beds)
    assert screen.cell is not None
    return screen.cell.label


def said(app: YiyangApp) -> str:
    """The answer line."""
    return screen_text(app).splitlines()[-2].strip()


def house_of(house: Household) -> dict[str, str]:
    """Who lies where, by label."""
    wards = beds.bed_map(house.store, house.store.now())
    return {cell.label: cell.name for ward in wards for room in ward.rooms for cell in room.cells if cell.name}


# --- what is shown ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_map_shows_who_is_where_who_is_out_and_what_is_free(shown: Shown, size: tuple[int, int]) -> None:
    async with shown(size=size) as (app, _pilot):
        same_as_picture(app, "beds")


async def test_figures_agree_with_the_map(shown: Shown, lived_in: Household) -> None:
    async with shown(size=(120, 36)) as (app, _pilot):
        drawn = screen_text(app)
        for ward in beds.bed_map(lived_in.store, lived_in.store.now()):
            states = [cell.state for room in ward.rooms for cell in room.cells if not cell.practice]
            assert [ward.taken, ward.free, ward.leave] == [states.count(s) for s in ("in", "free", "leave")]
        assert "福利院 11 张 住 3 空 6 外出 2 | 卫生院 4 张 住 1 空 3 | 家庭病床 1 张" in drawn
        assert (drawn.count("[空 ") + drawn.count(">空 "), drawn.count("[停用")) == (9, 1)


async def test_urgent_late_and_away_have_a_sign_beside_their_colour(shown: Shown) -> None:
    async with shown(size=(120, 36)) as (app, _pilot):
        drawn = screen_text(app)
        assert ">全!李秀英" in drawn  # NEWS2
        assert "[外 周福" in drawn
        assert "[外!沈桂花" in drawn  # should be back
        assert "[半 郑有财     3天]" in drawn
        assert "双河村 [全 梁桂英" in drawn


async def test_the_facts_of_the_bed_under_the_cursor(shown: Shown) -> None:
    async with shown(size=(120, 36)) as (app, pilot):
        drawn = screen_text(app)
        for fact in (
            "101-1 李秀英",
            "女 86岁 全护 特困",
            "! NEWS2 8",
            "! 过敏 青霉素",
            "在这张床 3 天，11-19 起",
        ):
            assert fact in drawn
        await go_to(app, pilot, "102-1")
        drawn = screen_text(app)
        for fact in ("外出 探亲，08:00 走", "说好 明天 14:00 回", "同去 儿子", "过敏没有问过"):
            assert fact in drawn
        await go_to(app, pilot, "103-1")
        assert "! 该回来了，超 2 小时" in screen_text(app)
        await go_to(app, pilot, "102-2")
        assert "102-2 空床   养老床" in screen_text(app)
        assert "同室 周福" in screen_text(app)
        await go_to(app, pilot, "双河村")
        assert "地址 3组12号" in screen_text(app)


async def test_two_people_on_one_bed_are_told_in_sign_and_words(shown: Shown, lived_in: Household) -> None:
    other = lived_in.person("张玉珍")
    with lived_in.store.act(lived_in.carer) as act:
        act.insert(Stay, person_id=other, bed_id=lived_in.bed("101-2"), from_at=act.now)
    async with shown() as (app, pilot):
        assert "[半 张玉珍  +" in screen_text(app)
        await go_to(app, pilot, "101-2")
        assert "! 101-2 床有两个人：张玉珍和王长生" in screen_text(app)
        await press(app, pilot, "ctrl+n")  # asks which of them
        await press(app, pilot, "down", "enter")
        await press(app, pilot, "enter")
        assert said(app) == "已保存 王长生 从 101-2 换到 102-2"
        assert (house_of(lived_in)["101-2"], house_of(lived_in)["102-2"]) == ("张玉珍", "王长生")


async def test_arrows_go_from_bed_to_bed_as_they_stand(shown: Shown) -> None:
    async with shown() as (app, pilot):
        way = []
        for key in ("right", "right", "down", "left", "up", "down", "down", "end", "up", "home"):
            await press(app, pilot, key)
            way.append(here(app))
        # Two rooms of two beds stand in a line at 80 columns, 103 alone in the next.
        assert way == ["101-2", "102-1", "103-2", "103-1", "101-1", "103-1", "201-1", "双河村", "病2-1", "101-1"]


async def test_the_map_scrolls_with_the_cursor(shown: Shown) -> None:
    async with shown() as (app, pilot):
        assert "李秀英" in screen_text(app)
        await press(app, pilot, "end")
        assert "双河村 >全 梁桂英" in screen_text(app)
        await press(app, pilot, "pageup", "pageup", "pageup")
        assert "福利院 1楼" in screen_text(app)


# --- what is done -----------------------------------------------------------------------------------


async def test_a_move_is_picked_on_the_map_and_can_be_taken_back(shown: Shown, lived_in: Household) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "ctrl+n")
        assert "王长生 从 101-2 换到 102-2？" in screen_text(app)
        await press(app, pilot, "right")  # only free beds of the same kind are gone to
        assert here(app) == "201-2"
        await press(app, pilot, "enter")
        assert said(app) == "已保存 王长生 从 101-2 换到 201-2"
        assert (here(app), house_of(lived_in)["201-2"]) == ("201-2", "王长生")
        await press(app, pilot, "ctrl+z")
        assert (said(app), here(app)) == ("已撤销：王长生 换床", "101-2")
        assert house_of(lived_in)["101-2"] == "王长生"


async def test_escape_while_picking_changes_nothing(shown: Shown, lived_in: Household) -> None:
    before = house_of(lived_in)
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "m", "right", "ctrl+d")
        assert said(app) == "正在选新床。Enter 定，Esc 不换。"
        await press(app, pilot, "escape")
        assert (here(app), said(app)) == ("101-2", "没有换床。")
    assert house_of(lived_in) == before


@pytest.mark.seed("R013")
async def test_three_beds_in_one_welfare_to_ward_to_home_and_back(shown: Shown, lived_in: Household) -> None:
    """All three kinds stand on one map, and a person goes from one to the other by keys; the record stays one."""
    person = lived_in.cell("101-2").person_id
    assert person is not None
    seen = rounds.unremarkable(lived_in.store, lived_in.carer, person)
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "ctrl+t", "enter")  # to the ward
        assert "王长生 从 101-2 转到 病1-2？" in screen_text(app)
        await press(app, pilot, "enter")
        assert said(app) == "已保存 王长生 从 101-2 转到 病1-2"
        await press(app, pilot, "b", "down", "enter")  # home
        await type_text(pilot, "石桥村")
        await press(app, pilot, "enter")
        await type_text(pilot, "8组")
        await press(app, pilot, "enter")
        assert said(app) == "已保存 王长生 从 病1-2 转到 石桥村"
        assert (here(app), "石桥村 >半 王长生" in screen_text(app)) == ("石桥村", True)
        await press(app, pilot, "ctrl+t", "enter", "home", "enter")  # back to the welfare home
        assert said(app) == "已保存 王长生 从 石桥村 转到 101-2"
    assert house_of(lived_in)["101-2"] == "王长生"
    assert [row.id for row in people.page(lived_in.store, "wcs", 0, 9)] == [person]
    assert [item.round_id for item in chart.timeline(lived_in.store, person)] == [seen.round_id]
    assert beds.bed_map(lived_in.store, lived_in.store.now())[2].free == 1


async def test_a_home_bed_made_by_mistake_goes_with_the_undo(shown: Shown, lived_in: Household) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "ctrl+t", "down", "enter")
        await press(app, pilot, "enter")
        await press(app, pilot, "enter")
        assert "! 请先填村名" in screen_text(app)
        await type_text(pilot, "石桥村")
        await press(app, pilot, "enter", "enter")
        assert house_of(lived_in)["石桥村"] == "王长生"
        await press(app, pilot, "ctrl+z")
    assert house_of(lived_in)["101-2"] == "王长生"
    assert lived_in.cell("石桥村").state == "closed"


async def test_leave_asks_why_until_when_and_with_whom_and_the_same_key_brings_back(
    shown: Shown, lived_in: Household
) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "ctrl+o", "enter", "right")
        assert "说好 明天 18:00 回" in screen_text(app)
        await press(app, pilot, "enter", "enter")
        await type_text(pilot, "女儿")
        await press(app, pilot, "enter", "enter")
        assert said(app) == "已保存 王长生 外出"
        assert ">外 王长生" in screen_text(app)
        (lying,) = bed_detail.details(lived_in.store, 0)[lived_in.bed("101-2")].lying
        assert lying.out == bed_detail.Out("family", at("2026-11-22 11:04"), at("2026-11-23 18:00"), "女儿", "")
        await press(app, pilot, "l")  # how they come back: the check on return
        assert "返院检查   101-2 王长生" in screen_text(app)
        await press(app, pilot, "ctrl+s")
        assert said(app) == "已保存 返院检查 王长生"
        assert lived_in.cell("101-2").state == "in"
        await press(app, pilot, "ctrl+z")  # it happened: nothing is promised
        assert said(app) == "没有可以撤销的事。"


async def test_a_leave_entered_by_mistake_is_taken_back(shown: Shown, lived_in: Household) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "ctrl+o", *["enter"] * 5)
        assert lived_in.cell("101-2").state == "leave"
        await press(app, pilot, "ctrl+z")
        assert lived_in.cell("101-2").state == "in"


async def test_a_half_typed_leave_is_there_again(shown: Shown, lived_in: Household) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "ctrl+o", "enter", "enter")
        await type_text(pilot, "12-01")
        await press(app, pilot, "enter", "escape")
        assert lived_in.cell("101-2").state == "in"
        await press(app, pilot, "ctrl+o")
        assert "说好 12-01 18:00 回" in screen_text(app)
        await press(app, pilot, *["enter"] * 5)
        assert lived_in.cell("101-2").due_back_at == at("2026-12-01 18:00")
        await press(app, pilot, "ctrl+z", "ctrl+o")
        assert "12-01" not in screen_text(app)


async def test_a_date_that_is_none_is_refused_where_it_is_typed(shown: Shown, lived_in: Household) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "ctrl+o", "down", "down")
        await type_text(pilot, "13-45")
        await press(app, pilot, "enter", "enter", "enter")
        assert "! 日期请写成 11-25" in screen_text(app)
        assert app.focused is not None
        assert app.focused.id == "date"
    assert lived_in.cell("101-2").state == "in"


async def test_discharge_asks_why_and_once_more(shown: Shown, lived_in: Household) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "ctrl+d", "enter")
        assert "王长生 离院，原因：回家/亲属接回？" in screen_text(app)
        await press(app, pilot, "escape")
        assert house_of(lived_in)["101-2"] == "王长生"
        await press(app, pilot, "d", "enter", "enter")
        assert said(app) == "已保存 王长生 离院，101-2 空出"
        assert "101-2 空床" in screen_text(app)
    assert "101-2" not in house_of(lived_in)


async def test_admission_to_the_free_bed_by_pinyin(shown: Shown, lived_in: Household) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "102-2")
        await press(app, pilot, "enter")
        await type_text(pilot, "wcs")  # has a bed
        await settle(app, pilot)
        assert "没有找到还没有床位的人" in screen_text(app)
        await press(app, pilot, *["backspace"] * 3)
        await type_text(pilot, "szy")
        await settle(app, pilot)
        await press(app, pilot, "enter")
        assert "宋志云 住进 102-2？" in screen_text(app)
        await press(app, pilot, "enter")
        assert said(app) == "已保存 宋志云 住进 102-2"
    assert house_of(lived_in)["102-2"] == "宋志云"


async def test_a_refused_admission_says_why(shown: Shown, lived_in: Household) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "102-2")
        await press(app, pilot, "a")
        await type_text(pilot, "swl")
        await settle(app, pilot)
        await press(app, pilot, "enter", "enter")
        assert "还没有选对象类别。没有办入住。" in screen_text(app)
    assert "102-2" not in house_of(lived_in)


async def test_keys_that_cannot_be_used_here_say_why(shown: Shown, lived_in: Household) -> None:
    for label in ("病1-2", "病2-1", "病2-2"):
        beds.close(lived_in.store, lived_in.director, lived_in.bed(label))
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "a")
        assert said(app) == "101-2 床有人。请先走到空床。"
        await press(app, pilot, "k")
        assert said(app) == "101-2 床有人，不能停用。"
        await press(app, pilot, "ctrl+t", "enter")
        assert said(app) == "卫生院现在没有空床。什么都没有变。"
        await go_to(app, pilot, "102-2")
        for key in ("m", "b", "l", "d"):
            app.screen.query_one(SaidLine).say("")
            await press(app, pilot, key)
            assert said(app) == "102-2 是空的。请先走到有人的床。"


async def test_a_bed_taken_meanwhile_is_refused_in_words(shown: Shown, lived_in: Household) -> None:
    song = next(row.id for row in people.page(lived_in.store, "szy", 0, 1))
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        await press(app, pilot, "ctrl+n")
        stays.admit(lived_in.store, lived_in.director, song, lived_in.bed("102-2"))
        await press(app, pilot, "enter")
        assert said(app) == "! 102-2 床有人。没有改动任何东西。请另选空床。"
    assert house_of(lived_in)["101-2"] == "王长生"


async def test_beds_are_closed_opened_and_added(shown: Shown, lived_in: Household) -> None:
    async with shown(number="1001") as (app, pilot):
        await go_to(app, pilot, "102-2")
        await press(app, pilot, "ctrl+k")
        assert (said(app), lived_in.cell("102-2").state) == ("已保存 102-2 停用", "closed")
        await press(app, pilot, "enter")
        assert "停用了" in said(app)
        await press(app, pilot, "ctrl+z")
        assert lived_in.cell("102-2").state == "free"
        await press(app, pilot, "ctrl+e", "enter")
        assert (said(app), here(app)) == ("已保存，加了一张床", "102-3")
        await go_to(app, pilot, "双河村")
        await press(app, pilot, "e")
        await type_text(pilot, "大坪村")
        await press(app, pilot, "enter", "enter")
        assert here(app) == "大坪村"


async def test_a_carer_closes_no_bed_of_the_house_but_opens_one_at_somebodys_home(
    shown: Shown, lived_in: Household
) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "102-2")
        await press(app, pilot, "ctrl+k")
        assert "请院长或管理员来办" in screen_text(app).replace("\n", "").replace(" ", "").replace("|", "")
        assert lived_in.cell("102-2").state == "free"
        await press(app, pilot, "escape")
        await go_to(app, pilot, "双河村")
        await press(app, pilot, "e")
        await type_text(pilot, "大坪村")
        await press(app, pilot, "enter", "enter")
        assert here(app) == "大坪村"


async def test_enter_opens_the_chart_of_whoever_lies_there(shown: Shown, lived_in: Household) -> None:
    async with shown() as (app, pilot):
        await press(app, pilot, "enter")
        assert isinstance(app.screen, Chart)
        assert app.screen.facts == {"person_id": lived_in.cell("101-1").person_id}


# --- looks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", words.LANGUAGES)
async def test_plain_draws_no_ambiguous_glyph_and_english_no_chinese_word(shown: Shown, lang: str) -> None:
    async with shown(lang=lang, size=(120, 36)) as (app, pilot):
        for key in ("home", "ctrl+n", "ctrl+t", "ctrl+o", "ctrl+d", "ctrl+e"):
            await press(app, pilot, key)
            drawn = screen_text(app)
            assert ambiguous_glyphs(app) == set()
            assert lang == "zh" or not any(word in drawn for word in ("护", "空", "床", "外", "岁", "天"))
            await press(app, pilot, "escape")


async def test_the_bed_under_the_cursor_has_its_sign_in_every_look(shown: Shown) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "101-2")
        for _ in THEMES:
            assert ">半 王长生" in screen_text(app)
            await press(app, pilot, "f12")


async def test_another_language_keeps_the_place_and_the_pick(shown: Shown) -> None:
    async with shown() as (app, pilot):
        await go_to(app, pilot, "201-1")
        await press(app, pilot, "ctrl+l")
        assert here(app) == "201-1"
        assert "Home 11: 3 in, 6 free, 2 out | Ward 4: 1 in, 3 free | At home 1" in screen_text(app)
        await press(app, pilot, "ctrl+n", "right")
        picked = here(app)
        await press(app, pilot, "ctrl+l")
        assert here(app) == picked
        assert f"欧阳建国 从 201-1 换到 {picked}？" in screen_text(app)
