"""Every scale file: its whole range, every edge of its bands, missing answers; adding one is adding a file."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care import data
from care.data import table
from care.scales import Facts, Scale, asked, scale, scales, scales_in, score, suggested
from care.scales.model import Cutoffs
from tests.care.household import refuses

IDS = sorted(
    file.name.removesuffix(".toml") for file in (files(data) / "scales").iterdir() if file.name != "__pycache__"
)
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "scales.json").read_text(encoding="utf-8"))

# What a scale cannot be scored without, and the numbers of the county, one way and the other.
FACTS: dict[str, list[Facts]] = {
    "mmse": [
        {"education": schooling, "mmse_cutoffs": chosen}
        for schooling in ("none", "primary", "middle")
        for chosen in (1, 2)
    ],
    "water_swallow": [{"seconds": 4}, {"seconds": 9}],
    "news2": [{"spo2_scale": 1}, {"spo2_scale": 2}],
    "morse": [{"morse_high": 45}, {"morse_high": 51}],
    "gds15": [{"gds15_bands": 1}, {"gds15_bands": 2}],
    "gad7": [{"gad7_bands": 1}, {"gad7_bands": 2}],
}


def facts_of(scale_id: str) -> Facts:
    return FACTS.get(scale_id, [{}])[0]


def reachable(of: Scale, facts: Facts) -> dict[int, dict[str, int]]:
    """Every total that answers can make, with some that do: what each item adds is taken up one after the other."""
    reached: dict[int, dict[str, int]] = {0: {}}
    for item in of.items:
        places = [lo for lo, _, _ in item.bands] or range(item.lo, item.hi + 1)
        grown: dict[int, dict[str, int]] = {}
        for before, so_far in reached.items():
            if item not in asked(of, so_far, facts):
                grown.setdefault(before, so_far)
                continue
            for place in places:
                if item.lo <= place <= item.hi:
                    grown.setdefault(before + item.score(place), {**so_far, item.id: place})
        reached = grown
    return reached


def answers_for(of: Scale, total: int, facts: Facts) -> dict[str, int]:
    return reachable(of, facts)[total]


def starts_of(cut: Cutoffs, counting: Facts) -> list[int]:
    """Where its bands begin, by the numbers that count."""
    found = [counting.get(one.start, 0) if isinstance(one.start, str) else one.start for one in cut.bands]
    return [int(start or 0) for start in found]


def extremes(of: Scale) -> tuple[dict[str, int], dict[str, int]]:
    def place(item, best):
        return best(range(item.lo, item.hi + 1), key=item.score)

    return {item.id: place(item, min) for item in of.items}, {item.id: place(item, max) for item in of.items}


def test_the_standards_scales_are_all_here() -> None:
    assert len(IDS) == 22
    assert [one.id for one in scales()] == [one for one in IDS if one != "news2"]


@pytest.mark.parametrize("scale_id", IDS)
def test_every_file_says_what_it_must_and_names_only_what_it_has(scale_id: str) -> None:
    of = scale(scale_id)
    assert of.id == scale_id
    assert of.version
    assert of.certainty in ("A", "B", "C")
    assert of.source
    ids = [item.id for item in of.items]
    assert len(set(ids)) == len(ids)
    assert all(words.zh and words.en for words in [of.name, of.short, *(item.words for item in of.items)])
    assert all(option.words.zh and option.words.en for item in of.items for option in item.options)
    assert {item.group for item in of.items} <= {"", *(group.code for group in of.groups)}
    for part in of.parts:
        assert set(part.items) <= set(ids)
        assert set(part.reverse) <= set(part.items)
    settings_known = {name for name, _ in of.settings}
    county = table("rules/county_facts")["fact"]
    for name, value in of.settings:
        assert county[name]["value"] == value, "a setting starts at what the county's list says"
        assert county[name]["certainty"] in ("B", "C")
    known = (
        {"total", "grade"}
        | {f"{what}.{one}" for one in ids for what in ("item", "answer")}
        | {f"part.{part.code}{end}" for part in of.parts for end in ("", ".grade")}
        | {f"fact.{need.id}" for need in of.needs}
        | {f"setting.{name}" for name in settings_known}
    )
    rules = [rule.when for part in of.parts for rule in part.rules]
    asked_when = [item.when for item in of.items] + [cut.when for cut in of.cutoffs] + rules
    after = [one.when for one in of.adjustments] + [one.when for one in of.triggers]
    conditions = [condition for when in (*asked_when, *after) for condition in when]
    named = {name for condition in conditions for name in condition.of}
    named |= {bound for one in conditions for bound in (one.least, one.most) if isinstance(bound, str)}
    if of.crossing is not None:
        named |= {of.crossing.row, *of.crossing.column}
        grades = {band.code for band in of.grades}
        assert all(len(row) == len(of.crossing.columns) for row in of.crossing.cells.values())
        assert {cell for row in of.crossing.cells.values() for cell in row} <= grades
    assert named <= known
    for cut in of.cutoffs:
        starts = starts_of(cut, dict(of.settings))
        assert starts == sorted(starts)
        assert starts[0] <= of.least


@pytest.mark.parametrize("scale_id", IDS)
def test_the_range_is_what_the_answers_can_reach(scale_id: str) -> None:
    of = scale(scale_id)
    lowest, highest = extremes(of)
    for facts in FACTS.get(scale_id, [{}]):
        given_low = {item.id: lowest[item.id] for item in asked(of, lowest, facts)}
        if of.summed:
            assert score(of, given_low, facts).total == of.least
            given_high = {item.id: highest[item.id] for item in asked(of, highest, facts)}
            assert score(of, given_high, facts).total == of.most
        else:
            assert score(of, given_low, facts).total is None
            assert sum(item.score(lowest[item.id]) for item in of.items) == of.least
            assert sum(item.score(highest[item.id]) for item in of.items) == of.most


@pytest.mark.parametrize("scale_id", [one for one in IDS if scale(one).summed and scale(one).cutoffs])
def test_every_edge_of_every_band(scale_id: str) -> None:
    of = scale(scale_id)
    for facts in FACTS.get(scale_id, [{}]):
        counting: Facts = {**dict(of.settings), **facts}
        cut = next(
            one for one in of.cutoffs if all(counting.get(c.of[0].split(".", 1)[1]) in c.among for c in one.when)
        )
        starts = starts_of(cut, counting)
        reached = reachable(of, facts)
        for band, start, ends in zip(cut.bands, starts, [*starts[1:], of.most + 1], strict=True):
            inside = [total for total in reached if start <= total < ends]
            assert inside, "every band has a total that occurs"
            for total in (min(inside), max(inside)):
                result = score(of, reached[total], facts)
                assert result.total == total
                assert result.grade is not None
                if result.grade != band:  # a rule of its own moved it, and says so
                    assert result.explained
                    assert result.grade.level > band.level


@pytest.mark.parametrize("scale_id", IDS)
def test_nothing_is_guessed(scale_id: str) -> None:
    of, facts = scale(scale_id), facts_of(scale_id)
    lowest, _ = extremes(of)
    whole = {item.id: lowest[item.id] for item in asked(of, lowest, facts)}
    with refuses("answers_missing", n=len(asked(of, {}, facts))):
        score(of, {}, facts)
    for item in asked(of, whole, facts):
        with refuses("answer_out_of_range", item=item.id, least=item.lo, most=item.hi):
            score(of, {**whole, item.id: item.hi + 1}, facts)
    with refuses("answer_unknown", item="no_such_item"):
        score(of, {**whole, "no_such_item": 0}, facts)
    last = asked(of, whole, facts)[-1]
    with refuses("answers_missing", n=1):
        score(of, {name: place for name, place in whole.items() if name != last.id}, facts)


@pytest.mark.parametrize("scale_id", IDS)
@settings(max_examples=20, deadline=None)
@given(drawn=st.data())
def test_any_answers_have_a_result_that_says_why(scale_id: str, drawn: st.DataObject) -> None:
    of = scale(scale_id)
    facts = drawn.draw(st.sampled_from(FACTS.get(scale_id, [{}])))
    answers: dict[str, int] = {}
    while left := [item for item in asked(of, answers, facts) if item.id not in answers]:
        answers[left[0].id] = drawn.draw(st.integers(left[0].lo, left[0].hi))
    result = score(of, answers, facts)
    assert result.answers == answers
    assert score(of, result.answers, result.facts) == result, "what is kept scores the same again"
    if of.summed:
        assert result.total is not None
        assert of.least <= result.total <= of.most
    assert (result.grade is None) == (not of.cutoffs and of.crossing is None)
    assert result.certainty >= of.certainty
    if result.grade is not None and of.crossing is None and not result.explained and of.direction != "profile":
        better = score(of, _best(of, facts), facts)
        assert better.grade is not None
        assert better.grade.level <= result.grade.level


def _best(of: Scale, facts: Facts) -> dict[str, int]:
    """All answers at the end that is better."""
    lowest, highest = extremes(of)
    best = highest if of.direction == "better" else lowest
    items = asked(of, best, facts)
    return {item.id: best[item.id] for item in items}


@pytest.mark.parametrize("scale_id", ["barthel", "phs_selfcare5"])
def test_vectors_of_totals_and_bands(scale_id: str) -> None:
    of = scale(scale_id)
    for vector in VECTORS[scale_id]:
        answers = {
            item.id: [option.score for option in item.options].index(vector["answers"][item.id]) for item in of.items
        }
        result = score(of, answers, {})
        assert result.grade is not None
        assert (result.total, result.grade.code) == (vector["total"], vector["band"])
        if "home_bed" in vector:
            assert any(one.code == "home_bed" for one in result.triggers) == vector["home_bed"]


def test_a_home_bed_is_for_45_and_below() -> None:
    of = scale("barthel")
    for total, asks in ((40, True), (45, True), (50, False)):
        assert bool(score(of, answers_for(of, total, {}), {}).triggers) == asks
    assert score(of, answers_for(of, 45, {}), {}).grade.code == "moderate"  # type: ignore[union-attr]


def test_vectors_of_the_ability_grade() -> None:
    of = scale("gbt42195_2022")
    for vector in VECTORS["gbt42195"]:
        extra = {"events": "risk_events"}
        facts = {extra.get(name, name): value for name, value in vector["extra"].items()}
        result = score(of, answers_for(of, vector["total"], facts), facts)
        assert result.grade is not None
        assert (result.total, result.grade.code) == (vector["total"], vector["level"]), vector


def test_coma_is_complete_whatever_the_rest_and_drowsy_is_not() -> None:
    of = scale("gbt42195_2022")
    best = {item.id: 0 for item in of.items}
    assert score(of, {**best, "b3_9": 3}, {}).grade == of.band("complete")
    stupor = score(of, {**best, "b3_9": 2}, {})
    assert (stupor.total, stupor.grade) == (88, of.band("mild"))
    assert score(of, {**best, "b3_9": 3}, {}).explained[-1].zh.startswith("昏迷")
    assert [part.total for part in score(of, best, {}).parts] == [32, 15, 28, 15]


def test_three_reasons_move_one_level_and_all_are_said() -> None:
    of = scale("gbt42195_2022")
    best = {item.id: 0 for item in of.items}
    result = score(of, best, {"dementia": True, "mental": True, "risk_events": 3})
    assert result.grade == of.band("mild")
    assert len(result.explained) == 3
    assert score(of, best, {"risk_events": 1}).grade == of.band("intact")


def test_the_insurance_grade_takes_the_worse_of_cognition_and_sense() -> None:
    of = scale("ltci_disability_2021")
    totals = {
        "adl": {"intact": 100, "mild": 65, "moderate": 45, "severe": 40},
        "cognition": {"intact": 16, "mild": 4, "moderate": 2, "severe": 1},
        "sense": {"intact": 12, "mild": 4, "moderate": 2, "severe": 1},
    }
    for vector in VECTORS["ltci"]:
        answers: dict[str, int] = {}
        for part, level in zip(of.parts, vector["levels"], strict=True):
            only = replace(of, items=tuple(item for item in of.items if item.id in part.items))
            answers |= answers_for(only, totals[part.code][level], {})
        result = score(of, answers, {})
        assert result.grade == of.band(str(vector["grade"]))
        assert result.total is None
        assert result.certainty == ("B" if vector["levels"][0] == "severe" else "C"), "the county confirms the others"
        assert [part.grade.code for part in result.parts if part.grade] == vector["levels"]
        assert len(result.explained) == 3


def test_the_county_says_a_row_of_the_insurance_table() -> None:
    of = scale("ltci_disability_2021")
    best = {item.id: max(range(item.hi + 1), key=item.score) for item in of.items}
    for told, grade in ((11, "0"), (1111, "1"), (2345, "2"), (900, "0"), (11111, "0")):
        assert score(of, best, {"ltci_intact": told}).grade == of.band(grade), told
    blind = {**best, "vision": 0, "hearing": 0, "communication": 0}
    assert score(of, blind, {"ltci_intact": 15}).grade == of.band("5")
    assert score(of, blind, {"ltci_intact": 15}).certainty == "C"
    assert score(of, blind, {"ltci_intact": 15}, {"ltci_intact"}).certainty == "A"
    assert score(of, blind, {"ltci_intact": 15}, {"ltci_mild"}).certainty == "C"


def test_the_letter_of_the_self_report() -> None:
    of = scale("ltci_self_report")
    letters = {
        (0, 0): "A", (1, 0): "B", (0, 1): "B", (0, 2): "B", (1, 1): "C", (0, 3): "C", (2, 0): "D", (1, 2): "D",
        (3, 0): "E", (2, 1): "E", (2, 2): "E", (1, 3): "E", (3, 1): "F", (3, 2): "F", (2, 3): "F", (3, 3): "G",
    }  # fmt: skip
    a, b = (part.items for part in of.parts)
    for (in_a, in_b), letter in letters.items():
        # Partly independent (1) does not count as dependent (2).
        answers = {
            name: 2 if place < n else 1 for of_class, n in ((a, in_a), (b, in_b)) for place, name in enumerate(of_class)
        }
        result = score(of, answers, {})
        assert result.grade is not None
        assert result.grade.code == letter
        assert bool(result.triggers) == (letter in "EFG")


def test_constitutions_by_the_forms_rule() -> None:
    of = scale("tcm_constitution33")
    for vector in VECTORS["tcm"]:
        result = score(of, {item.id: vector["all"] - 1 for item in of.items}, {})
        parts = {part.code: part for part in result.parts}
        assert {code: parts[code].total for code in vector["scores"]} == vector["scores"]
        for code, word in vector["result"].items():
            assert parts[code].grade.words.zh == word  # type: ignore[union-attr]
    counted = [item for part in of.parts if part.code != "pinghe" for item in part.items]
    assert sorted(counted) == sorted(item.id for item in of.items if item.id != "q1"), "2 to 33, each of one type"


@pytest.mark.parametrize(("others", "grade"), [(8, "yes"), (9, "basic"), (10, "basic"), (11, "no")])
def test_balanced_is_at_most_8_and_basically_at_most_10(others: int, grade: str) -> None:
    of = scale("tcm_constitution33")
    answers = {item.id: 0 for item in of.items} | {"q1": 4}
    # Dryness of four items reaches the wanted sum without touching the balanced type.
    yinxu = next(part for part in of.parts if part.code == "yinxu")
    for step in range(others - 4):
        answers[yinxu.items[step % 4]] += 1
    parts = {part.code: part for part in score(of, answers, {}).parts}
    assert (parts["yinxu"].total, parts["pinghe"].total) == (others, 25)
    assert parts["pinghe"].grade.code == grade  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("schooling", "chosen", "impaired"),
    [("none", 1, 17), ("primary", 1, 20), ("middle", 1, 24), ("none", 2, 19), ("primary", 2, 22), ("middle", 2, 26)],
)
def test_mmse_goes_by_schooling_and_by_what_the_county_chose(schooling: str, chosen: int, impaired: int) -> None:
    of = scale("mmse")
    facts: Facts = {"education": schooling, "mmse_cutoffs": chosen}
    below, above = (score(of, answers_for(of, total, facts), facts) for total in (impaired, impaired + 1))
    assert below.grade is not None
    assert below.grade.code != "normal"
    assert above.grade == of.band("normal") or above.grade.code == "normal"  # type: ignore[union-attr]
    assert str(impaired) in below.explained[0].zh
    assert below.certainty == ("B" if chosen == 1 else "C")
    settled = score(of, answers_for(of, impaired, facts), facts, {"mmse_cutoffs"}).certainty
    assert settled == ("B" if chosen == 1 else "A"), "what the county confirms is as sure as the scale"
    assert of.licence_note is not None
    assert all(item.kind == "number" for item in of.items), "points alone: the questions are licensed"


def test_without_the_schooling_there_is_no_score() -> None:
    of = scale("mmse")
    with refuses("facts_missing", fact="education", n=1):
        score(of, {item.id: 0 for item in of.items}, {})
    with refuses("fact_choice_unknown", fact="education"):
        score(of, {item.id: 0 for item in of.items}, {"education": "doctor"})


@pytest.mark.parametrize(("seconds", "grade"), [(5, "normal"), (6, "suspect"), (120, "suspect")])
def test_a_glass_in_one_go_is_normal_within_five_seconds(seconds: int, grade: str) -> None:
    of = scale("water_swallow")
    result = score(of, {"grade": 0}, {"seconds": seconds})
    assert result.grade == of.band(grade)
    assert score(of, {"grade": 4}, {"seconds": seconds}).grade == of.band("abnormal")
    with refuses("fact_out_of_range", fact="seconds", least=1, most=120):
        score(of, {"grade": 0}, {"seconds": 0})


def test_news2_of_the_file_scores_as_the_vectors() -> None:
    of = scale("news2")
    for vector in VECTORS["news2"]:
        seen = vector["input"]
        facts: Facts = {"spo2_scale": seen["scale"]}
        spo2 = "spo2_1" if seen["scale"] == 1 else "spo2_2_o2" if seen["oxygen"] else "spo2_2_air"
        answers = {
            "rr": seen["rr"], "oxygen": int(seen["oxygen"]), spo2: seen["spo2"], "sbp": seen["sbp"],
            "pulse": seen["pulse"], "acvpu": int(seen["acvpu"] != "A"), "temp": round(seen["temp"] * 10),
        }  # fmt: skip
        result = score(of, answers, facts)
        assert result.grade is not None
        assert (result.total, result.grade.code) == (vector["total"], vector["response"])


def test_the_record_suggests_what_it_knows() -> None:
    assert suggested(scale("nrs2002"), {"age": 69}) == {"age": 0}
    assert suggested(scale("nrs2002"), {"age": 70}) == {"age": 1}
    assert suggested(scale("morse"), {"diagnoses": 2, "falls_90d": 1}) == {"diagnosis": 1, "history": 1}
    assert suggested(scale("barthel"), {"age": 80}) == {}


def test_adding_a_scale_is_adding_a_file(tmp_path: Path) -> None:
    (tmp_path / "grip.toml").write_text(
        """
