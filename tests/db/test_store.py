"""One act is one commit: a row with its journal entry, or neither; and nobody writes what nobody journalled."""

import threading
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from db.cipher import driver_of
from db.errors import VaultDamaged
from db.identity import counter_of, epoch_of, new_epoch, row_id
from db.journal import EntryRef
from db.local import EPOCH, JOURNAL, METADATA, ROW_VERSION
from db.pack import unpack
from db.store import Act, Store
from db.tables import Bed, Person, Round, Staff
from db.versions import RowHeads
from tests.db.conftest import Interrupted, interrupt

Reopen = Callable[[], Store]


def entries(store: Store) -> list[tuple[int, int, str, UUID, str, dict[str, object], dict[str, object]]]:
    """The journal in order: seq, lamport, table, row, op, values, replaces."""
    with store.reading() as conn:
        rows = conn.execute(select(JOURNAL).order_by(JOURNAL.c.lamport)).all()
    return [(row.seq, row.lamport, row.table_name, row.row_id, row.op, *unpack(bytes(row.fields))) for row in rows]


def numbers(store: Store) -> dict[bytes, list[int]]:
    """The entry numbers of each epoch, in order."""
    found: dict[bytes, list[int]] = {}
    with store.reading() as conn:
        for epoch, seq in conn.execute(select(JOURNAL.c.epoch, JOURNAL.c.seq).order_by(JOURNAL.c.seq)):
            found.setdefault(bytes(epoch), []).append(seq)
    return found


def without_gaps(store: Store) -> bool:
    """Whether the entries of each epoch are numbered from 1 without gaps."""
    return all(seqs == list(range(1, len(seqs) + 1)) for seqs in numbers(store).values())


