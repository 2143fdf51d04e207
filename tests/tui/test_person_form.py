"""Registering and changing a person: checked while typed, never lost, saved in one act, a bed offered."""

import pytest
from rich.cells import cell_len

from care import people
from care.fact_check import check
from care.person_facts import Allergy, Contact, PersonFacts
from db.tables import Person
from tests.care.household import Household, id_number, reopen
from tests.tui.charted import LI_NUMBER, Charted, at_work, open_chart, press, who
from tests.tui.conftest import screen_text
from tests.tui.picture import same_as_picture
from tests.tui.test_words import ALLOWED, HAN, LATIN
from yiyang_tui.screens.chart import Chart
from yiyang_tui.screens.people import People
from yiyang_tui.screens.person_form import PersonForm
from yiyang_tui.screens.person_values import ROWS, differing, facts_of, values_of
from yiyang_tui.themes import ambiguous_glyphs
from yiyang_tui.widgets.entry import Entry

NUMBER = id_number("42120219380101003")  # a man
TO_LEVEL = ["pagedown"]


def beside(shown: str, label: str) -> str:
    """What is said beside a field."""
    line = next(line for line in shown.splitlines() if line.strip().startswith(label))
    return line[len(label) :].strip(" |")


async def new(app, pilot, name: str = "马大山", number: str = NUMBER) -> None:
    """Begin to register somebody."""
    await press(app, pilot, "ctrl+n", f"={name}", "enter", f"={number}")


# --- checked while it is typed ----------------------------------------------------------------


async def test_the_number_fills_in_sex_and_birth_at_once(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot)
        shown = screen_text(app)
        assert "[男]" in beside(shown, "性别")
        assert "1938-01-01" in beside(shown, "出生日期")


async def test_a_corrected_number_corrects_what_it_filled_in_but_not_what_was_typed(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot)
        await press(app, pilot, *["backspace"] * 18, f"={id_number('42120219410203004')}")
        shown = screen_text(app)
        assert "[女]" in beside(shown, "性别")
        assert "1941-02-03" in beside(shown, "出生日期")
        await press(app, pilot, "enter", "enter", "enter", *["backspace"] * 10, "=1942")
        shown = screen_text(app)
        assert "1942" in beside(shown, "出生日期")
        assert "和身份证号不一致" in beside(shown, "出生日期")


async def test_a_wrong_check_digit_is_refused_with_the_reason_until_one_is_given(
    charted: Charted, lived: Household
) -> None:
    wrong = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")
    async with charted() as (app, pilot):
        await new(app, pilot, number=wrong)
        assert "! 最后一位对不上" in beside(screen_text(app), "身份证号")
        await press(app, pilot, *TO_LEVEL, "right", "ctrl+s")
        assert isinstance(app.screen, PersonForm)
        await press(app, pilot, "ctrl+s")
        shown = screen_text(app)
        assert "身份证号最后一位对不上，多半有一位输错。没有保存。" in shown
        assert app.screen.focused is not None
        assert app.screen.focused.id == "id_number"
        assert people.count(lived.store, "马大山") == 0
        await press(app, pilot, "enter", "=证件磨损", "enter", "2", "ctrl+s")
        assert "照样保存" in screen_text(app)
        await press(app, pilot, "enter", "enter")
        assert isinstance(app.screen, Chart)
    assert people.facts(lived.store, who(lived, "马大山")).id_number == wrong


async def test_nobody_is_told_off_before_typing(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await press(app, pilot, "ctrl+n")
        assert "! " not in screen_text(app)
        await press(app, pilot, "enter")
        assert "! 要填姓名" in beside(screen_text(app), "姓名")
        await press(app, pilot, "ctrl+s")
        shown = screen_text(app)
        assert "! 填号码，没有就写原因" in shown
        assert "! 要定级别" in shown
        assert "没有保存" in shown


async def test_somebody_registered_already_is_shown_and_can_be_opened(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot, "李秀英", "")
        assert "! 可能登记过：101-1 李秀英 女 83岁 证件尾号 0022" in screen_text(app)
        await press(app, pilot, "ctrl+o")
        assert isinstance(app.screen, Chart)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, PersonForm)
        assert app.screen.query_one("#name", Entry).value == "李秀英"


