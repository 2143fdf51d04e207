"""A few facts in words: side by side, or below each other, never wider than there is room."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from yiyang_tui.widgets.columns import Cell
from yiyang_tui.widgets.facts import BETWEEN, broken, packed

facts = st.lists(st.text("李秀英 abc12", min_size=1, max_size=60), max_size=8)


@given(texts=facts, width=st.integers(8, 120))
def test_no_line_is_wider_than_the_room_and_nothing_is_lost(texts: list[str], width: int) -> None:
    lines = packed([Cell(text) for text in texts], width)
    assert all(sum(cell_len(fact.text) for fact in line) + BETWEEN * (len(line) - 1) <= width for line in lines)
    kept = "".join(fact.text for line in lines for fact in line).replace(" ", "")
    assert kept == "".join(texts).replace(" ", "")


def test_short_facts_share_a_line_in_their_order() -> None:
    lines = packed([Cell("101-1 李秀英"), Cell("女 83岁"), Cell("无过敏")], 24)
    assert [[fact.text for fact in line] for line in lines] == [["101-1 李秀英", "女 83岁"], ["无过敏"]]


def test_two_blanks_are_where_a_long_fact_breaks() -> None:
    assert broken("! NEWS2 8  呼吸 25  血氧 90", 18) == ["! NEWS2 8  呼吸 25", "血氧 90"]
    assert broken("在这张床九百七十三天", 8) == ["在这张床", "九百七十", "三天"]
