"""Correcting and voiding on the chart: one's own alone, another's with a second person, a senior's never."""

from uuid import UUID

import pytest
from textual.pilot import Pilot

from care import rounds, staff
from care.timeline import TimelineItem, timeline
from tests.care.household import PIN_OF_SECOND, Household
from tests.tui.charted import CARER, Charted, open_chart, press, who
from tests.tui.conftest import screen_text
from tests.tui.picture import same_as_picture
from yiyang_tui.app import YiyangApp
from yiyang_tui.screens.look import VoidDialog
from yiyang_tui.screens.look_correct import CorrectDialog
from yiyang_tui.screens.second import SecondPerson
from yiyang_tui.themes import THEMES, ambiguous_glyphs
from yiyang_tui.widgets.entry import Entry

NURSE = "75"


@pytest.fixture
def person(lived: Household) -> UUID:
    """李秀英, whom the doctor has looked at last; a nurse and a doctor with a PIN, and one without."""
    found = who(lived, "lxy")
    doctor = lived.second("doctor").staff_id
    for number, name in ((NURSE, "李娟"), ("76", "吴敏")):
        new = staff.add(lived.store, lived.director, number=number, name=name, role="nurse")
        if number == NURSE:
            staff.set_pin(lived.store, new, PIN_OF_SECOND)
    rounds.record(lived.store, doctor, found, rounds.Observation(note="医生看过"))
    return found


def looks(house: Household, person: UUID) -> list[TimelineItem]:
    return timeline(house.store, person)


async def at_look(app: YiyangApp, pilot: Pilot[None], way: str, place: int = 0) -> None:
    """On the course, on the look at that place: to what can be done about it."""
    await open_chart(app, pilot)
    await press(app, pilot, "6", *["down"] * place, "enter", *["down"] * {"correct": 1, "void": 2}[way], "enter")


@pytest.mark.parametrize("way", ["correct", "void"])
@pytest.mark.parametrize(
    ("number", "said"), [(CARER, "护理员不能「更正或作废他人的记录」"), (NURSE, "护士不能更正或作废医生的记录")]
)
async def test_a_carer_or_a_nurse_cannot_touch_the_record_of_a_doctor(
    charted: Charted, lived: Household, person: UUID, way: str, number: str, said: str
) -> None:
    before = looks(lived, person)
    async with charted(number=number) as (app, pilot):
        await at_look(app, pilot, way)
        shown = screen_text(app)
        # Before anything is typed, and with who may.
        assert not isinstance(app.screen, VoidDialog | CorrectDialog)
        assert said in shown.replace(" ", "").replace("|", "").replace("\n", "")
        assert "请" in shown
    assert looks(lived, person) == before


async def test_the_record_of_a_carer_is_voided_with_a_second_person(
    charted: Charted, lived: Household, person: UUID
) -> None:
    async with charted(number=NURSE) as (app, pilot):
        await at_look(app, pilot, "void", 1)
        await press(app, pilot, "=认错人", "enter")
        assert isinstance(app.screen, SecondPerson)
        shown = screen_text(app)
        assert "作废王芳的记录，原因：认错人" in shown
        assert "没有 PIN" in shown
        # Somebody backs out: what was typed is still there.
        await press(app, pilot, "escape")
        assert app.screen.query_one("#reason", Entry).value == "认错人"
        assert looks(lived, person)[1].void is False
        await press(app, pilot, "enter", "=9999", "enter")
        assert "PIN" in screen_text(app)
        assert looks(lived, person)[1].void is False
        await press(app, pilot, f"={PIN_OF_SECOND}", "enter")
        assert "已作废，原来的还能查到。" in screen_text(app)
    voided = looks(lived, person)[1]
    assert (voided.void, voided.ended_by, voided.ended_why) == (True, "李娟", "认错人")


@pytest.mark.usefixtures("person")
async def test_it_is_corrected_with_a_second_person_and_all_that_was_typed_stays_meanwhile(charted: Charted) -> None:
    async with charted(number=NURSE) as (app, pilot):
        await at_look(app, pilot, "correct", 1)
        await press(app, pilot, "=看错了", "ctrl+s")
        assert isinstance(app.screen, SecondPerson)
        await press(app, pilot, "escape")
        assert app.screen.query_one("#reason", Entry).value == "看错了"
        await press(app, pilot, "ctrl+s", f"={PIN_OF_SECOND}", "enter")
        assert "已更正，原来的还能查到。" in screen_text(app)
        await press(app, pilot, "ctrl+z")
        assert "已撤销" in screen_text(app)


async def test_ones_own_is_voided_alone(charted: Charted, lived: Household, person: UUID) -> None:
    async with charted() as (app, pilot):
        await at_look(app, pilot, "void", 1)
        await press(app, pilot, "=认错人", "enter")
        assert "已作废，原来的还能查到。" in screen_text(app)
    assert looks(lived, person)[1].void


@pytest.mark.usefixtures("person")
async def test_what_only_a_doctor_decides_is_closed_on_the_form_and_says_so(charted: Charted) -> None:
    async with charted(number=NURSE) as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+e")
        for field in ("no_resuscitation", "spo2_scale"):
            assert app.screen.query_one(f"#{field}").disabled
        assert not app.screen.query_one("#name").disabled
        assert "由医生或院长决定" in str(app.screen.query_one("#note-spo2_scale").render())


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.usefixtures("person")
async def test_it_looks_as_it_was_drawn(charted: Charted, size: tuple[int, int]) -> None:
    async with charted(number=NURSE, size=size) as (app, pilot):
        await at_look(app, pilot, "void", 1)
        await press(app, pilot, "=认错人", "enter")
        same_as_picture(app, "second")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.usefixtures("person")
async def test_every_look_draws_it_in_signs_of_one_width(charted: Charted, lang: str) -> None:
    async with charted(number=NURSE, lang=lang) as (app, pilot):
        await at_look(app, pilot, "void", 1)
        await press(app, pilot, "=x", "enter")
        for theme in THEMES:
            app.theme = theme
            await pilot.pause()
        app.theme = "yiyang-plain"
        await pilot.pause()
        assert ambiguous_glyphs(app) == set()