async def test_the_same_number_is_never_registered_twice(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot, "李秀芬", LI_NUMBER)
        assert "可能登记过：101-1 李秀英" in screen_text(app)
        await press(app, pilot, *TO_LEVEL, "right", "enter", "right", "ctrl+s")
        assert "已经登记过，床位 101-1" in screen_text(app)
        assert people.count(lived.store, "李秀芬") == 0


# --- lists -----------------------------------------------------------------------------------------


async def test_allergies_asked_and_none_is_not_the_same_as_not_asked(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot)
        await press(app, pilot, *TO_LEVEL, "right", "enter", "right", "enter", "2", "ctrl+s", "enter")
        assert isinstance(app.screen, Chart)
    facts = people.facts(lived.store, who(lived, "马大山"))
    assert (facts.allergies, facts.allergies_known) == ((), True)


async def test_an_allergy_listed_is_an_allergy_asked_about(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot)
        await press(app, pilot, *TO_LEVEL, "right", "enter", "right", "enter", "enter")
        await press(app, pilot, "space", "=青霉素", "enter", "=皮疹", "enter", "enter")
        await press(app, pilot, "ctrl+n", "=磺胺", "enter", "enter", "enter", "escape")
        shown = screen_text(app)
        assert "青霉素(皮疹)、磺胺" in beside(shown, "过敏 ")
        assert "[有]" in beside(shown, "过敏史")
        await press(app, pilot, "up", "2")
        assert "! 下面列了过敏，请选「有」" in beside(screen_text(app), "过敏史")
        await press(app, pilot, "ctrl+s")
        assert isinstance(app.screen, PersonForm)
        await press(app, pilot, "3", "ctrl+s", "enter")
        assert "! 过敏 青霉素(皮疹)" in screen_text(app)
    facts = people.facts(lived.store, who(lived, "马大山"))
    assert (facts.allergies, facts.allergies_known) == ((Allergy("青霉素", "皮疹"), Allergy("磺胺")), True)


