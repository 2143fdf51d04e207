"""8. Devices, hotline, smart care."""

from pathlib import Path

import pytest

from care import beds, chart, people, rounds, stays
from db.keys import FLOOR
from db.store import Store
from sync import enrol, session
from sync.county.admin import new_code
from sync.county.serving import running
from sync.county.settings import Settings
from sync.errors import CountyUnreachable
from tests.seeds.conftest import CARER, DOCTOR, PASSPHRASE, resident, who


@pytest.mark.seed("R178")
def test_in_a_village_without_a_network_all_is_entered_and_arrives_later(
    home: Store, county: Settings, tmp_path: Path
) -> None:
    li = people.create(home, who(home, CARER), resident("李秀英"))
    stays.admit(home, who(home, CARER), li, beds.free_beds(home, "welfare")[0].id)
    with running(county) as url:
        enrol.enrol(home, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="福利院")
        session.sync(home)
        path, code = tmp_path / "village" / "record.db", new_code(county, "青山镇")
        village = enrol.join(path, url, code, number=DOCTOR, passphrase=PASSPHRASE, laptop="双河村", cost=FLOOR)
        session.sync(village)
    doctor = who(village, DOCTOR)
    stays.switch_home(village, doctor, li, "双河村", "3组12号")
    new = people.create(village, doctor, resident("陈德福", id_number="", id_reason="未带证件", sex="1", birth="1938"))
    rounds.record(village, doctor, li, rounds.Observation(note="换药", vitals={"sbp": 150, "dbp": 90}))
    with pytest.raises(CountyUnreachable):
        session.sync(village)
    assert [item.vitals["sbp"] for item in chart.timeline(village, li)] == [150]
    with running(county, port=int(url.rpartition(":")[2])):
        session.sync(village)
        session.sync(home)
    assert [(item.who, item.vitals["sbp"]) for item in chart.timeline(home, li)] == [("赵敏", 150)]
    assert [(one.id, one.bed_label) for one in people.page(home, "lxy", 0, 9)] == [(li, "双河村")]
    assert people.facts(home, new).name == "陈德福"
    village.close()
