"""F8 and the form of any event: few keys for what is usual, everything for what is not, nothing typed is lost."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

from care import staff
from care.events import read, record
from care.events.kinds import kinds
from care.events.shape import Kind
from tests.care.household import PIN_OF_SECOND, Household, at
from tests.tui.conftest import screen_text, settle, type_text
from tests.tui.picture import same_as_picture
from tests.tui.walk import id_of, said
from yiyang_tui import words
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.cells import ambiguous
from yiyang_tui.screens.event_fields import label_width
from yiyang_tui.screens.event_form import EventForm
from yiyang_tui.screens.event_lists import MOST_LINES, laid
from yiyang_tui.screens.event_values import facts_of, read_time, values_of
from yiyang_tui.screens.events import Events
from yiyang_tui.session import Session
from yiyang_tui.themes import ambiguous_glyphs
from yiyang_tui.widgets.choice import Choice
from yiyang_tui.widgets.entry import Entry
from yiyang_tui.widgets.virtual_list import VirtualList
from yiyang_tui.words import t

PLACES = {
    "today": "tests.tui.small_places:Today",
    "people": "tests.tui.small_places:People",
    "rounds": "tests.tui.small_places:Rounds",
    "beds": "tests.tui.small_places:Today",
    "medicines": "tests.tui.small_places:Today",
    "sync": "tests.tui.small_places:Today",
    "chart": "tests.tui.small_places:Chart",
    "events": "yiyang_tui.screens.events:Events",
    "event": "yiyang_tui.screens.event_form:EventForm",
}
NOW = at("2026-11-22 11:04")

Eventful = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


@pytest.fixture
def eventful(house: Household) -> Eventful:
    """The application at F8."""

    @asynccontextmanager
    async def run(
        lang: str = "zh", theme: str = "yiyang-plain", size: tuple[int, int] = (80, 24), number: str = "1002"
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        by = staff.by_number(house.store, number)
        assert by is not None
        app = make_app(house.store.path, lang, theme, start="events", places=PLACES)
        session = Session(house.store, by, "青山镇两院", house.store.now)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            app.call_later(app.enter, session)
            await settle(app, pilot)
            yield app, pilot

    return run


async def press(app: YiyangApp, pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(app, pilot)


async def open_form(app: YiyangApp, pilot: Pilot[None], kind: str, **facts: Any) -> EventForm:
    app.call_later(lambda: app.open("event", kind=kind, **facts))
    await settle(app, pilot)
    await settle(app, pilot)
    assert isinstance(app.screen, EventForm)
    return app.screen


async def take_way(app: YiyangApp, pilot: Pilot[None], way: str) -> None:
    """Go down to one of the ways on from an event, and take it."""
    ways = app.screen.query_one("#ways", VirtualList)
    rows: list[Any] = [ways.row_at(n) for n in range(ways.total)]
    at = next(n for n, row in enumerate(rows) if row[0] == way)
    await press(app, pilot, *["down"] * at, "enter")


def fall(house: Household, person: UUID) -> UUID:
    facts = {
        "severity": "II",
        "place": "toilet",
        "injury": ["bruise", "head"],
        "body": ["head", "hip:left"],
        "first_aid": "平卧，冷敷",
        "found_at": NOW - 600,
    }
    return record.record(house.store, house.carer, "fall", facts, person_id=person, at=NOW - 600)


def all_events(house: Household) -> list[read.EventView]:
    """Everything but the leave that somebody is on from the beginning."""
    return [one for one in read.of_house(house.store, 0) if one.kind != "leave_slip"]


# --- few keys ---------------------------------------------------------------------------------------


async def test_a_meal_of_several_people_is_one_act_and_is_taken_back_as_one(
    eventful: Eventful, house: Household
) -> None:
    async with eventful() as (app, pilot):
        await press(app, pilot, "ctrl+n", "1", "space", "down", "space", "enter", "ctrl+s")
        assert isinstance(app.screen, Events)
        assert {(one.name, one.kind, one.facts["eaten"]) for one in all_events(house)} == {
            ("王长生", "meal", "all"),
            ("李秀英", "meal", "all"),
        }
        assert "2 人" in screen_text(app)
        await press(app, pilot, "ctrl+z")
        assert all_events(house) == []


async def test_with_the_person_known_a_normal_bath_takes_three_keys(eventful: Eventful, house: Household) -> None:
    from yiyang_tui.screens.event_acts import new_event

    async with eventful() as (app, pilot):
        place = app.screen
        assert isinstance(place, Events)
        li = id_of(house, "李秀英")
        app.call_later(new_event, place, li, "李秀英")  # Ctrl+N on the page of a chart
        await settle(app, pilot)
        await press(app, pilot, "3", "ctrl+s")
        (found,) = all_events(house)
        assert (found.person_id, found.kind, found.facts["water"]) == (li, "bathing", "right")
        assert said(app) == "已保存 洗浴 李秀英"


# --- the whole form -----------------------------------------------------------------------------------


async def test_a_fall_is_typed_with_a_sketch_of_the_body_and_read_back(eventful: Eventful, house: Household) -> None:
    async with eventful() as (app, pilot):
        await press(app, pilot, "ctrl+n", "right", "1")
        await type_text(pilot, "lxy")
        await settle(app, pilot)
        await press(app, pilot, "enter")
        form = app.screen
        assert isinstance(form, EventForm)
        assert form.focused is form.query_one("#f-severity")
        await press(app, pilot, "3", "enter", "3", "enter", "enter", "3", "9")
        same_as_picture(app, "event-fall")
        await press(app, pilot, "down", "space")
        # From the head down to the shoulder, then to its left.
        await press(app, pilot, "down", "down", "left", "space")
        same_as_picture(app, "event-body")
        await press(app, pilot, "enter", "enter", "enter")
        await type_text(pilot, "pingwo")
        await press(app, pilot, "ctrl+s")
        (found,) = all_events(house)
        assert found.name == "李秀英"
        assert (found.facts["severity"], found.facts["place"]) == ("II", "toilet")
        assert (found.facts["injury"], found.facts["body"]) == (["bruise", "head"], ["shoulder:left"])
        assert found.facts["first_aid"] == "pingwo"
        assert "医生" in said(app)


async def test_what_is_missing_is_told_and_gone_to(eventful: Eventful, house: Household) -> None:
    async with eventful() as (app, pilot):
        form = await open_form(app, pilot, "fall", person_id=id_of(house, "李秀英"))
        await press(app, pilot, "ctrl+s")
        assert "4 处" in screen_text(app)
        assert form.focused is form.query_one("#f-severity")
        assert screen_text(app).count("! 要填") == 4
        # What was missing and is there now is no longer told; the rest still is.
        await press(app, pilot, "2")
        assert screen_text(app).count("! 要填") == 3
        form.query_one("#f-found_at", Entry).value = "noon"
        await press(app, pilot, "ctrl+s")
        assert "时间没读懂" in str(form.query_one("#note-f-found_at").render())
        assert all_events(house) == []


async def test_fields_that_do_not_apply_are_not_there_and_not_kept(eventful: Eventful, house: Household) -> None:
    async with eventful() as (app, pilot):
        form = await open_form(app, pilot, "fall", person_id=id_of(house, "李秀英"))
        body = form.query_one("#row-f-body")
        assert not body.display
        form.query_one("#f-injury", Choice).focus()
        await press(app, pilot, "3")
        assert body.display
        await press(app, pilot, "3")
        assert not body.display


async def test_half_typed_it_waits(eventful: Eventful, house: Household) -> None:
    li = id_of(house, "李秀英")
    async with eventful() as (app, pilot):
        await open_form(app, pilot, "note", person_id=li)
        await type_text(pilot, "shuide hao")
        await press(app, pilot, "escape", "enter")
        assert isinstance(app.screen, Events)
        await open_form(app, pilot, "note", person_id=li)
        assert app.screen.query_one("#f-text", Entry).value == "shuide hao"
        await press(app, pilot, "ctrl+l")
        assert app.screen.query_one("#f-text", Entry).value == "shuide hao"
        await press(app, pilot, "ctrl+l", "ctrl+s")
        (found,) = all_events(house)
        assert found.facts == {"text": "shuide hao"}
        await open_form(app, pilot, "note", person_id=li)
        assert app.screen.query_one("#f-text", Entry).value == ""


# --- what is open -----------------------------------------------------------------------------------


async def test_what_is_open_stands_first_and_leads_on(eventful: Eventful, house: Household) -> None:
    id = fall(house, id_of(house, "李秀英"))
    record.record(house.store, house.carer, "note", {"text": "睡得好"}, person_id=id_of(house, "王长生"))
    house.colleague("nurse", "1003")
    async with eventful(number="1003") as (app, pilot):
        same_as_picture(app, "events")
        await press(app, pilot, "enter")
        same_as_picture(app, "event-view")
        await press(app, pilot, "down", "down", "enter")
        form = app.screen
        assert isinstance(form, EventForm)
        assert form.kind.id == "told_family"
        form.query_one("#f-family_name", Entry).value = "儿子"
        await press(app, pilot, "ctrl+s")
        assert [one.kind for one in read.thread(house.store, id)] == ["told_family"]
        assert "通知家属" not in screen_text(app).split("今天 3")[0]


async def test_a_carer_closes_no_incident(eventful: Eventful, house: Household) -> None:
    id = fall(house, id_of(house, "李秀英"))
    async with eventful() as (app, pilot):
        await open_form(app, pilot, "incident_closed", about=id)
        form = app.screen
        for field, value in (("cause", "地面湿"), ("action", "防滑垫")):
            form.query_one(f"#f-{field}", Entry).value = value
        form.query_one("#f-outcome", Choice).value = "well"
        await press(app, pilot, "ctrl+s")
        assert "护士" in screen_text(app)
        assert read.event(house.store, id).open


async def test_corrected_by_oneself_voided_by_two(eventful: Eventful, house: Household) -> None:
    id = fall(house, id_of(house, "李秀英"))
    async with eventful() as (app, pilot):
        await press(app, pilot, "enter")
        await take_way(app, pilot, "correct")
        form = app.screen
        assert isinstance(form, EventForm)
        assert form.focused is form.query_one("#f-reason")
        await type_text(pilot, "xiecuo")
        form.query_one("#f-place", Choice).value = "room"
        await press(app, pilot, "ctrl+s")
        now = read.event(house.store, id)
        assert (now.facts["place"], now.at, [one.stands for one in read.history(house.store, id)]) == (
            "room",
            NOW - 600,
            ["yes", "corrected"],
        )
    house.second("doctor")
    house.colleague("nurse", "1003")
    async with eventful(number="1003") as (app, pilot):
        await press(app, pilot, "enter")
        await take_way(app, pilot, "void")
        await type_text(pilot, "jicuo")
        await press(app, pilot, "enter")
        await type_text(pilot, PIN_OF_SECOND)
        await press(app, pilot, "enter")
        assert read.event(house.store, id).stands == "void"
        assert "没有记事件" in screen_text(app)


async def test_valuables_take_two_persons(eventful: Eventful, house: Household) -> None:
    second = house.second("doctor")
    async with eventful() as (app, pilot):
        form = await open_form(app, pilot, "valuables", person_id=id_of(house, "李秀英"))
        for field, value in (("what", "金戒指一枚"), ("by", "李强"), ("money", "12.50")):
            form.query_one(f"#f-{field}", Entry).value = value
        await press(app, pilot, "ctrl+s")
        await type_text(pilot, PIN_OF_SECOND)
        await press(app, pilot, "enter")
        (found,) = all_events(house)
        assert (found.facts["money"], found.second) == (1250, "同事")
        assert second.staff_id != house.carer


# --- every kind -------------------------------------------------------------------------------------


FORMS = [of for of in kinds() if of.form]
LONGEST = [
    max(FORMS, key=lambda of: len(of.fields)),
    max(FORMS, key=lambda of: max((cell_len(field.words.en) for field in of.fields), default=0)),
    max(FORMS, key=lambda of: max((cell_len(one.words.en) for field in of.fields for one in field.choices), default=0)),
]
"""The forms that need the most room: with the most fields, the longest name, the longest word to choose."""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_of_every_kind_has_room(lang: str) -> None:
    words.use(lang)
    for of in FORMS:
        named = [field.words.of(words.language()) for field in of.fields]
        room = 80 - 2 - label_width([t("event.at"), t("event.who"), *named]) - 2
        assert room >= 50, of.id
        for field in of.fields:
            if field.type in ("choice", "many"):
                said_of = [(one.code, one.words.of(words.language())) for one in field.choices]
                assert all(cell_len(word) + 2 <= room for _, word in said_of), (of.id, field.id)
                assert len(laid(said_of, room)) <= MOST_LINES, (of.id, field.id)
        assert cell_len(of.words.of(words.language())) <= 30
        drawn = "".join(one for each in (of.words, *(field.words for field in of.fields)) for one in each)
        assert ambiguous(drawn) == set(), of.id


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_longest_forms_are_drawn_without_a_cut_word(eventful: Eventful, house: Household, lang: str) -> None:
    async with eventful(lang=lang) as (app, pilot):
        for of in LONGEST:
            person = id_of(house, "李秀英") if of.of == "person" else None
            form = await open_form(app, pilot, of.id, person_id=person)
            for row in form.query(".row"):
                if row.display:
                    label, field = row.query_one(".label", Static), row.query(Widget)[1]
                    assert label.size.width > cell_len(str(label.content)), (of.id, label.content)
                    assert field.size.width >= 14, (of.id, field.id)
                    assert row.region.right <= 80
            assert ambiguous_glyphs(app) == set(), of.id
            await app.pop_screen()


async def test_the_picker_offers_every_kind_in_both_languages(eventful: Eventful) -> None:
    from yiyang_tui.screens.event_pick import pages

    shown = {of.id for _, page in pages(house=True) for of in page}
    assert shown == {of.id for of in kinds() if of.form and of.alone}
    async with eventful(lang="en") as (app, pilot):
        await press(app, pilot, "ctrl+n")
        same_as_picture(app, "event-pick-en")
        assert ambiguous_glyphs(app) == set()


async def test_the_house_at_a_glance_where_there_is_room(eventful: Eventful, house: Household) -> None:
    fall(house, id_of(house, "李秀英"))
    meal = {"meal": "breakfast", "eaten": "all"}
    people = [id_of(house, "王长生"), id_of(house, "陈德福")]
    record.record_many(house.store, house.carer, "meal", meal, people, at=at("2026-11-22 07:40"))
    async with eventful(size=(120, 36)) as (app, pilot):
        same_as_picture(app, "events")
        await press(app, pilot, "right")
        assert "用餐" not in screen_text(app).split("\n", 5)[5]
        await press(app, pilot, "left", "ctrl+t")
        assert "近 7 天" in screen_text(app)


# --- what is typed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", [of for of in kinds() if of.form], ids=lambda of: of.id)
def test_what_a_form_shows_of_facts_says_them_again(of: Kind) -> None:
    said_of: dict[str, Any] = {}
    for field in of.fields:
        match field.type:
            case "choice":
                value: Any = field.choices[-1].code
            case "many" | "body":
                value = [one.code for one in field.choices[:2]]
            case "yes":
                value = True
            case "time":
                value = NOW - 90_000
            case "date":
                value = "2026-11-30"
            case "staff" | "person":
                value = "0" * 32
            case "int" | "tenths" | "money":
                value = (field.lo + field.hi) // 2
            case _:
                value = "一句话"
        said_of[field.id] = value
    typed = values_of(of, said_of, NOW)
    again = facts_of(of, typed, NOW)
    assert not again.wrong
    rounded = {id: value // 60 * 60 if of.field(id).type == "time" else value for id, value in said_of.items()}
    assert again.facts == rounded


@pytest.mark.parametrize(
    ("typed", "ahead", "is_at"),
    [
        ("11:00", False, "2026-11-22 11:00"),
        ("1100", False, "2026-11-22 11:00"),
        ("９：０５", False, "2026-11-22 09:05"),
        ("23:50", False, "2026-11-21 23:50"),
        ("23:50", True, "2026-11-22 23:50"),
        ("11-21 18:00", False, "2026-11-21 18:00"),
        ("12-31 18:00", False, "2025-12-31 18:00"),
        ("2026-11-23 8:00", True, "2026-11-23 08:00"),
    ],
)
def test_a_time_is_typed_as_people_write_it(typed: str, ahead: bool, is_at: str) -> None:
    assert read_time(typed, NOW, ahead=ahead) == at(is_at)


@pytest.mark.parametrize("typed", ["", "noon", "25:00", "11-31 10:00", "9:5", "99:99"])
def test_what_is_no_time_is_not_taken_for_one(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_time(typed, NOW)
