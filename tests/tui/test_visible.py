"""What a name may do to a terminal: nothing."""

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.color import Color

from yiyang_tui.cells import fit
from yiyang_tui.visible import visible
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.widgets.plain_lines import PlainLines
from yiyang_tui.words import t

RED_BELL_AND_TURNED = "\x1b[31m氨\x07氯\u202e地平\u2066\x9b0m\r"
SEEN = "?[31m氨?氯?地平??0m?"


def test_controls_and_marks_of_direction_are_shown_as_question_marks() -> None:
    assert visible(RED_BELL_AND_TURNED) == SEEN
    assert Cell(RED_BELL_AND_TURNED).text == SEEN
    assert fit(RED_BELL_AND_TURNED, 30).rstrip() == SEEN
    assert SEEN in t("medicines.cannot.away", name=RED_BELL_AND_TURNED)


def test_what_people_write_stays_as_it_is() -> None:
    for text in ("买买提·艾力", "李\u3000福", "5 mg", "第一行\n第二行", "\u0646\u0627\u0645\u200c\u0647"):
        assert visible(text) == text
    assert fit("一行\n两行", 9) == "一行 两行"


@given(st.text())
def test_no_text_of_a_row_reaches_a_terminal_as_a_command(text: str) -> None:
    shown = fit(text, 20)
    assert not {character for character in shown if ord(character) < 32 or 127 <= ord(character) < 160}


def test_what_a_widget_drew_as_it_came_is_left_out_of_the_line() -> None:
    plain, black = PlainLines(), Color(0, 0, 0)
    (drawn,) = plain.apply([Segment(RED_BELL_AND_TURNED)], black)
    assert drawn.text == "[31m氨氯地平0m"
    untouched = [Segment("李秀英 5 mg")]
    assert plain.apply(untouched, black) is untouched
