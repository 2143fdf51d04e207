"""Who wrote an entry, when and where: told before it is sealed, after it, and on the laptop that it reached."""

from pathlib import Path

from sqlalchemy import select

from care import setup, staff
from care.people import create
from care.person_facts import PersonFacts
from db.journal import EntryRef
from db.keys import FLOOR
from db.local import JOURNAL
from db.store import Store
from db.vault import create_vault
from sync import enrol, seal, session
from sync.county.admin import new_code
from sync.county.serving import running
from sync.county.settings import Settings
from sync.link import Folder
from sync.proof.fellows import names
from sync.proof.written import written

HOUSE = setup.House("青山镇两院", "青山镇", "421200", "青山镇卫生院", "青山镇福利院", 1, 2, 2, 1, 2)


def last_entry(store: Store) -> EntryRef:
    with store.reading() as conn:
        row = conn.execute(select(JOURNAL.c.epoch, JOURNAL.c.seq).order_by(JOURNAL.c.lamport.desc()).limit(1)).one()
    return EntryRef(bytes(row.epoch), row.seq)


def test_an_entry_is_told_the_same_from_the_tail_the_batch_and_afar(county: Settings, tmp_path: Path) -> None:
    laptop = create_vault(tmp_path / "home" / "yiyang.db", "01", "correct horse", cost=FLOOR)
    nurse = setup.found(laptop, HOUSE, number="01", name="李娟", role="director")
    create(laptop, nurse, PersonFacts("李秀英", sex="2", birth="1943", id_reason="未办证"))
    ref = last_entry(laptop)
    (before,) = written(laptop, [ref]).values()
    assert (before.staff_id, before.here) == (nurse, True)
    seal.seal(laptop)
    assert written(laptop, [ref]) == {ref: before}
    with running(county) as url:
        enrol.enrol(laptop, url, new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
        session.sync(laptop)
        path = tmp_path / "clinic" / "yiyang.db"
        code = new_code(county, "青山镇")
        doctor = enrol.join(path, url, code, number="02", passphrase="correct horse", laptop="医生", cost=FLOOR)
        session.sync(doctor)
    (there,) = written(doctor, [ref]).values()
    assert (there.staff_id, there.at, there.here, there.device) == (nurse, before.at, False, before.device)
    assert names(Folder(doctor.path)) == {before.device: "护理站", doctor.device_id: "医生"}
    assert [one.name for one in staff.everyone(doctor)] == ["李娟"]
    assert written(doctor, [EntryRef(b"nobody knows", 1)]) == {}
    laptop.close()
    doctor.close()