def count(store: Store, table: str) -> int:
    """How many rows a table has."""
    with store.reading() as conn:
        return int(conn.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


# --- rows and their entries ------------------------------------------------------------------


def test_an_inserted_row_is_there_with_its_entry(store: Store, nurse: UUID) -> None:
    with store.act(nurse) as act:
        bed = act.insert(Bed, kind="welfare", label="204-2")
    with store.reading() as conn:
        assert conn.execute(select(Bed.id, Bed.label, Bed.closed)).all() == [(bed, "204-2", False)]  # type: ignore[call-overload]
        kept = conn.execute(select(JOURNAL).where(JOURNAL.c.row_id == bed)).one()
    assert (kept.epoch, kept.staff_id, kept.table_name, kept.op) == (epoch_of(bed), nurse, "bed", "insert")
    assert kept.wall == pytest.approx(store.now(), abs=5)
    assert unpack(kept.fields) == [
        {"kind": "welfare", "label": "204-2", "room_id": None, "address": "", "closed": False},
        {},
    ]


def test_many_rows_of_one_act_are_entries_in_order(store: Store, nurse: UUID) -> None:
    with store.act(nurse) as act:
        beds = [act.insert(Bed, kind="welfare", label=str(n)) for n in range(5)]
    last = entries(store)[-5:]
    assert [entry[3] for entry in last] == beds
    assert [entry[0] for entry in last] == [2, 3, 4, 5, 6]
    assert [entry[1] for entry in last] == [2, 3, 4, 5, 6]


def test_an_act_sees_what_it_has_written(store: Store) -> None:
    with store.act(None) as act:
        bed = act.insert(Bed, kind="welfare", label="1")
        act.edit(Bed, bed, label="2")
        assert act.conn.execute(text("SELECT label FROM bed")).scalars().all() == ["2"]
    assert [entry[4] for entry in entries(store)] == ["insert", "edit"]


def test_readers_see_nothing_of_an_unfinished_act(store: Store) -> None:
    with store.act(None) as act:
        act.insert(Bed, kind="welfare", label="1")
        assert count(store, "bed") == 0
    assert count(store, "bed") == 1


def test_an_act_that_writes_nothing_leaves_no_entry(store: Store) -> None:
    with store.act(None):
        pass
    assert entries(store) == []


# --- rollbacks -------------------------------------------------------------------------------


def test_an_error_inside_leaves_neither_row_nor_entry(store: Store, person: UUID) -> None:
    def write(act: Act) -> None:
        act.insert(Bed, kind="welfare", label="1")
        act.edit(Person, person, note="changed")

    before = entries(store)
    interrupt(store, None, write)
    assert entries(store) == before
    assert count(store, "bed") == 0
    with store.reading() as conn:
        assert conn.execute(text("SELECT note FROM person")).scalar() == ""


def test_the_error_inside_reaches_the_caller(store: Store) -> None:
    with pytest.raises(Interrupted), store.act(None):
        raise Interrupted


def test_entries_are_numbered_without_gaps_after_rollbacks(store: Store) -> None:
    for turn in range(20):
        if turn % 3:
            interrupt(store, None, lambda act: act.insert(Bed, kind="welfare", label="lost"))
        else:
            with store.act(None) as act:
                act.insert(Bed, kind="welfare", label=str(turn))
    assert sum(map(len, numbers(store).values())) == 7
    assert without_gaps(store)
    lamports = [entry[1] for entry in entries(store)]
    assert lamports == sorted(set(lamports))


def test_a_row_id_given_to_an_act_that_was_rolled_back_is_never_given_again(store: Store) -> None:
    given: list[UUID] = []
    for turn in range(20):
        if turn % 3:
            interrupt(store, None, lambda act: given.append(act.insert(Bed, kind="welfare", label="lost")))
        else:
            with store.act(None) as act:
                given.append(act.insert(Bed, kind="welfare", label=str(turn)))
    assert len(set(given)) == 20


def test_an_act_inside_an_act_is_refused_at_once_and_the_outer_one_can_go_on(store: Store, nurse: UUID) -> None:
    with store.act(None) as act:
        with pytest.raises(RuntimeError, match="inside another"), store.act(None):
            pass
        with pytest.raises(RuntimeError, match="inside another"):
            store.save_draft("a", nurse, {})
        act.insert(Bed, kind="welfare", label="1")
    assert count(store, "bed") == 1
    assert without_gaps(store)


def test_nothing_can_be_written_through_an_act_that_is_over(store: Store) -> None:
    with store.act(None) as act:
        bed = act.insert(Bed, kind="welfare", label="1")
    with pytest.raises(RuntimeError, match="over"):
        act.insert(Bed, kind="welfare", label="2")
    with pytest.raises(RuntimeError, match="over"):
        act.edit(Bed, bed, label="3")
    assert len(entries(store)) == 1
    assert count(store, "bed") == 1


def test_an_act_whose_write_failed_cannot_be_committed_by_catching_the_error(store: Store, person: UUID) -> None:
    before = entries(store)

    def swallow() -> None:
        with store.act(None) as act:
            act.edit(Person, person, note="first")
            act.conn.execute(text("DROP TABLE row_version"))
            with suppress(VaultDamaged, OperationalError):
                act.insert(Bed, kind="welfare", label="half")

    with pytest.raises(RuntimeError, match="failed"):
        swallow()
    assert entries(store) == before
    assert count(store, "bed") == 0


def test_an_act_that_the_database_rolled_back_by_itself_is_not_called_saved(store: Store) -> None:
    """SQLite ends a transaction by itself on some errors, a full disk among them; what follows has none around it."""

    def go_on() -> None:
        with store.act(None) as act:
            act.insert(Bed, kind="welfare", label="1")
            driver_of(act.conn).execute("ROLLBACK")

    with pytest.raises(RuntimeError, match="failed"):
        go_on()
    assert count(store, "bed") == 0
    with store.act(None) as act:
        act.insert(Bed, kind="welfare", label="2")
    assert without_gaps(store)


# --- edits -----------------------------------------------------------------------------------


def test_an_edit_journals_only_what_really_changes(store: Store, person: UUID) -> None:
    with store.act(None) as act:
        assert act.edit(Person, person, name="李秀英", phone="138", no_resuscitation=False)
    assert entries(store)[-1][4:] == ("edit", {"phone": "138"}, {"phone": [list(born(store, person))]})


def test_an_edit_that_changes_nothing_is_no_edit(store: Store, person: UUID) -> None:
    before = entries(store)
    with store.act(None) as act:
        assert act.edit(Person, person, name="李秀英", birth=None) is False
    assert entries(store) == before


def born(store: Store, row: UUID) -> EntryRef:
    """The entry that inserted a row."""
    with store.reading() as conn:
        kept = conn.execute(select(ROW_VERSION.c.heads).where(ROW_VERSION.c.row_id == row)).scalar_one()
    return RowHeads.decode(bytes(kept)).born.ref


def test_each_edit_names_the_entry_whose_value_it_replaced(store: Store, person: UUID) -> None:
    for phone in ("1", "2"):
        with store.act(None) as act:
            act.edit(Person, person, phone=phone)
    with store.act(None) as act:
        act.edit(Person, person, phone="3", note="new")
    inserted = born(store, person)
    said = [entry for entry in entries(store) if entry[4] == "edit"]
    epoch = inserted.epoch
    assert said[0][6] == {"phone": [list(inserted)]}
    assert said[1][6] == {"phone": [[epoch, said[0][0]]]}
    assert said[2][6] == {"phone": [[epoch, said[1][0]]], "note": [list(inserted)]}


def test_rows_of_care_are_never_edited(store: Store, nurse: UUID, person: UUID) -> None:
    with store.act(nurse) as act:
        look = act.insert(Round, person_id=person, staff_id=nurse, at=act.now, kind="night")
    with store.act(nurse) as act, pytest.raises(TypeError, match="append-only"):
        act.edit(Round, look, note="later")


def test_a_row_that_is_not_there_cannot_be_edited(store: Store) -> None:
    with store.act(None) as act, pytest.raises(LookupError, match="person"):
        act.edit(Person, row_id(new_epoch(0), 1), note="x")


def test_what_a_table_does_not_have_or_hold_is_refused_before_anything_is_written(store: Store, person: UUID) -> None:
    before = entries(store)
    with store.act(None) as act:
        for wrong in ({"nmae": "x"}, {"name": 7}, {"name": None}, {"id": person}, {"practice": 0}):
            with pytest.raises(TypeError):
                act.edit(Person, person, **wrong)
            with pytest.raises(TypeError):
                act.insert(Person, **{"name": "x", "sex": "1", **wrong})
        with pytest.raises(TypeError, match="needs"):
            act.insert(Person, name="x")
    assert entries(store) == before
    assert count(store, "person") == 1


def test_quotes_in_values_are_values(store: Store) -> None:
    said = "'); DROP TABLE person; --"
    with store.act(None) as act:
        row = act.insert(Person, name=said, sex="1", note='"')
        act.edit(Person, row, note=said)
    with store.reading() as conn:
        assert conn.execute(text("SELECT name, note FROM person")).all() == [(said, said)]


# --- drafts ----------------------------------------------------------------------------------


def test_a_draft_is_kept_replaced_and_dropped(store: Store, nurse: UUID, reopen: Reopen) -> None:
    assert store.draft("round/1") is None
    store.save_draft("round/1", nurse, {"pulse": "7"})
    store.save_draft("round/1", nurse, {"pulse": "72", "note": "精神好"})
    store.save_draft("round_2", nurse, {})
    store.close()
    again = reopen()
    assert again.draft("round/1") == {"pulse": "72", "note": "精神好"}
    assert again.drafts("round/") == {"round/1": {"pulse": "72", "note": "精神好"}}
    assert set(again.drafts("round_")) == {"round_2"}
    again.drop_draft("round/1")
    again.drop_draft("round/1")
    assert again.draft("round/1") is None


def test_a_draft_is_bounded_and_never_travels(store: Store, nurse: UUID) -> None:
    before = entries(store)
    with pytest.raises(ValueError, match="long"):
        store.save_draft("round/1", nurse, {"note": "x" * 70_000})
    store.save_draft("round/1", nurse, {"note": "x"})
    assert entries(store) == before


# --- many at once ----------------------------------------------------------------------------


def test_eight_threads_write_and_read_at_once(store: Store, nurse: UUID, person: UUID) -> None:
    failed: list[BaseException] = []
    start = threading.Barrier(8)

    def work(which: int) -> None:
        try:
            start.wait()
            for turn in range(20):
                with store.act(nurse) as act:
                    act.insert(Round, person_id=person, staff_id=nurse, at=turn, kind="night", note=f"{which}/{turn}")
                    if turn % 5 == 0:
                        act.edit(Person, person, note=f"{which}/{turn}")
                if turn % 7 == 0:
                    interrupt(store, nurse, lambda act: act.insert(Bed, kind="home", label="lost"))
                with store.reading() as conn:
                    rounds = conn.execute(text("SELECT count(*) FROM round")).scalar_one()
                    kept = conn.execute(text("SELECT count(*) FROM journal WHERE table_name = 'round'")).scalar_one()
                    assert rounds == kept
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(which,)) for which in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert count(store, "round") == 160
    assert count(store, "bed") == 0
    assert without_gaps(store)
    lamports = [entry[1] for entry in entries(store)]
    assert lamports == list(range(1, len(lamports) + 1))


# --- the schema ------------------------------------------------------------------------------


def test_ids_of_rows_are_of_the_epoch_that_wrote_their_entries(store: Store, nurse: UUID) -> None:
    with store.reading() as conn:
        (epoch,) = conn.execute(select(EPOCH.c.epoch)).scalars()
    assert epoch_of(nurse) == epoch
    assert counter_of(nurse) == 1
    assert count(store, "staff") == 1
    assert {str(Staff.__tablename__), "journal", "epoch"} <= set(METADATA.tables)