id = "grip"
version = "1"
zh = "握力"
en = "Grip"
standard = "own"
direction = "better"
certainty = "C"
source = "own"
least = 0
most = 60
[[facts]]
id = "sex"
zh = "性别"
en = "sex"
kind = "choice"
required = true
choices = [{ code = "1", zh = "男", en = "male" }, { code = "2", zh = "女", en = "female" }]
[[cutoffs]]
when = [{ of = "fact.sex", is = ["2"] }]
bands = [
    { code = "weak", from = 0, level = 1, zh = "弱", en = "weak" },
    { code = "ok", from = 18, zh = "可", en = "ok" },
]
[[cutoffs]]
bands = [
    { code = "weak", from = 0, level = 1, zh = "弱", en = "weak" },
    { code = "ok", from = 28, zh = "可", en = "ok" },
]
[[items]]
id = "can"
zh = "能测"
en = "can be measured"
options = [{ score = 0, zh = "不能", en = "no" }, { score = 0, zh = "能", en = "yes" }]
[[items]]
id = "kg"
zh = "千克"
en = "kg"
unit = "kg"
lo = 0
hi = 60
when = [{ of = "answer.can", is = [1] }]
""",
        encoding="utf-8",
    )
    [of] = scales_in(tmp_path)
    assert [item.id for item in asked(of, {"can": 0})] == ["can"]
    assert [item.id for item in asked(of, {"can": 1})] == ["can", "kg"]
    assert score(of, {"can": 1, "kg": 20}, {"sex": "2"}).grade == of.cutoffs[0].bands[1]
    assert score(of, {"can": 1, "kg": 20}, {"sex": "1"}).grade == of.cutoffs[1].bands[0]
    assert score(of, {"can": 0, "kg": 20}, {"sex": "1"}).answers == {"can": 0}, "what is not asked counts for nothing"


def test_a_scale_nobody_has_is_refused() -> None:
    with refuses("scale_unknown", scale="no_such_scale"):
        scale("no_such_scale")
    with refuses("scale_unknown", scale="../rules/rights"):
        scale("../rules/rights")
