"""NEWS2 against the published chart, written down here a second time, band by band."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.news2 import NewsInput, Response, advice, news2

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "scales.json").read_text(encoding="utf-8"))
WELL = NewsInput(resp=16, spo2=97, oxygen=False, spo2_scale=1, sbp=130, pulse=70, acvpu="A", temp_c10=368)

# Royal College of Physicians 2017, chart 1: the last value of each band, from the lowest up, with its score.
# The band after the last has no upper end.
CHART: dict[str, tuple[list[tuple[int, int]], int]] = {
    "resp": ([(8, 3), (11, 1), (20, 0), (24, 2)], 3),
    "sbp": ([(90, 3), (100, 2), (110, 1), (219, 0)], 3),
    "pulse": ([(40, 3), (50, 1), (90, 0), (110, 1), (130, 2)], 3),
    "temp_c10": ([(350, 3), (360, 1), (380, 0), (390, 1)], 2),
}
OXYGEN_CHART: dict[tuple[int, bool], tuple[list[tuple[int, int]], int]] = {
    (1, False): ([(91, 3), (93, 2), (95, 1)], 0),
    (1, True): ([(91, 3), (93, 2), (95, 1)], 0),
    (2, False): ([(83, 3), (85, 2), (87, 1)], 0),
    (2, True): ([(83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2)], 3),
}
SPAN = {"resp": (0, 90), "sbp": (20, 310), "pulse": (10, 260), "temp_c10": (290, 460)}


def with_part(seen: NewsInput, part: str, value: int | str | None) -> NewsInput:
    return NewsInput(**{**asdict(seen), part: value})


def by_chart(chart: tuple[list[tuple[int, int]], int], value: int) -> int:
    bands, above = chart
    return next((score for last, score in bands if value <= last), above)


@pytest.mark.parametrize("part", CHART)
def test_every_value_scores_as_the_chart_prints(part: str) -> None:
    lo, hi = SPAN[part]
    for value in range(lo, hi):
        assert news2(with_part(WELL, part, value)).parts[part] == by_chart(CHART[part], value), value


@pytest.mark.parametrize(("scale", "oxygen"), OXYGEN_CHART)
def test_both_oxygen_scales_score_as_the_chart_prints(scale: int, oxygen: bool) -> None:
    for value in range(40, 101):
        scored = news2(replace(WELL, spo2=value, spo2_scale=scale, oxygen=oxygen))
        assert scored.parts["spo2"] == by_chart(OXYGEN_CHART[scale, oxygen], value), value
        assert scored.parts["oxygen"] == (2 if oxygen else 0)


@pytest.mark.parametrize(("acvpu", "score"), [("A", 0), ("C", 3), ("V", 3), ("P", 3), ("U", 3)])
def test_consciousness(acvpu: str, score: int) -> None:
    assert news2(replace(WELL, acvpu=acvpu)).parts["acvpu"] == score


@pytest.mark.parametrize("vector", VECTORS["news2"], ids=lambda v: f"{v['response']}-{v['total']}")
def test_worked_examples(vector: dict[str, dict[str, int | float | str | bool] | int | str]) -> None:
    seen = vector["input"]
    assert isinstance(seen, dict)
    scored = news2(
        NewsInput(
            resp=int(seen["rr"]),
            spo2=int(seen["spo2"]),
            oxygen=bool(seen["oxygen"]),
            spo2_scale=int(seen["scale"]),
            sbp=int(seen["sbp"]),
            pulse=int(seen["pulse"]),
            acvpu=str(seen["acvpu"]),
            temp_c10=round(float(seen["temp"]) * 10),
        )
    )
    assert (scored.total, scored.response) == (vector["total"], vector["response"])
    assert scored.complete


@pytest.mark.parametrize(
    ("seen", "total", "response"),
    [
        (WELL, 0, "zero"),
        (replace(WELL, pulse=95), 1, "low"),
        (replace(WELL, pulse=115, resp=22), 4, "low"),
        (replace(WELL, resp=25), 3, "red"),
        (replace(WELL, resp=25, pulse=95), 4, "red"),
        (replace(WELL, resp=25, pulse=115), 5, "medium"),
        (replace(WELL, pulse=115, resp=22, temp_c10=385), 5, "medium"),
        (replace(WELL, pulse=115, resp=22, temp_c10=395), 6, "medium"),
        (replace(WELL, pulse=115, resp=22, temp_c10=395, sbp=105), 7, "high"),
        (replace(WELL, resp=25, acvpu="V", temp_c10=385), 7, "high"),
        (NewsInput(resp=30, spo2=70, oxygen=True, sbp=80, pulse=140, acvpu="U", temp_c10=340), 20, "high"),
    ],
)
def test_the_total_sets_the_response_and_a_single_three_raises_a_low_one(
    seen: NewsInput, total: int, response: Response
) -> None:
    scored = news2(seen)
    assert (scored.total, scored.response) == (total, response)
    assert scored.red is (3 in scored.parts.values())


def test_what_was_not_measured_makes_the_total_a_lower_bound() -> None:
    scored = news2(NewsInput(resp=22, temp_c10=385))
    assert (scored.total, scored.complete) == (3, False)
    assert scored.missing == ("spo2", "sbp", "pulse", "acvpu")
    nothing = news2(NewsInput())
    assert (nothing.total, nothing.response, nothing.complete) == (0, "zero", False)
    assert len(nothing.missing) == 6


def test_oxygen_that_nobody_noted_is_air() -> None:
    assert news2(replace(WELL, oxygen=None)) == news2(WELL)


@pytest.mark.parametrize(
    ("part", "value"), [("spo2", 101), ("resp", -1), ("acvpu", ""), ("acvpu", "AC"), ("acvpu", "Z")]
)
def test_a_value_outside_the_chart_is_missing_not_zero(part: str, value: int | str) -> None:
    scored = news2(with_part(WELL, part, value))
    assert scored.missing == (part,)
    assert part not in scored.parts


def test_each_response_says_what_to_do() -> None:
    said = {
        (response, lang): advice(response, lang)
        for response in ("zero", "low", "red", "medium", "high")
        for lang in ("zh", "en")
    }
    assert len(set(said.values())) == 10
    assert "120" in said["high", "zh"]


@given(
    st.integers(4, 80),
    st.integers(40, 100),
    st.booleans(),
    st.sampled_from([1, 2]),
    st.integers(40, 300),
    st.integers(20, 250),
    st.sampled_from("ACVPU"),
    st.integers(300, 450),
)
def test_one_more_measurement_never_lowers_the_score(
    resp: int, spo2: int, oxygen: bool, scale: int, sbp: int, pulse: int, acvpu: str, temp: int
) -> None:
    whole = NewsInput(resp, spo2, oxygen, scale, sbp, pulse, acvpu, temp)
    total = news2(whole).total
    assert 0 <= total <= 20
    for part in ("resp", "spo2", "sbp", "pulse", "acvpu", "temp_c10"):
        assert news2(with_part(whole, part, None)).total <= total
