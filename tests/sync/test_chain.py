"""With the key of the file in hand: whatever an insider does to it shows."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from db.journal import Entry
from db.local import BATCH, CLOCK, EPOCH, JOURNAL
from db.rows import shape_of
from db.store import Store
from db.tables import Person, Round
from sync import batch, exchange, session
from sync.proof.chain import Finding, verify
from tests.insider import tampering
from tests.sync.worlds import World, look, make_world, who

ROUND = shape_of(Round).table


def found(store: Store) -> dict[str, list[Finding]]:
    """What is wrong, by check."""
    return {check.name: list(check.wrong) for check in verify(store) if check.wrong}


def codes(store: Store) -> set[str]:
    """What is wrong, by code."""
    return {each.code for some in found(store).values() for each in some}


@pytest.fixture(scope="module")
def lived_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A laptop with some batches of its own and its partner's, all of them at the county, and an unsealed tail."""
    world = make_world(tmp_path_factory.mktemp("lived") / "world")
    with world.serving():
        home, clinic = world.start(), world.start("clinic")
        for note in ("一", "二", "三"):
            look(home, note)
            session.sync(home)
            look(clinic, note)
            session.sync(clinic)
        session.sync(home)
    look(home, "四")
    world.close()
    return world.place


@pytest.fixture
def world(lived_once: Path, tmp_path: Path) -> Iterator[World]:
    """A copy of that world."""
    shutil.copytree(lived_once, tmp_path / "world")
    found = World(tmp_path / "world")
    yield found
    found.close()


def lived(world: World) -> Store:
    """The laptop of the home."""
    return world.start()


def own_batches(conn: Connection, store: Store) -> list[bytes]:
    """This laptop's batches in their order, as signed bytes."""
    mine = BATCH.c.device_id == store.device_id
    return [bytes(body) for body in conn.execute(select(BATCH.c.body).where(mine).order_by(BATCH.c.position)).scalars()]


def rewritten(entry: Entry) -> Entry:
    """The entry of a look, telling something else."""
    return replace(entry, values={**entry.values, "note": "无特殊"}) if entry.table == "round" else entry


def test_a_sound_record_is_right_in_every_way(world: World) -> None:
    home = lived(world)
    checks = list(verify(home))
    assert [check.name for check in checks] == [
        "guards", "batches", "chains", "tail", "contradicted", "county", "partners", "beside", "tables",
    ]  # fmt: skip
    assert [check for check in checks if check.wrong] == []
    assert all(check.asked for check in checks)
    seen = {check.name: check.seen for check in checks}
    assert seen["tail"] == 1
    assert seen["chains"] == 2


def test_a_laptop_whose_county_was_taken_away_is_told(world: World) -> None:
    home = lived(world)
    (world.folder().path / "link.json").unlink()
    assert codes(home) == {"link_gone", "batch_unknown_device"}  # nobody vouches for the partner


