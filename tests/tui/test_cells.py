"""Widths are counted in terminal cells."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from yiyang_tui.cells import CLOSING, ambiguous, fit, narrow, wrap

TEXT = st.text(st.sampled_from("ab 12,.李秀英高血压，。（）"), max_size=60)


@given(TEXT, st.integers(0, 50), st.sampled_from(["left", "right"]))
def test_fit_is_exact(text: str, width: int, align: str) -> None:
    fitted = fit(text, width, align)  # type: ignore[arg-type]
    assert cell_len(fitted) == width
    if cell_len(text) <= width:
        assert text in fitted


@given(TEXT, st.integers(4, 40))
def test_wrapping_loses_no_character_and_overflows_by_a_stop_at_most(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in lines)


def test_a_crop_is_marked_and_never_halves_a_character() -> None:
    assert fit("欧阳秀英老人", 8) == "欧阳秀.."
    assert fit("欧阳秀英老人", 7) == "欧阳.. "


def test_no_line_begins_with_a_closing_mark() -> None:
    lines = wrap("记录都在，请放心。" * 5, 10)
    assert [line for line in lines if line[0] in CLOSING] == []


def test_full_width_typing_is_read_as_digits() -> None:
    assert narrow("３６。５") == "36.5"


def test_ambiguous_characters_are_found() -> None:
    assert ambiguous("体温 36.5℃ → ●") == {"℃", "→", "●"}
    assert ambiguous("体温，「好」") == set()
