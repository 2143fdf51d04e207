"""What is worth knowing of a bed before a chart is opened."""

from care import bed_detail, beds, people, stays
from care.person_facts import Allergy
from db.tables import Stay
from tests.care.household import Household


def test_a_bed_tells_who_lies_there_since_when_and_what_they_do_not_tolerate(house: Household) -> None:
    since = house.it_is("2026-11-10 09:00")
    li = house.person("李秀英", "101-1", allergies=(Allergy("青霉素"),), allergies_known=True, care_level="full")
    now = house.it_is("2026-11-22 21:04")
    found = bed_detail.details(house.store, now)
    (lying,) = found[house.bed("101-1")].lying
    assert (lying.person_id, lying.name, lying.sex, lying.age, lying.care_level) == (li, "李秀英", "2", 86, "full")
    assert (lying.since_at, lying.allergies, lying.allergies_known, lying.out) == (since, ("青霉素",), True, None)
    assert found[house.bed("101-2")].lying == ()


def test_somebody_out_is_told_with_the_company_and_the_time(house: Household) -> None:
    now = house.it_is("2026-11-22 09:00")
    li = house.person("李秀英", "101-1")
    stays.leave(house.store, house.carer, li, "family", now + 3600, "儿子", "带了药")
    (lying,) = bed_detail.details(house.store, now)[house.bed("101-1")].lying
    assert lying.out == bed_detail.Out("family", now, now + 3600, "儿子", "带了药")
    stays.back(house.store, house.carer, li)
    (lying,) = bed_detail.details(house.store, now)[house.bed("101-1")].lying
    assert lying.out is None


def test_two_on_one_bed_are_told_in_the_order_of_the_map(house: Household) -> None:
    house.person("李秀英", "101-1")
    zhang = house.person("张玉珍")
    with house.store.act(house.carer) as act:
        act.insert(Stay, person_id=zhang, bed_id=house.bed("101-1"), from_at=act.now + 60)
    lying = bed_detail.details(house.store, house.store.now())[house.bed("101-1")].lying
    assert [one.name for one in lying] == ["张玉珍", "李秀英"]
    assert house.cell("101-1").others == tuple(one.person_id for one in lying[1:])


def test_a_home_bed_tells_its_address(house: Household) -> None:
    bed = beds.add_home_bed(house.store, house.carer, "双河村", "3组12号")
    assert bed_detail.details(house.store, house.store.now())[bed].address == "3组12号"


def test_only_those_without_a_bed_are_found_to_be_admitted(house: Household) -> None:
    house.person("李秀英", "101-1")
    other, wu = house.person("李秀芝"), house.person("吴国华")
    found = people.without_bed(house.store, "", 9)
    assert [row.id for row in found] == [wu, other]
    assert [row.id for row in people.without_bed(house.store, "lx", 9)] == [other]
    assert people.without_bed(house.store, "lxy", 9) == []
    assert len(people.without_bed(house.store, "", 1)) == 1
