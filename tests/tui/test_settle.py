"""What wants a person: found, told in words, settled by Enter, taken back by Ctrl+Z."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

import pytest
from sqlalchemy import select, update
from textual.pilot import Pilot

from care import people, stays
from care.bedside import bedside
from care.board import board
from care.disputes import shown
from care.invariants import findings
from care.person_facts import Allergy
from care.places import place_of
from db.journal import Value
from db.local import ROW_VERSION
from db.rows import shape_of
from db.tables import BY_NAME, SYNCED, Bed, Leave, Person, Staff, Stay
from db.versions import Head, RowHeads
from tests.care.household import Household, at
from tests.tui.charted import DIRECTOR, NOW, at_work, press, who
from tests.tui.conftest import screen_text
from tests.tui.picture import same_as_picture
from yiyang_tui import words
from yiyang_tui.app import YiyangApp
from yiyang_tui.screens import rounds_person, today_beside
from yiyang_tui.screens.contest import Contests
from yiyang_tui.screens.person_form import PersonForm
from yiyang_tui.screens.settle import Settle
from yiyang_tui.screens.settle_same import SamePeople
from yiyang_tui.themes import THEMES, ambiguous_glyphs
from yiyang_tui.widgets.virtual_list import VirtualList

Listed = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


def apart(house: Household, table: str, row: UUID, **values: Value) -> None:
    """Another laptop wrote these fields of a row without having seen what stands there."""
    same = (ROW_VERSION.c.table_name == table) & (ROW_VERSION.c.row_id == row)
    with house.store.writing() as conn:
        heads = RowHeads.decode(bytes(conn.execute(select(ROW_VERSION.c.heads).where(same)).scalar_one()))
        core = shape_of(BY_NAME[table]).table
        present = conn.execute(select(core).where(core.c.id == row)).mappings().one()
        for seq, (name, value) in enumerate(values.items(), 1):
            mine = heads.of(name)[0]._replace(value=present[name])
            heads.fields[name] = (Head(b"another epch", seq, 10**6, value), mine)
        conn.execute(update(ROW_VERSION).where(same).values(heads=heads.encode(), contested=len(heads.contested)))


def lies(house: Household, person: UUID, bed: str) -> UUID:
    """Another laptop put somebody on a bed."""
    with house.store.act(house.director) as act:
        return act.insert(Stay, person_id=person, bed_id=house.bed(bed), from_at=at(NOW) - 3600)


def everything(house: Household) -> None:
    """One of each kind, as two laptops would have left it."""
    store = house.store
    li, chen, zhou, song = (who(house, query) for query in ("lxy", "cdf", "zf", "szy"))
    with store.act(house.director) as act:
        act.insert(
            Person,
            name="李秀英",
            sex="2",
            birth="1943-05-06",
            id_number=people.facts(store, li).id_number,
            allergies='[{"reaction": "", "since": "", "to": "磺胺"}]',
            phone="13900000001",
        )
        act.insert(Person, name="宋志云", sex="2", birth=people.facts(store, song).birth or "")
        act.insert(Staff, number="1002", name="赵敏", role="nurse")
        act.insert(Bed, label="103-1", kind="welfare")
    lies(house, song, "101-2")
    lies(house, chen, "103-2")
    with store.act(house.director) as act:
        left = shape_of(Leave).table
        leave = act.conn.execute(select(left.c.stay_id)).one()
        act.edit(Stay, leave.stay_id, until_at=act.now, end_reason="move")
    lies(house, zhou, "201-1")
    apart(house, "person", li, care_level="half", phone="13800000000")
    apart(house, "bed", house.bed("202-1"), label="202-9")


@pytest.fixture
def listed(lived: Household) -> Listed:
    """The application at the list, with one of everything to settle."""
    everything(lived)

    @asynccontextmanager
    async def run(
        lang: str = "zh", theme: str = "yiyang-plain", size: tuple[int, int] = (80, 24)
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        async with at_work(lived, "unsettled", lang, theme, size, DIRECTOR) as (app, pilot):
            yield app, pilot

    return run


async def at_line(app: YiyangApp, pilot: Pilot[None], *said: str) -> None:
    """The cursor on the line that says all this."""
    lines = app.screen.query_one(VirtualList)
    for index in range(lines.total):
        row = lines.row_at(index)
        assert row is not None
        text = " ".join(cell.text for cell in row.cells)
        if all(each in text for each in said):
            lines.goto(index)
            await press(app, pilot)
            return
    raise AssertionError(f"no line says {said}")


def kinds(house: Household) -> list[str]:
    return [type(one).__name__ for one in findings(house.store)]


# --- the list ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_looks_as_it_was_drawn(listed: Listed, size: tuple[int, int]) -> None:
    async with listed(size=size) as (app, pilot):
        same_as_picture(app, "settle")
        await at_line(app, pilot, "登记了两次")
        await press(app, pilot, "enter")
        assert isinstance(app.screen, SamePeople)
        same_as_picture(app, "settle-same")
        await press(app, pilot, "escape")
        await at_line(app, pilot, "202-1")
        await press(app, pilot, "enter")
        assert isinstance(app.screen, Contests)
        same_as_picture(app, "settle-bed")


@pytest.mark.parametrize("theme", THEMES)
async def test_every_look_says_it_in_words(listed: Listed, theme: str) -> None:
    async with listed(theme=theme) as (app, _):
        text = screen_text(app)
        for said in ("! 两边不同", "! 一床两人", "! 一人两床", "! 登记了两次", "可能是同一人", "! 工号重复"):
            assert said in text
        if theme == "yiyang-plain":
            assert ambiguous_glyphs(app) == set()


async def test_another_language_keeps_the_place_and_cuts_nothing(listed: Listed) -> None:
    async with listed() as (app, pilot):
        await at_line(app, pilot, "一人两床")
        await press(app, pilot, "ctrl+l")
        text = screen_text(app)
        assert any(line.startswith(">") or " > " in line[:4] for line in text.splitlines() if "one on two beds" in line)
        for said in ("both differ", "two in one bed", "twice here", "maybe the same", "number twice", "label twice"):
            assert said in text


async def test_from_anywhere_it_is_one_key_and_an_empty_list_says_so(lived: Household) -> None:
    async with at_work(lived, number=DIRECTOR) as (app, pilot):
        await press(app, pilot, "ctrl+g")
        assert isinstance(app.screen, Settle)
        assert "没有要处理的事" in screen_text(app)
        await press(app, pilot, "ctrl+p", "=要处理")
        assert "要处理" in screen_text(app)


# --- settling ------------------------------------------------------------------------------------------


async def test_a_bed_label_is_chosen_typed_anew_and_taken_back(listed: Listed, lived: Household) -> None:
    bed = lived.bed("202-1")
    async with listed() as (app, pilot):
        await at_line(app, pilot, "202-1")
        await press(app, pilot, "enter")
        text = screen_text(app)
        assert "床位 202-1 床号 两台电脑各改了一次" in text
        assert "另一台电脑" in text
        await press(app, pilot, "end", "enter", "=202-5", "enter")
        assert isinstance(app.screen, Settle)
        assert "已定下：床号" in screen_text(app)
        assert lived.bed("202-5") == bed
        await press(app, pilot, "ctrl+z")
        assert lived.bed("202-1") == bed
        assert "已撤销：床号。显示的和选之前一样；要另选，直接改这一项" in screen_text(app)


async def test_a_persons_field_is_settled_here_too_and_the_other_way_leads_to_the_form(
    listed: Listed, lived: Household
) -> None:
    li = who(lived, "101-1")
    async with listed() as (app, pilot):
        await at_line(app, pilot, "101-1", "护理级别")
        await press(app, pilot, "enter", "enter")
        assert isinstance(app.screen, Contests)
        await press(app, pilot, "end", "enter")
        assert isinstance(app.screen, PersonForm)
        await press(app, pilot, "escape")
    assert people.facts(lived.store, li).care_level in ("full", "half")


async def test_two_in_one_bed_one_moves_after_a_question(listed: Listed, lived: Household) -> None:
    async with listed() as (app, pilot):
        await at_line(app, pilot, "一床两人")
        await press(app, pilot, "enter")
        assert "101-2 登记了不止一位：谁换到别处？" in screen_text(app)
        await press(app, pilot, "end", "enter")
        assert "宋志云 换到哪里？办离院在最下面" in screen_text(app)
        assert "103-1" in screen_text(app)
        await press(app, pilot, "enter")
        assert "宋志云 从 101-2 换到" in screen_text(app)
        await press(app, pilot, "enter")
        assert "一床两人" not in screen_text(app)
    assert "TwoInBed" not in kinds(lived)
    assert not lived.cell("101-2").others


async def test_or_one_of_them_has_left(listed: Listed, lived: Household) -> None:
    async with listed() as (app, pilot):
        await at_line(app, pilot, "一床两人")
        await press(app, pilot, "enter", "end", "enter", "end", "enter", "enter")
        assert "宋志云" in screen_text(app)
        await press(app, pilot, "enter")
        assert "一床两人" not in screen_text(app)
    (song, _) = people.page(lived.store, "宋志云", 0, 9)
    assert song.where == "none"


async def test_one_on_two_beds_stays_in_one_and_undo_asks_again(listed: Listed, lived: Household) -> None:
    async with listed() as (app, pilot):
        await at_line(app, pilot, "一人两床", "陈德福")
        await press(app, pilot, "enter")
        assert "陈德福 登记在不止一张床：在哪一张？" in screen_text(app)
        await press(app, pilot, "enter")
        assert "陈德福 在 103-2，别的床空出来了" in screen_text(app)
        assert "OnTwoBeds" not in kinds(lived)
        await press(app, pilot, "ctrl+z")
        assert "OnTwoBeds" in kinds(lived)


async def test_a_leave_gets_its_bed_again(listed: Listed, lived: Household) -> None:
    async with listed() as (app, pilot):
        await at_line(app, pilot, "外出没有床")
        await press(app, pilot, "enter")
        assert "周福 外出时另一台电脑换了床" in screen_text(app)
        await press(app, pilot, "enter")
        assert "周福 外出已接上" in screen_text(app)
    assert lived.cell("201-1").state == "leave"


async def test_a_number_and_a_label_that_two_share(listed: Listed, lived: Household) -> None:
    async with listed() as (app, pilot):
        await at_line(app, pilot, "工号重复")
        await press(app, pilot, "enter", "down", "enter", "=1009", "enter")
        assert "工号已换成 1009" in screen_text(app)
        await at_line(app, pilot, "床号重复")
        await press(app, pilot, "enter", "end", "enter", *["backspace"] * 5, "=103-9", "enter")
        assert "床位已改叫 103-9" in screen_text(app)
        assert {"NumberTwice", "LabelTwice"} & set(kinds(lived)) == set()
        await press(app, pilot, "ctrl+z", "ctrl+z")
        assert {"NumberTwice", "LabelTwice"} <= set(kinds(lived))


async def test_a_double_of_the_staff_is_closed(listed: Listed, lived: Household) -> None:
    async with listed() as (app, pilot):
        await at_line(app, pilot, "工号重复")
        await press(app, pilot, "enter", "end", "enter")
        assert "工号 1002 重复的那份已停用" in screen_text(app)
    assert "NumberTwice" not in kinds(lived)


# --- one person, two registrations -----------------------------------------------------------------------


async def test_two_registrations_are_compared_merged_seen_as_one_and_parted(listed: Listed, lived: Household) -> None:
    li = who(lived, "101-1")
    async with listed() as (app, pilot):
        await at_line(app, pilot, "登记了两次")
        await press(app, pilot, "enter")
        text = screen_text(app)
        assert "李秀英 和 李秀英 是同一位老人吗？" in text
        assert "青霉素" in text
        assert "磺胺" in text
        await press(app, pilot, "enter")
        assert "合并，留 101-1 李秀英 这一份？" in screen_text(app)
        await press(app, pilot, "enter")
        assert "已合并为同一人：李秀英" in screen_text(app)
        (row,) = people.page(lived.store, "李秀英", 0, 9)
        assert (row.id, set(row.allergies)) == (li, {"青霉素", "磺胺"})
        await press(app, pilot, "ctrl+z")
        assert len(people.page(lived.store, "李秀英", 0, 9)) == 2
        await at_line(app, pilot, "登记了两次")
        await press(app, pilot, "enter", "enter", "enter", "f3", "=lxy", "enter", "ctrl+k")
        assert "把 李秀英 分开成两位老人？" in screen_text(app)
        await press(app, pilot, "enter")
        assert "已分开：李秀英" in screen_text(app)
        assert len(people.page(lived.store, "李秀英", 0, 9)) == 2


async def test_two_people_are_left_alone(listed: Listed, lived: Household) -> None:
    async with listed() as (app, pilot):
        before = kinds(lived)
        await at_line(app, pilot, "可能是同一人")
        await press(app, pilot, "enter", "end", "enter")
        assert "补上身份证号" in screen_text(app)
        assert kinds(lived) == before


async def test_from_the_people_anybody_is_merged_with_whoever_is_found(lived: Household) -> None:
    chen = who(lived, "cdf")
    other = lived.person("陈得福", allergies=(Allergy("磺胺"),))
    async with at_work(lived, number=DIRECTOR) as (app, pilot):
        await press(app, pilot, "=101-2", "ctrl+t")
        assert "陈德福 和哪一位是同一个人？" in screen_text(app)
        await press(app, pilot, "=陈得福", "enter")
        assert "陈德福 和 陈得福 是同一位老人吗？" in screen_text(app)
        await press(app, pilot, "enter", "enter")
        assert "已合并为同一人：陈德福" in screen_text(app)
    (row,) = people.page(lived.store, "陈得福", 0, 9)
    assert (row.id, row.bed_label) == (chen, "101-2")
    assert row.id != other


async def test_whose_beds_are_not_settled_cannot_be_merged(lived: Household) -> None:
    other = lived.person("陈得福", "201-1")
    async with at_work(lived, number=DIRECTOR) as (app, pilot):
        await press(app, pilot, "=101-2", "ctrl+t", "=陈得福", "enter", "enter", "enter")
        assert "请先在床位里办好其中一张" in screen_text(app)
    assert who(lived, "201-1") == other


async def test_laptops_that_merged_crosswise_are_asked_which(lived: Household) -> None:
    li, wu = who(lived, "lxy"), who(lived, "wgh")
    stays.discharge(lived.store, lived.carer, wu, "home")
    with lived.store.act(lived.director) as act:
        act.edit(Person, wu, same_as=li)
        act.edit(Person, li, same_as=wu)
    async with at_work(lived, "unsettled", number=DIRECTOR) as (app, pilot):
        await at_line(app, pilot, "互相合并")
        await press(app, pilot, "enter")
        assert "两台电脑留的不是同一份" in screen_text(app)
        await press(app, pilot, "enter", "enter")
        assert "互相合并" not in screen_text(app)
    assert people.count(lived.store, "lxy") == 1
    assert "ShownAsEachOther" not in kinds(lived)


async def test_the_chart_warns_of_registrations_that_differ_until_it_is_settled(lived: Household) -> None:
    li = who(lived, "lxy")
    other = lived.person("李秀瑛", care_level="special")
    from care.same_person import merge_people

    merge_people(lived.store, lived.director, li, other)
    async with at_work(lived, number=DIRECTOR) as (app, pilot):
        await press(app, pilot, "=lxy", "enter")
        assert "冲突 1 条：护理级别" in screen_text(app)
        await press(app, pilot, "ctrl+b", "enter")
        assert "冲突" not in screen_text(app)


# --- words and warnings ------------------------------------------------------------------------------------


def test_every_table_and_field_that_can_be_contested_has_a_word() -> None:
    known = words.catalogue("zh")
    edited = [shape_of(table) for table in SYNCED if table.merge.kind == "edit"]
    assert [shape.name for shape in edited if f"settle.table.{shape.name}" not in known] == []
    # The county's own lists it alone writes.
    fields = [
        (shape.name, name)
        for shape in edited
        if shape.name not in ("person", "catalogue", "catalogue_item")
        for name in shape.columns
    ]
    assert [each for each in fields if not {f"column.{each[0]}.{each[1]}", f"column.{each[1]}"} & set(known)] == []
    assert "column.person.same_as" in known


def test_what_is_not_settled_and_can_hurt_is_said_wherever_the_person_is_seen(lived: Household) -> None:
    words.use("zh")
    li = who(lived, "101-1")
    apart(lived, "person", li, allergies="[]", care_level="half", spo2_scale=2, no_resuscitation=True, phone="1")
    now = lived.store.now()
    beside = bedside(lived.store, li, now)
    row = next(row for row in board(lived.store, now).rows if row.person_id == li)
    at_bed = " ".join(cell.text for line in rounds_person.who(row, beside) for cell in line)
    at_today = " ".join(cell.text for cell in today_beside.essentials(beside, now))
    for said in (at_bed, at_today):
        assert "! 两边不同：过敏、护理级别、不做心肺复苏、血氧标准" in said
        assert "电话" not in said


async def test_a_time_is_typed_as_it_is_shown_and_no_other_way(lived: Household) -> None:
    with lived.store.reading() as conn:
        place = place_of(conn, who(lived, "101-1"))
    assert place is not None
    stay = place.stay_id
    apart(lived, "stay", stay, from_at=at("2026-11-01 09:30"), begun_by="move")
    async with at_work(lived, "unsettled", number=DIRECTOR) as (app, pilot):
        await press(app, pilot, "enter")
        text = screen_text(app)
        assert "在床 101-1 李秀英 怎么开始的" in text
        assert "对：换床" in text
        assert "都不对" not in text
        await press(app, pilot, "enter")
        assert "对：2026-11-01 09:30" in screen_text(app)
        await press(app, pilot, "end", "enter", "=1.11.2026", "enter")
        assert "时间要写成 2026-11-22 21:04 这样" in screen_text(app)
        await press(app, pilot, "enter", "enter", "=2026-11-01 10:00", "enter")
        assert isinstance(app.screen, Settle)
    assert shown(lived.store, "stay", stay)["from_at"] == at("2026-11-01 10:00")
    assert kinds(lived) == []
