"""Every sheet as a reader sees it: rendered by another program, texts found by their place, ink where the value is."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from tests.tui.paper_house import LAST, PaperHouse, build, pulse, temp
from tests.tui.printed import Page, beyond, blue, inks, on_each_other, pages, red
from yiyang_tui import words
from yiyang_tui.print.sheets import SHEETS, Wanted

DAY = date.fromisoformat(LAST)
ASKED: dict[str, tuple[str, Callable[[PaperHouse], Wanted]]] = {
    "rounds": ("rounds", lambda paper: Wanted(person_id=paper.li, last=DAY, days=7)),
    "rounds of the house": ("rounds", lambda _: Wanted(last=DAY, shift="night")),
    "rounds to fill in": ("rounds", lambda paper: Wanted(person_id=paper.li, blank=True)),
    "doses": ("doses", lambda paper: Wanted(person_id=paper.li, last=date(2026, 11, 30), days=30)),
    "doses to fill in": ("doses", lambda paper: Wanted(person_id=paper.li, last=DAY, blank=True)),
    "temperature": ("temperature", lambda paper: Wanted(person_id=paper.li, last=DAY)),
    "handover": ("handover", lambda _: Wanted(blank=True)),
    "fall": ("incident", lambda paper: Wanted(record_id=paper.fall)),
    "fall to fill in": ("incident", lambda _: Wanted(of="fall", blank=True)),
    "assessment": ("assessment", lambda paper: Wanted(person_id=paper.li, record_id=paper.assessed)),
    "assessment to fill in": ("assessment", lambda _: Wanted(of="mmse", blank=True)),
}

LONG = ("rounds of the house", "doses to fill in", "temperature", "handover", "fall")


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperHouse]:
    """Drawing changes nothing of it."""
    made = build(tmp_path_factory.mktemp("paper") / "record.db")
    yield made
    made.house.store.close()


@cache
def _drawn(paper: PaperHouse, name: str, lang: str) -> list[Page]:
    words.use(lang)
    sheet, of = ASKED[name]
    _, body = SHEETS[sheet](paper.house.store, paper.house.director, of(paper))
    return pages(body)


def drawn(paper: PaperHouse, name: str, lang: str = "zh") -> list[Page]:
    """The pages of one sheet; each is drawn once for all tests."""
    return _drawn(paper, name, lang)


# In English too, where its words are longer than their places.
@pytest.mark.parametrize(("name", "lang"), [*((name, "zh") for name in ASKED), *((name, "en") for name in LONG)])
def test_nothing_runs_over_the_margin_or_over_other_words(paper: PaperHouse, name: str, lang: str) -> None:
    for page in drawn(paper, name, lang):
        assert {round(page.width), round(page.height)} == {210, 297}
        assert beyond(page) == []
        assert on_each_other(page) == []


@pytest.mark.parametrize("name", ASKED)
def test_every_page_says_the_house_its_number_and_who_printed_it(paper: PaperHouse, name: str) -> None:
    found = drawn(paper, name)
    for n, page in enumerate(found, 1):
        assert page.one("青山镇两院").top < 12
        assert page.one(f"第 {n} 页 共 {len(found)} 页").top > page.height - 14
        assert page.one("2026-11-22 21:04 由 刘建国 打印").top > page.height - 14


def test_whom_a_sheet_is_about_stands_on_each_of_its_pages(paper: PaperHouse) -> None:
    for name in ("rounds", "doses", "temperature", "fall", "assessment"):
        for page in drawn(paper, name):
            line = page.one("李秀英")
            assert 18 < line.top < line.bottom < 28
            assert "床号 102-2" in page.text
            assert "过敏：青霉素" in page.text


# --- the temperature chart ----------------------------------------------------------------------------


class Chart:
    """Where a value has to be, by the numbers that are printed at the edges: not by what the program drew with."""

    def __init__(self, page: Page) -> None:
        self.page, self.picture = page, page.picture()
        at = {degree: self._label(str(degree)) for degree in (36, 41)}
        self.degree = (at[36] - at[41]) / 5
        self.top = at[41] - self.degree
        hours = sorted((box for box in page.find("10") if 40 < box.top < 50), key=lambda box: box.x)
        self.hours = [box.x for box in hours]

    def _label(self, said: str) -> float:
        (box,) = [box for box in self.page.find(said) if 22 < box.left < 33 and 50 < box.top < 210]
        return box.y

    def x(self, day: int, hour: int) -> float:
        """The middle of a column."""
        step = (self.hours[1] - self.hours[0]) / 6
        return self.hours[day - 16] + (hour - 10) / 4 * step

    def y(self, degrees: float) -> float:
        """The height of a temperature."""
        return self.top + (42 - degrees) * self.degree

    def rate(self, beats: int) -> float:
        """The height of a pulse: 180 beside 42 degrees, twenty beats a degree."""
        return self.y(42 - (180 - beats) / 20)

    def inks(self, x: float, y: float, reach: float = 0.5) -> set[tuple[int, int, int]]:
        return inks(self.picture, x, y, reach)


@pytest.fixture(scope="module")
def chart(paper: PaperHouse) -> Chart:
    """The week as it is drawn."""
    (page,) = drawn(paper, "temperature")
    return Chart(page)


@pytest.mark.parametrize(("day", "hour"), [(16, 10), (17, 2), (18, 22), (19, 14), (21, 6), (22, 18)])
def test_ink_stands_where_the_value_says(chart: Chart, day: int, hour: int) -> None:
    at = chart.x(day, hour)
    assert blue(chart.inks(at, chart.y(temp(day, hour) / 10)))
    assert red(chart.inks(at, chart.rate(pulse(day, hour))))
    # A cross has its arms beside its middle, a dot has nothing there: they differ where no colour is printed.
    assert blue(chart.inks(at - 0.9, chart.y(temp(day, hour) / 10) - 0.9, 0.25))


def test_signs_are_joined_but_not_over_a_time_away(chart: Chart) -> None:
    def between(day: int, one: int, two: int) -> tuple[float, float]:
        return (chart.x(day, one) + chart.x(day, two)) / 2, chart.y((temp(day, one) + temp(day, two)) / 20)

    assert blue(chart.inks(*between(19, 6, 10)))
    assert not blue(chart.inks(*between(20, 6, 18), reach=1.5))


def test_what_befell_the_stay_is_written_downwards_above_forty(chart: Chart) -> None:
    """Each character below the one before, within its column."""
    for said, day, hour in (("入院九时十分", 16, 10), ("转床十一时二分", 18, 10), ("返回十六时二十分", 20, 18)):
        column = [
            (box.y, char)
            for char, box in chart.page.letters()
            if abs(box.x - chart.x(day, hour)) < 1.5 and chart.y(42) < box.top < chart.y(39.9) and not char.isascii()
        ]
        assert "".join(char for _, char in sorted(column)) == said


def test_thirty_seven_is_a_bold_line(chart: Chart) -> None:
    x = (chart.x(17, 2) + chart.x(17, 6)) / 2 + 0.4
    assert (0, 0, 0) in chart.inks(x, chart.y(37), 0.3)
    assert min(sum(ink) for ink in chart.inks(x, chart.y(36.2), 0.25)) > 250


def test_both_at_one_place_are_a_cross_in_a_circle_and_what_is_beyond_the_paper_has_its_number(
    paper: PaperHouse,
) -> None:
    from care.sheets.temperature import Point, temperature_sheet
    from yiyang_tui.print import temperature

    words.use("zh")
    sheet = temperature_sheet(paper.house.store, paper.house.director, paper.li, DAY)
    both, above = (Point(sheet.since + hour * 3600, hour // 4, 0.5, 370) for hour in (26, 50))
    curves = {
        **sheet.curves,
        "temp_c10": (both, replace(above, value=425)),
        "pulse": (replace(both, value=80), replace(above, value=60)),
    }
    (page,) = pages(temperature.draw(replace(sheet, curves=curves)))
    drawn_so = Chart(page)
    x, y = drawn_so.x(17, 2), drawn_so.y(37)
    assert all(red(drawn_so.inks(x + side, y, 0.3)) for side in (-1.4, 1.4))
    assert not red(drawn_so.inks(x, y, 0.6))
    assert page.one("42.5").top > drawn_so.y(42)


def test_below_the_curve_stand_pressure_weight_and_what_was_drunk(chart: Chart) -> None:
    foot = chart.y(34)
    pressures = [box for box in chart.page.find("131/82") if box.top > foot]
    assert len(pressures) == 12
    weight, drunk = chart.page.one("52.3"), chart.page.one("250")
    assert weight.top > foot
    assert abs(weight.x - (chart.x(19, 10) + chart.x(19, 14)) / 2) < 1
    assert abs(drunk.x - (chart.x(22, 10) + chart.x(22, 14)) / 2) < 1


# --- the others -----------------------------------------------------------------------------------------


def test_a_month_of_doses_breaks_with_its_head_repeated(paper: PaperHouse) -> None:
    found = drawn(paper, "doses")
    assert len(found) > 1
    for page in found[:2]:
        assert any(30 < box.top < 40 for box in page.find("药品和医嘱"))
        assert any(box.top < 40 for box in page.find("11-01"))
    assert "硝苯地平缓释片" in found[0].text
    assert "螺内酯片" in found[1].text


def test_a_refused_dose_has_its_sign_and_its_reason(paper: PaperHouse) -> None:
    found = drawn(paper, "doses")
    first = found[0]
    (sign,) = [box for box in first.find("拒") if box.bottom < 100]
    day = next(box for box in first.find("5") if 30 < box.top < 40)
    row = next(box for box in first.find("11:30") if box.left > 60)
    assert abs(sign.x - day.x) < 2
    assert abs(sign.y - row.y) < 5
    assert any("说嘴里苦" in page.text and "11-05 11:30" in page.text for page in found)


def test_twenty_six_questions_break_with_their_head_and_one_tick_each(paper: PaperHouse) -> None:
    found = drawn(paper, "assessment")
    assert len(found) > 1
    for page in found:
        assert page.one("选项（打勾）").top < 60
    said = "".join(page.text for page in found)
    assert said.count("✓") == 26 + 2
    assert "总分 64 / 90" in said
    assert "老人配合" in said


def test_an_empty_scale_names_every_cut_off_and_ticks_nothing(paper: PaperHouse) -> None:
    (page,) = drawn(paper, "assessment to fill in")
    assert "✓" not in page.text
    assert "姓名____" in page.text
    assert [page.text.count(schooling) for schooling in ("文盲", "小学", "中学及以上")] == [3, 3, 3]


def test_a_fall_is_ticked_followed_and_signed(paper: PaperHouse) -> None:
    (page,) = drawn(paper, "fall")
    assert "□✓卫生间" in page.text.replace("\r\n", "") or "✓" in page.text
    follow = page.one("后续处理")
    assert page.one("先观察").top > 0 if page.find("先观察") else "先观察" in page.text
    assert page.one("院长").top > follow.bottom
    assert page.text.count("✓") == 4


def test_the_house_has_a_row_a_bed_and_marks_what_asked_for_care(paper: PaperHouse) -> None:
    (page,) = drawn(paper, "rounds of the house")
    cell, hour = page.one("04!"), page.one("21时")
    row = page.one("102-2")
    assert abs(cell.x - hour.x) < 3
    assert row.top - 4 < cell.y < row.bottom + 4
    assert page.one("101-2").top < row.top
    assert "叫不醒" in page.text


def test_a_character_without_a_letter_is_not_left_out() -> None:
    from yiyang_tui.print.grid import prose
    from yiyang_tui.print.paper import Heading, Paper

    words.use("zh")
    made = Paper(Heading("表", "院", "", "", ""))
    prose(made, "𠮷家")
    (page,) = pages(made.done())
    assert page.find("〓家")
    assert "用笔补上" in page.text
