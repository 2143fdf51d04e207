"""What speaks against an order: allergies in free words, pairs in both directions, age, the same twice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from care.medicines import catalogue, checks, orders
from care.medicines.checks import check
from care.medicines.interactions import interactions_with
from care.medicines.lists import rows
from care.medicines.taken_now import Taken
from care.person_facts import Allergy, Condition
from care.rights import NoRight
from tests.care.household import Household, refuses
from tests.care.pharmacy import Pharmacy, pharmacy

DRUGS = st.sampled_from(sorted(catalogue.packaged().values(), key=lambda one: one.code))


def warned(p: Pharmacy, zh: str, **more: object) -> dict[str, checks.Warning]:
    """The warnings of an order by their codes."""
    return {one.code: one for one in check(p.store, p.person, p.new(zh, **more))}  # type: ignore[arg-type]


def allergic(house: Household, to: str, **facts: object) -> Pharmacy:
    """张秀英, who is allergic to something."""
    person = house.person("张秀英", "101-1", allergies=(Allergy(to, "皮疹"),), **facts)
    return Pharmacy(house, house.colleague("doctor"), house.colleague("nurse"), person)


@pytest.mark.parametrize(
    ("to", "zh", "blocks"),
    [
        ("青霉素", "阿莫西林", True),
        ("盘尼西林过敏", "青霉素钠", True),
        ("阿莫西林", "青霉素钠", True),
        ("Penicillin", "阿莫西林", True),
        ("青霉素", "头孢氨苄", False),
        ("头孢", "阿莫西林", False),
        ("头孢类", "头孢克肟", True),
        ("磺胺", "复方磺胺甲噁唑", True),
        ("磺胺", "呋塞米", False),
        ("阿司匹林", "布洛芬", True),
        ("布洛芬", "塞来昔布", False),
        ("依那普利 咳嗽", "卡托普利", True),
        ("卡托普利", "缬沙坦", False),
        ("速尿", "呋塞米", False),
        ("呋塞米", "呋塞米", True),
        ("复方丹参滴丸", "复方丹参滴丸", True),
        # As people write either: a brand, a name without its salt, a drug that the list does not have.
        ("头孢曲松", "头孢地尼", True),
        ("阿莫西林", "氨苄西林", True),
        ("青霉素", "头孢地尼", False),
        ("青霉素", "阿莫仙", True),
        ("PCN", "阿莫西林", True),
        ("Ampicillin", "青霉素钠", True),
        ("Cephalexin", "头孢克肟", True),
        ("sulfonamides", "复方磺胺甲噁唑", True),
        ("β-内酰胺类", "头孢克肟", True),
        ("阿司匹林", "芬必得", True),
        ("缬沙坦", "缬沙坦氢氯噻嗪片", True),
        ("硝苯地平", "硝苯地平缓释", True),
    ],
)
def test_an_allergy_is_read_as_its_group_and_the_groups_across(
    house: Household, to: str, zh: str, blocks: bool
) -> None:
    found = [one for one in warned(allergic(house, to), zh).values() if one.kind == "allergy"]
    assert found
    assert any(one.blocks for one in found) == blocks


def test_an_allergy_to_one_thing_says_nothing_of_another(house: Household) -> None:
    assert not [one for one in warned(allergic(house, "青霉素"), "氨氯地平").values() if one.kind == "allergy"]


def test_a_drug_of_ones_own_is_checked_by_its_name(house: Household) -> None:
    p = allergic(house, "青霉素")
    assert warned(p, "阿莫西林胶囊（国药）")["allergy/penicillin"].blocks
    assert "unchecked" in warned(p, "祖传膏药")


def test_that_nobody_asked_about_allergies_is_said(house: Household) -> None:
    person = house.person("李福", "101-2")
    p = Pharmacy(house, house.colleague("doctor"), house.colleague("nurse"), person)
    assert warned(p, "氨氯地平")["allergy/unasked"].severity == "info"


def test_past_an_allergy_goes_a_doctor_alone_and_only_with_a_reason(house: Household) -> None:
    p = allergic(house, "青霉素")
    new = p.new("阿莫西林", prescriber_id=p.doctor)
    codes = {one.code: "皮试阴性" for one in check(p.store, p.person, new) if one.needs_reason}
    with refuses("order_blocked"):
        orders.prescribe(p.store, p.nurse, p.person, new, codes)
    with refuses("warning_unanswered", n=len(codes)):
        orders.prescribe(p.store, p.doctor, p.person, new, {})
    with refuses("warning_unanswered", n=1):
        orders.prescribe(p.store, p.doctor, p.person, new, {**codes, "allergy/penicillin": "  "})
    orders.prescribe(p.store, p.doctor, p.person, new, codes)
    kept = orders.orders(p.store, p.person)[0].overrides
    assert orders.Overridden("allergy/penicillin", "皮试阴性") in kept


def test_a_carer_writes_no_orders(house: Household) -> None:
    p = pharmacy(house)
    with pytest.raises(NoRight):
        orders.prescribe(p.store, house.carer, p.person, p.new("氨氯地平", prescriber_id=p.doctor))


def test_an_interaction_is_found_in_both_directions(house: Household) -> None:
    one = pharmacy(house)
    one.order("华法林")
    assert any(code.startswith("interaction/warfarin+nsaid") for code in warned(one, "布洛芬"))
    two = Pharmacy(house, one.doctor, one.nurse, house.person("李福", "101-2", allergies_known=True))
    two.order("布洛芬")
    assert any(code.startswith("interaction/warfarin+nsaid") for code in warned(two, "华法林"))


def test_a_pair_that_must_never_be_is_ordered_by_a_doctor_alone(house: Household) -> None:
    p = pharmacy(house)
    p.order("辛伐他汀")
    found = [one for one in warned(p, "克拉霉素").values() if one.kind == "interaction"]
    assert [(one.severity, one.blocks) for one in found] == [("contraindicated", True)]
    new = p.new("克拉霉素", prescriber="刘建国")
    reasons = {code: "已停他汀三天" for code, one in warned(p, "克拉霉素").items() if one.needs_reason}
    with refuses("order_blocked"):
        orders.prescribe(p.store, p.nurse, p.person, new, reasons)
    written = orders.prescribe(p.store, p.doctor, p.person, new, reasons)
    assert [one.id for one in orders.orders(p.store, p.person) if one.name == "克拉霉素"] == [written]


@given(DRUGS, DRUGS)
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_of_any_two_drugs_each_warns_of_the_other_alike(one: catalogue.Drug, other: catalogue.Drug) -> None:
    def taken(of: catalogue.Drug) -> Taken:
        return Taken(of.zh, of, of.route)

    def pairs(new: catalogue.Drug, now: catalogue.Drug) -> set[str]:
        return {found.code.rpartition("/")[0] for found in interactions_with(taken(new), [taken(now)])}

    assert pairs(one, other) == pairs(other, one)


def test_every_line_of_the_list_is_found_between_two_drugs_but_for_two_lines() -> None:
    known = [Taken(one.zh, one, one.route) for one in catalogue.packaged().values()]
    never = set()
    for row in rows("interactions"):
        ones = [one for one in known if any(one.is_(term) for term in row["a"].split(";"))]
        others = [one for one in known if any(one.is_(term) for term in row["b"].split(";"))]
        pair = next(((one, other) for one in ones for other in others if one.same != other.same), None)
        code = f"interaction/{row['a']}+{row['b']}/"
        if pair is None:
            never.add(row["b"])
        else:
            assert any(found.code.startswith(code) for found in interactions_with(pair[0], [pair[1]]))
            assert any(found.code.startswith(code) for found in interactions_with(pair[1], [pair[0]]))
    # Drugs that a township does not have.
    assert never == {"pde5", "iodinated contrast"}


def test_what_is_stopped_or_over_is_taken_no_more_and_what_is_held_is(house: Household) -> None:
    p = pharmacy(house)
    stopped, held = p.order("华法林"), p.order("地高辛")
    orders.stop(p.store, p.doctor, stopped, "换药")
    orders.hold(p.store, p.doctor, held, "心率慢")
    found = warned(p, "胺碘酮")
    assert not any("warfarin" in code for code in found)
    assert any(code.startswith("interaction/digoxin+amiodarone") for code in found)


@pytest.mark.parametrize(
    ("taken", "zh", "code"),
    [
        ("华法林", "阿司匹林", "interaction/warfarin+nsaid"),
        ("华法林", "芬必得", "interaction/warfarin+nsaid"),
        ("地西泮", "芬太尼", "interaction/benzodiazepine+opioid"),
        ("安定", "吗啡", "interaction/benzodiazepine+opioid"),
        ("卡托普利", "氯化钾", "interaction/acei;arb+potassium"),
        ("辛伐他汀", "氨氯地平贝那普利片", "interaction/simvastatin+amlodipine"),
        ("缬沙坦", "氨氯地平贝那普利片", "interaction/acei+arb"),
        ("地高辛", "复方利血平氨苯蝶啶", "interaction/digoxin+furosemide"),
    ],
)
def test_names_as_people_write_them_are_checked_as_the_drugs_they_mean(
    house: Household, taken: str, zh: str, code: str
) -> None:
    p = pharmacy(house)
    p.order(taken)
    assert any(one.startswith(code) for one in warned(p, zh))


def test_a_high_alert_drug_typed_freely_takes_two_as_well(house: Household) -> None:
    p = pharmacy(house)
    for name in ("胰岛素", "华法林钠片"):
        assert "high_alert" in warned(p, name)
        p.order(name, route="401")
    assert all(one.high_alert for one in orders.orders(p.store, p.person))


def test_an_ointment_does_not_hide_the_tablets_of_it_and_a_patch_is_no_ointment(house: Household) -> None:
    p = pharmacy(house)
    p.order("双氯芬酸钠", route="6")
    assert not any(code.startswith("interaction/") for code in warned(p, "华法林"))
    p.order("双氯芬酸钠")
    assert any(code.startswith("interaction/warfarin+nsaid") for code in warned(p, "华法林"))
    p.order("地西泮")
    assert any(code.startswith("interaction/benzodiazepine+opioid") for code in warned(p, "芬太尼透皮贴", route="6"))


def test_two_forms_of_one_substance_are_the_same_medicine(house: Household) -> None:
    p = pharmacy(house)
    p.order("硝苯地平缓释")
    assert warned(p, "硝苯地平(普通片)")["duplicate/nifedipine SR"].severity == "major"


def test_drops_into_the_eye_are_no_interaction(house: Household) -> None:
    p = pharmacy(house)
    p.order("华法林")
    assert not any(code.startswith("interaction/") for code in warned(p, "左氧氟沙星滴眼液", route="609"))


def test_the_same_twice_and_two_of_a_kind_are_told_apart(house: Household) -> None:
    p = pharmacy(house)
    p.order("硝苯地平缓释")
    assert warned(p, "硝苯地平缓释")["duplicate/nifedipine SR"].severity == "major"
    assert warned(p, "氨氯地平")["duplicate/kind/nifedipine SR"].severity == "moderate"
    p.order("阿莫西林")
    assert warned(p, "阿莫西林克拉维酸钾")["duplicate/amoxicillin"].severity == "major"


def test_cautions_are_for_the_old_and_for_what_is_known_of_them(house: Household) -> None:
    old = pharmacy(house, conditions=(Condition("心力衰竭", "I50.9"),))
    assert warned(old, "地西泮")["elderly/B01"].severity == "major"
    assert warned(old, "布洛芬")["elderly/B09"].severity == "major"  # with heart failure
    assert warned(old, "布洛芬")["elderly/B10"].severity == "info"  # nobody says anything of the kidneys
    young = house.person(
        "小李", "101-2", sex="2", birth="1990-01-01", id_number="", id_reason="遗失", allergies_known=True
    )
    p = Pharmacy(house, old.doctor, old.nurse, young)
    assert not any(code.startswith("elderly/") for code in warned(p, "地西泮"))


def test_five_drugs_and_three_that_act_on_the_mind_are_counted(house: Household) -> None:
    p = pharmacy(house)
    for zh in ("氨氯地平", "二甲双胍", "地西泮", "舍曲林"):
        assert "elderly/B41" not in warned(p, zh)
        p.order(zh)
    assert "elderly/B41" in warned(p, "叶酸")
    assert "elderly/B42" not in warned(p, "叶酸")
    assert "elderly/B42" in warned(p, "喹硫平")


def test_both_registrations_of_a_person_count(house: Household) -> None:
    from care import same_person

    p = allergic(house, "青霉素")
    again = house.person("张秀英", allergies_known=True)
    same_person.merge_people(p.store, house.director, again, p.person)
    new = p.new("阿莫西林")
    assert any(one.blocks for one in check(p.store, again, new))


def test_what_is_worst_comes_first(house: Household) -> None:
    p = allergic(house, "阿司匹林")
    p.order("华法林")
    found = check(p.store, p.person, p.new("布洛芬"))
    assert found[0].blocks
    assert [checks.SEVERITIES.index(one.severity) for one in found[1:]] == sorted(
        checks.SEVERITIES.index(one.severity) for one in found[1:]
    )