async def test_a_contact_is_added_changed_and_removed(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+e", "pagedown", "pagedown", "space", "ctrl+n", "=李国芳", "enter")
        await press(app, pilot, "space", *["down"] * 20, "enter", "enter", "=13900000000", "enter")
        assert "李国芳 13900000000" in screen_text(app)
        await press(app, pilot, "home", "delete", "escape", "ctrl+s")
        assert isinstance(app.screen, Chart)
        assert "139****0000" in screen_text(app)
    (left,) = people.facts(lived.store, who(lived, "lxy")).contacts
    assert (left.name, left.phone) == ("李国芳", "13900000000")
    assert left.relation


# --- saving ------------------------------------------------------------------------------------------


@pytest.mark.seed("R048")
async def test_whoever_is_new_gets_a_bed_and_their_chart(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot)
        assert app.session is not None
        app.session.acted("李秀英 的更正", lambda: None)
        await press(app, pilot, *TO_LEVEL, "right", "right", "enter", "right", "ctrl+s")
        shown = screen_text(app)
        assert "马大山 已登记。现在安排床位？" in shown
        assert "103-1  养老床" in shown
        await press(app, pilot, "down", "enter")
        shown = screen_text(app)
        assert isinstance(app.screen, Chart)
        assert "马大山  男 88岁  103-1  半护  特困" in shown
        assert "已登记 马大山，已安排床位。" in shown
        assert app.session is not None
        assert app.session.last_act is None
        await press(app, pilot, "escape", "ctrl+n")
        assert app.screen.query_one("#name", Entry).value == ""
    row = people.page(lived.store, "马大山", 0, 1)[0]
    assert (row.bed_label, row.where, row.care_level) == ("103-1", "in", "half")


async def test_a_change_is_one_act_that_can_be_taken_back(charted: Charted, lived: Household) -> None:
    li = who(lived, "lxy")
    before = people.facts(lived.store, li)
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+e", "pagedown", "right", "pagedown", "down", "down")
        await press(app, pilot, *["backspace"] * 3, "=双河村")
        # Another laptop's change that arrives meanwhile is not overwritten.
        with lived.store.act(lived.director) as act:
            act.edit(Person, li, phone="0712-123")
        await press(app, pilot, "ctrl+s")
        assert isinstance(app.screen, Chart)
        assert "已保存 李秀英 的资料" in screen_text(app)
        after = people.facts(lived.store, li)
        assert (after.care_level, after.village, after.phone) == ("special", "双河村", "0712-123")
        await press(app, pilot, "ctrl+z")
        assert "已撤销" in screen_text(app)
    back = people.facts(lived.store, li)
    assert (back.care_level, back.village, back.phone) == (before.care_level, before.village, "0712-123")


async def test_nothing_changed_says_so(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+e")
        assert "改资料  李秀英" in screen_text(app)
        await press(app, pilot, "ctrl+s")
        assert "没有改动" in screen_text(app)


async def test_what_looks_odd_is_asked_about_once(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot)
        await press(app, pilot, *TO_LEVEL, "right", "ctrl+s")
        assert "类别: 入住前要选" in screen_text(app)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, PersonForm)
        assert people.count(lived.store, "马大山") == 0
        await press(app, pilot, "ctrl+s", "enter")
        assert "现在安排床位？" in screen_text(app)
        # The rule of the bed is told, and whoever is registered stays so.
        await press(app, pilot, "down", "enter")
        assert isinstance(app.screen, Chart)
        assert "还没有选对象类别" in screen_text(app)


async def test_enter_through_the_whole_form_saves(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot)
        while app.screen.focused is not None and app.screen.focused.id != "practice":
            if app.screen.focused.id in ("care_level", "category"):
                await press(app, pilot, "right")
            await press(app, pilot, "enter")
        await press(app, pilot, "enter")
        assert "现在安排床位？" in screen_text(app)
    assert people.count(lived.store, "马大山") == 1


# --- never lost ------------------------------------------------------------------------------------------


async def test_what_is_half_typed_comes_back_after_the_program_was_killed(lived: Household) -> None:
    async with at_work(lived) as (app, pilot):
        await new(app, pilot)
        await press(app, pilot, "enter")
        await press(
            app, pilot, *TO_LEVEL, "enter", "enter", "enter", "space", "=青霉素", "enter", "enter", "enter", "escape"
        )
        while "allergies" not in (lived.store.draft("person:new") or {}):
            await pilot.pause()
    opened = Household(reopen(lived.store), lived.director, lived.carer)
    async with at_work(opened) as (app, pilot):
        await press(app, pilot, "ctrl+n")
        shown = screen_text(app)
        assert "上次没写完的内容已放回来。" in shown
        assert "马大山" in beside(shown, "姓名")
        assert NUMBER in beside(shown, "身份证号")
        assert "青霉素" in beside(shown, "过敏 ")
        assert "[有]" in beside(shown, "过敏史")
    opened.store.close()


async def test_leaving_by_a_place_key_loses_nothing(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await press(app, pilot, "ctrl+n")
        await pilot.press("马", "f2")
        await press(app, pilot, "f3", "ctrl+n")
        assert app.screen.query_one("#name", Entry).value == "马"


async def test_saving_and_going_elsewhere_at_once_saves_once_or_keeps_it_all(
    charted: Charted, lived: Household
) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot)
        await press(app, pilot, *TO_LEVEL, "right", "enter", "right")
        await pilot.press("ctrl+s", "f2")
        # A bed may be offered by now: none is taken.
        await press(app, pilot, "escape", "f3", "ctrl+n")
        typed = app.screen.query_one("#name", Entry).value
        assert (people.count(lived.store, "马大山"), typed) in ((1, ""), (0, "马大山"))


@pytest.mark.parametrize(("steps", "left"), [((), "马大山"), (("down", "down"), "")])
async def test_escape_asks_whether_to_keep_it(charted: Charted, steps: tuple[str, ...], left: str) -> None:
    async with charted() as (app, pilot):
        await press(app, pilot, "ctrl+n", "=马大山", "escape")
        assert "还没有保存" in screen_text(app)
        await press(app, pilot, *steps, "enter")
        assert isinstance(app.screen, People)
        await press(app, pilot, "ctrl+n")
        assert app.screen.query_one("#name", Entry).value == left


async def test_escape_from_an_untouched_form_asks_nothing(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+e", "escape")
        assert isinstance(app.screen, Chart)


async def test_a_draft_keeps_only_what_was_typed(charted: Charted, lived: Household) -> None:
    """What another laptop writes while it lies there must not be undone by it."""
    li = who(lived, "lxy")
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "ctrl+e", "pagedown", "right", "escape", "enter")
        assert lived.store.draft(f"person:{li.hex}") == {"care_level": "special"}
        with lived.store.act(lived.director) as act:
            act.edit(Person, li, village="石桥村")
        await press(app, pilot, "ctrl+e", "ctrl+s")
    facts = people.facts(lived.store, li)
    assert (facts.care_level, facts.village) == ("special", "石桥村")


async def test_another_language_keeps_what_is_typed(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await new(app, pilot)
        await press(app, pilot, *TO_LEVEL, "right", "ctrl+l")
        shown = screen_text(app)
        assert NUMBER in shown
        assert "[self]" in shown
        assert set(HAN.findall("\n".join(shown.splitlines()[3:-3]))) <= set("马大山")


# --- looks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_looks_as_it_was_drawn(charted: Charted, size: tuple[int, int]) -> None:
    async with charted(size=size) as (app, pilot):
        await new(app, pilot, "李秀英", LI_NUMBER[:-1])
        same_as_picture(app, "person")


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_plain_draws_no_ambiguous_glyph(charted: Charted, lang: str) -> None:
    async with charted(lang=lang) as (app, pilot):
        await open_chart(app, pilot)
        for key in ("ctrl+e", "pagedown", "pagedown", "space", "enter", "escape", "escape", "pagedown", "pagedown"):
            await press(app, pilot, key)
            assert ambiguous_glyphs(app) == set()


async def test_no_english_on_a_chinese_form(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        for key in ("ctrl+e", "pagedown", "pagedown", "pagedown"):
            await press(app, pilot, key)
            assert set(LATIN.findall(screen_text(app))) - ALLOWED - {"O", "AB"} == set()


# --- values --------------------------------------------------------------------------------------------


def test_facts_survive_the_form() -> None:
    facts = PersonFacts(
        "李秀英",
        birth="1943",
        care_level="full",
        contacts=(Contact("李国强", "20", "138"),),
        allergies=(Allergy("青霉素"),),
        allergies_known=True,
        spo2_scale=2,
        no_resuscitation=True,
    )
    assert facts_of(values_of(facts), PersonFacts("")) == facts
    assert differing(values_of(facts), values_of(facts)) == {}
    assert set(values_of(facts)) == set(ROWS)


def test_every_problem_that_can_be_found_has_short_words() -> None:
    import inspect
    import re

    from care import fact_check
    from care.id_number import IdProblem
    from yiyang_tui.words import catalogue

    codes = set(re.findall(r'FactProblem\([^)]*?, "([a-z0-9_]+)", ', inspect.getsource(fact_check)))
    codes |= {f"id_{problem}" for problem in IdProblem if problem != IdProblem.EMPTY} | {"sex_differs", "birth_differs"}
    assert len(codes) > 15
    assert callable(check)
    # Room for so many cells is beside a field at eighty columns, with the sign.
    for lang in ("zh", "en"):
        known = catalogue(lang)
        assert {code for code in codes if cell_len(known.get(f"person.wrong.{code}", "x" * 99)) > 28} == set()
        assert {key for key, said in known.items() if key.startswith("person.hint") and cell_len(said) > 30} == set()
