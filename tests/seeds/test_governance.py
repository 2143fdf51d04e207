"""16. Governance, reporting, targets."""

import pytest

from care import beds, chart, people, rounds, stays
from tests.care.household import refuses
from tests.seeds.conftest import CARER, DOCTOR, Pair, resident, who


@pytest.mark.seed("R316")
def test_both_sides_use_the_same_record_and_nothing_is_entered_twice(two_laptops: Pair) -> None:
    home, clinic = two_laptops.home, two_laptops.clinic
    li = people.create(home, who(home, CARER), resident("李秀英"))
    stays.admit(home, who(home, CARER), li, beds.free_beds(home, "welfare")[0].id)
    two_laptops.sync()
    # The health centre finds her as soon as her name is typed, and cannot register her again.
    assert [one.id for one in people.same_people(clinic, people.PersonFacts("李秀英"))] == [li]
    with refuses("id_number_taken", bed="101-1"):
        people.create(clinic, who(clinic, DOCTOR), resident("李秀英"))
    stays.switch(clinic, who(clinic, DOCTOR), li, beds.free_beds(clinic, "inpatient")[0].id)
    rounds.record(clinic, who(clinic, DOCTOR), li, rounds.Observation(vitals={"sbp": 150, "dbp": 90}))
    two_laptops.sync()
    for store in (home, clinic):
        assert [(one.id, one.bed_label) for one in people.page(store, "lxy", 0, 9)] == [(li, "病1-1")]
        assert [item.vitals["sbp"] for item in chart.timeline(store, li)] == [150]
