"""What was written is never written over, whoever asks the file."""

import pytest
from sqlalchemy import Connection, text

from db.append_only import appended, guards, lacking, mending
from db.errors import Refused
from db.journal import Value
from db.local import BATCH, JOURNAL, MENDING
from db.store import Store
from db.tables import Access, Assessment, AuditEvent, Dose, Event, Person, Round, Setting, StockMove, Vitals
from tests.insider import tampering


def written(store: Store) -> None:
    """One row of every table that is never written over."""
    with store.act(None) as act:
        who = act.insert(Person, name="李秀英", sex="2")
        look = act.insert(Round, person_id=who, staff_id=who, at=act.now, kind="caregiver", note="咳嗽")
        act.insert(Vitals, person_id=who, staff_id=who, round_id=look, at=act.now, pulse=88)
        act.insert(Access, person_id=who, staff_id=who, at=act.now)
        act.insert(Setting, name="retention", value="3", turn=1, at=act.now)
        act.insert(AuditEvent, staff_id=None, at=act.now, what="backed_up")
        care: dict[str, Value] = {"person_id": who, "staff_id": who, "at": act.now}
        act.insert(Assessment, **care, scale="barthel", version="1", answers="{}")
        act.insert(Event, **care, kind="visit")
        act.insert(Dose, **care, order_id=look, result="given")
        act.insert(StockMove, **care, drug="", name="钙片", quantity100=100, unit="片", kind="received")


def batch_of(conn: Connection, last: int) -> None:
    """A batch of this laptop that holds the first entries of its journal."""
    epoch = conn.execute(text("SELECT epoch FROM journal")).scalar()
    device = conn.execute(text("SELECT device_id FROM device")).scalar_one()
    values = {"hash": b"h", "device_id": device, "epoch": epoch, "first": 1, "last": last}
    conn.exec_driver_sql(
        "INSERT INTO batch VALUES (:hash, :device_id, :epoch, :first, :last, x'', x'00', 1, 1)", values
    )


def everything(store: Store) -> list[object]:
    """All that must not change."""
    tables = (*appended(), "journal", "batch")
    with store.reading() as conn:
        return [conn.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2").all() for table in tables]


def test_a_new_file_has_all_guards_and_those_of_every_append_only_table(store: Store) -> None:
    with store.reading() as conn:
        assert lacking(conn) == []
        names = set(conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars())
    assert names == set(guards())
    assert {"round", "vitals", "access", "audit_event"} <= set(appended())
    assert {f"{table}_{how}" for table in appended() for how in ("unchanged", "kept")} <= names


REFUSED = (
    *(f"UPDATE {table} SET id = id" for table in appended()),
    *(f"DELETE FROM {table}" for table in appended()),
    "UPDATE round SET note = 'nothing to see'",
    "INSERT OR REPLACE INTO round SELECT * FROM round",
    "UPDATE journal SET wall = 0",
    "UPDATE journal SET seq = seq + 100 WHERE seq = 4",
    "DELETE FROM journal WHERE seq = 4",
    "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 4",
    *(f"UPDATE batch SET {name} = x'00'" for name in ("hash", "device_id", "epoch", "parents", "body")),
    "UPDATE batch SET first = 9",
    "UPDATE batch SET last = 9",
    "DELETE FROM batch",
)


def test_nothing_is_written_over(store: Store) -> None:
    written(store)
    with store.writing() as conn:
        batch_of(conn, last=2)
    before = everything(store)
    for statement in REFUSED:
        with pytest.raises(Refused) as caught, store.writing() as conn:
            conn.execute(text(statement))
        assert caught.value.rule == "append_only", statement
    assert everything(store) == before


def test_an_entry_goes_once_a_batch_of_this_laptop_holds_it(store: Store) -> None:
    written(store)
    with store.writing() as conn:
        batch_of(conn, last=2)
        conn.execute(text("DELETE FROM journal WHERE seq <= 2"))
        assert conn.execute(text("SELECT seq FROM journal")).scalars().all() == list(range(3, 11))


def test_a_batch_of_another_laptop_lets_no_entry_go(store: Store) -> None:
    written(store)
    with tampering(store) as conn:
        batch_of(conn, last=6)
        conn.execute(text("UPDATE batch SET device_id = x'80808080808080808080808080808080'"))
    with pytest.raises(Refused), store.writing() as conn:
        conn.execute(JOURNAL.delete())


def test_a_position_may_change_and_what_arrives_twice_stays_as_it_was(store: Store) -> None:
    written(store)
    before = everything(store)
    with store.writing() as conn:
        conn.execute(text("INSERT INTO round SELECT * FROM round WHERE true ON CONFLICT DO NOTHING"))
        batch_of(conn, last=2)
        conn.execute(BATCH.update().values(position=7))
    assert everything(store)[:-1] == before[:-1]


def test_the_one_door_is_open_inside_its_act_and_leaves_an_event(store: Store) -> None:
    written(store)
    with store.act(None) as act, mending(act, "upgrade"):
        act.conn.execute(text("DELETE FROM round"))
    with pytest.raises(Refused), store.writing() as conn:
        conn.execute(text("DELETE FROM vitals"))
    with store.reading() as conn:
        assert conn.execute(text("SELECT count(*) FROM round")).scalar_one() == 0
        found = conn.execute(text("SELECT what, facts FROM audit_event ORDER BY rowid DESC")).all()
        assert found[0] == ("mended", '{"why": "upgrade"}')
        assert conn.execute(text("SELECT count(*) FROM journal")).scalar_one() == 11


def test_a_change_is_refused_even_while_the_record_mends_itself(store: Store) -> None:
    written(store)
    with pytest.raises(Refused), store.act(None) as act, mending(act, "upgrade"):
        act.conn.execute(text("UPDATE round SET note = ''"))
    with store.reading() as conn:
        assert conn.execute(MENDING.select()).all() == []


def test_a_guard_that_is_gone_or_another_is_told(store: Store) -> None:
    with store.writing() as conn:
        conn.execute(text("DROP TRIGGER round_kept"))
        conn.execute(text("DROP TRIGGER journal_unchanged"))
        conn.execute(text("CREATE TRIGGER journal_unchanged BEFORE UPDATE ON journal WHEN 0 BEGIN SELECT 1; END"))
    with store.reading() as conn:
        assert lacking(conn) == ["journal_unchanged", "round_kept"]