def test_an_entry_rewritten_inside_a_batch(world: World) -> None:
    home = lived(world)
    with tampering(home) as conn:
        name, body = conn.execute(select(BATCH.c.hash, BATCH.c.body).order_by(BATCH.c.position.desc()).limit(1)).one()
        other = bytearray(body)
        other[len(other) // 2] ^= 1
        conn.execute(update(BATCH).where(BATCH.c.hash == name).values(body=bytes(other)))
    assert "batch_forged" in codes(home)


def test_a_batch_filed_as_another(world: World) -> None:
    home = lived(world)
    with tampering(home) as conn:
        conn.execute(update(BATCH).where(BATCH.c.position == 2).values(last=BATCH.c.last + 1))
    assert "batch_misfiled" in codes(home)


def test_a_row_changed_with_the_triggers_gone(world: World) -> None:
    home = lived(world)
    with home.writing() as conn:
        for name in ("round_unchanged", "round_kept"):
            conn.exec_driver_sql(f"DROP TRIGGER {name}")
        conn.execute(update(ROUND).where(ROUND.c.note == "二").values(note="无特殊"))
    said = found(home)
    assert [each.facts["name"] for each in said["guards"]] == ["round_kept", "round_unchanged"]
    assert said["tables"] == [Finding("rows_differ", {"table": "round", "n": 2})]  # both laptops wrote one


def test_what_somebody_planted_in_the_file_to_write_other_things(world: World) -> None:
    """From then on each round would be written as somebody else's, row and entry alike, and signed so."""
    home = lived(world)
    with home.writing() as conn:
        conn.exec_driver_sql(
            "CREATE TRIGGER helpful BEFORE INSERT ON journal WHEN NEW.wall IS NULL BEGIN SELECT RAISE(IGNORE); END"
        )
        conn.exec_driver_sql('CREATE VIEW "seen\x1b[2J" AS SELECT * FROM round')
    said = found(home)
    assert said == {"guards": [Finding("guard_strange", {"name": name}) for name in ("helpful", "seen_[2J")]}


@pytest.mark.parametrize("change", ["a value", "gone", "put in"])
def test_a_row_changed_and_the_triggers_put_back(world: World, change: str) -> None:
    home = lived(world)
    with tampering(home) as conn:
        if change == "a value":
            conn.execute(update(ROUND).where(ROUND.c.note == "四").values(note="无特殊"))
        elif change == "gone":
            conn.execute(delete(ROUND).where(ROUND.c.note == "四"))
        else:
            row = conn.execute(select(ROUND).where(ROUND.c.note == "四")).mappings().one()
            conn.execute(insert(ROUND).values({**row, "id": home.device_id}))
    assert found(home) == {"tables": [Finding("rows_differ", {"table": "round", "n": 1})]}


def test_the_last_unsealed_entry_cut_off(world: World) -> None:
    home = lived(world)
    with tampering(home) as conn:
        conn.execute(JOURNAL.delete())
        conn.execute(delete(ROUND).where(ROUND.c.note == "四"))
    assert found(home) == {"tail": [Finding("entries_gone", {"n": 1})]}


def test_an_unsealed_entry_taken_out_of_the_middle_or_put_elsewhere(world: World) -> None:
    home = lived(world)
    for note in ("五", "六", "七"):
        look(home, note)
    with tampering(home) as conn:
        here = JOURNAL.c.epoch == conn.execute(select(CLOCK.c.epoch)).scalar_one()
        conn.execute(delete(JOURNAL).where(here, JOURNAL.c.seq == 2))
        conn.execute(delete(ROUND).where(ROUND.c.note == "六"))
        conn.execute(update(JOURNAL).where(here, JOURNAL.c.seq == 3).values(lamport=10**9))
    assert [each.code for each in found(home)["tail"]] == ["entries_gone", "order_wrong"]


def test_a_tail_cut_with_all_that_tells_of_it(world: World) -> None:
    """The last batch, its row, and how far the clock says that the record has come."""
    home = lived(world)
    session.settle(home)
    with tampering(home) as conn:
        mine = BATCH.c.device_id == home.device_id
        for _ in range(2):
            body = own_batches(conn, home)[-1]
            header = batch.peek_header(body)
            conn.execute(delete(BATCH).where(BATCH.c.hash == batch.name(body)))
            conn.execute(update(CLOCK).values(seq=header.first - 1, epoch=header.epoch))
            conn.execute(update(EPOCH).values(seq=header.first - 1))
        assert conn.execute(select(BATCH.c.hash).where(mine)).first() is not None
        conn.execute(text("DELETE FROM round WHERE note = '四'"))
        conn.execute(text("DELETE FROM round WHERE id = (SELECT min(id) FROM round WHERE note = '三')"))
    said = found(home)
    assert [each.code for each in said["county"]] == ["county_has_more"]
    assert said["beside"] == [Finding("file_older", {"n": 2})]


def test_the_file_swapped_for_an_older_one(world: World) -> None:
    home = lived(world)
    world.close()
    world.keep("home")
    home = world.start()
    with world.serving():
        look(home, "五")
        session.sync(home)
    world.close()
    world.put_back("home", only=("yiyang.db",))
    said = found(world.start())
    assert [each.code for each in said["county"]] == ["county_has_more"]
    assert [each.code for each in said["beside"]] == ["file_older"]


def test_file_and_folder_swapped_for_older_ones_show_once_the_county_is_asked(world: World) -> None:
    lived(world)
    world.close()
    world.keep("home")
    home = world.start()
    with world.serving():
        look(home, "五")
        session.sync(home)
        world.close()
        world.put_back("home")
        home = world.start()
        assert codes(home) == set()
        world.point("home")
        exchange.run(world.folder())
    assert codes(home) == {"county_has_more"}


def test_a_batch_signed_anew_with_the_laptops_own_key(world: World) -> None:
    """Later batches, rows and folder are put in line: only what the county signed is not in the insider's hands."""
    home = lived(world)
    session.settle(home)
    with tampering(home) as conn:
        last = own_batches(conn, home)[-2]
        one = batch.unseal(last)
        forged = batch.seal(one.header, [rewritten(entry) for entry in one.entries()], home.device.sign_key)
        newest = batch.unseal(own_batches(conn, home)[-1])
        parents = tuple(batch.name(forged) if each == one.name else each for each in newest.header.parents)
        next_ = batch.seal(replace(newest.header, parents=parents), newest.entries(), home.device.sign_key)
        for old, new, stands_on in ((one, forged, one.header.parents), (newest, next_, parents)):
            values = {"hash": batch.name(new), "body": new, "parents": b"".join(stands_on)}
            conn.execute(update(BATCH).where(BATCH.c.hash == old.name).values(values))
        rows = {entry.row for entry in one.entries() if entry.table == "round"}
        conn.execute(update(ROUND).where(ROUND.c.id.in_(rows)).values(note="无特殊"))
    for name in ("graph", "ledger"):
        (world.folder().path / name).unlink()
    said = found(home)
    # The partner's last batch stands on the true one: its parent is not here any more.
    assert "county_has_more" in {each.code for each in said.pop("county")}
    assert {each.code for some in said.values() for each in some} <= {"parent_gone"}


def test_a_forged_batch_that_meets_the_true_one_is_still_told(world: World) -> None:
    """A sync brings the true one back beside it."""
    home = lived(world)
    look(home, "五")
    with home.act(None) as act:
        act.edit(Person, who(home), phone="1")
    with world.serving():
        session.sync(home)
    with tampering(home) as conn:
        one = batch.unseal(own_batches(conn, home)[-1])
        forged = batch.seal(one.header, [rewritten(entry) for entry in one.entries()], home.device.sign_key)
        conn.execute(update(BATCH).where(BATCH.c.hash == one.name).values(hash=batch.name(forged), body=forged))
        rows = {entry.row for entry in one.entries() if entry.table == "round"}
        conn.execute(update(ROUND).where(ROUND.c.id.in_(rows)).values(note="无特殊"))
    with world.serving():
        session.sync(home)
    assert "said_twice" in codes(home)
