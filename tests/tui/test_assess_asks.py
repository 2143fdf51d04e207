"""What a scale asks, whatever file it comes from: digits, numbers, headings, drafts."""

import pytest

from care.scales import Item, Option, Scale, scale, scales
from care.words import Words
from yiyang_tui.screens.assess_asks import (
    Filling,
    as_before,
    asks,
    kept,
    keys_are_scores,
    missing,
    restored,
    sum_so_far,
    typed,
)


def filled(of: Scale, place: int = 0) -> Filling:
    """Every question answered by the answer in that place, or the last there is."""
    filling = Filling()
    while open_ := missing(of, filling):
        ask = open_[0]
        filling.put(ask.id, ask.answers[min(place, len(ask.answers) - 1)].value if ask.answers else ask.lo)
    return filling


@pytest.mark.parametrize("of", scales(), ids=lambda of: of.id)
def test_every_scale_can_be_filled_in_by_single_digits_and_comes_back_from_a_draft(of: Scale) -> None:
    for ask in asks(of, Filling()):
        keys = [one.key for one in ask.answers]
        assert len(set(keys)) == len(keys)
        assert all(0 <= key <= 9 for key in keys)
        assert ask.answers or ask.hi > ask.lo
    filling = filled(of)
    assert restored(of, kept(filling)) == filling
    assert as_before(of, filling.answers, filling.facts) == Filling(filling.answers, filling.facts)


def test_a_digit_is_the_score_where_every_answer_has_one_of_its_own() -> None:
    assert keys_are_scores(scale("phq9"))
    (first, *_) = asks(scale("phq9"), Filling())
    assert [(one.key, one.value, one.score) for one in first.answers] == [(n, n, None) for n in range(4)]


def test_a_digit_is_the_place_where_scores_have_two_digits_or_are_turned_round() -> None:
    (first, *_) = asks(scale("barthel"), Filling())
    assert [(one.key, one.score) for one in first.answers] == [(1, 10), (2, 5), (3, 0)]
    # Of GDS-15 some yes count and some no: 1 is yes throughout.
    assert {tuple((one.key, one.words.en) for one in ask.answers) for ask in asks(scale("gds15"), Filling())} == {
        ((1, "yes"), (2, "no"))
    }


@pytest.mark.parametrize(
    ("of", "digits", "found"),
    [
        ("seconds", "12", [("1", False), ("12", False)]),
        ("seconds", "99", [("9", False), ("99", True)]),
        ("pain", "7", [("7", True)]),
        ("pain", "10", [("1", False), ("10", True)]),
        ("pain", "0", [("0", True)]),
    ],
)
def test_a_number_goes_on_by_itself_once_no_digit_can_follow(
    of: str, digits: str, found: list[tuple[str, bool]]
) -> None:
    (ask,) = (one for id in ("water_swallow", "pain_nrs") for one in asks(scale(id), Filling()) if one.id.endswith(of))
    text, steps = "", []
    for digit in digits:
        text, whole = typed(ask, text, int(digit))
        steps.append((text, whole))
    assert steps == found


def test_a_draft_of_another_version_keeps_what_is_still_asked() -> None:
    of = scale("barthel")
    draft: dict[str, str | bool | None] = {
        "item.feeding": "2",
        "item.gone": "1",
        "item.bathing": "7",
        "fact.gone": True,
        "note": "头晕",
    }
    assert restored(of, draft) == Filling({"feeding": 2}, {}, "头晕")


def test_the_sum_is_of_what_is_answered() -> None:
    of = scale("barthel")
    assert sum_so_far(of, Filling({"feeding": 0, "transfer": 1})) == 20
    assert sum_so_far(scale("tcm_constitution33"), Filling({"q1": 1})) is None


def test_a_question_that_an_answer_leaves_out_is_not_asked() -> None:
    yes = (Option(0, Words("否", "no")), Option(1, Words("是", "yes")))
    from care.scales.model import Condition

    asked_then = Item("b", Words("乙", "b"), "choice", yes, hi=1, when=(Condition(("answer.a",), (1,)),))
    base = scale("frail")
    of = Scale(
        id="x", version="1", name=base.name, short=base.short, standard="", direction="worse", certainty="A", source="",
        least=0, most=2, summed=True, items=(Item("a", Words("甲", "a"), "choice", yes, hi=1), asked_then),
    )  # fmt: skip
    assert [ask.id for ask in asks(of, Filling({"a": 0}))] == ["item.a"]
    assert [ask.id for ask in missing(of, Filling({"a": 1}))] == ["item.b"]
