"""A damaged record comes back: all that the county has, all that still reads, and the rest by name."""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from db import keys, slots
from db.alone import alone_with
from db.damage import broken_pages
from db.disk import side_files
from db.errors import LogDamaged, NothingReads, Refused, VaultBusy, VaultDamaged
from db.local import ROW_VERSION
from db.log import FRAME, PAGE
from db.salvage import salvaging
from db.store import Store
from db.tables import Person, Round
from db.vault import create_vault, open_vault
from db.versions import RowHeads
from sync import session
from sync.errors import CountyUnreachable
from sync.link import Folder
from sync.proof.rebuild import differences
from sync.rescue.place import finish, made_beside, put_in_place, ready_beside
from sync.rescue.report import Report
from sync.rescue.rescue import Plan, rescued
from tests.sync.county_tables import rows_of
from tests.sync.worlds import PASSPHRASE, World, look, looks, who

TABLES = (Person, Round)


@dataclass
class Damaged:
    """A laptop's record with known content: what the county has of it, what only the laptop had."""

    world: World
    whole: bytes
    at_county: set[UUID]
    all: set[UUID]
    phone: str
    log: bytes = b""

    @property
    def path(self) -> Path:
        """The record."""
        return self.world.path()

    def keys(self) -> tuple[bytes, ...]:
        """What the passphrase opens."""
        return slots.unwrap_all(keys.read_envelope(keys.envelope_path(self.path)), "home", PASSPHRASE)

    def hit(self, places: int, seed: int) -> None:
        """Turn over single octets at places drawn at random."""
        drawn = random.Random(seed)
        data = bytearray(self.whole)
        for _ in range(places):
            data[drawn.randrange(len(data))] ^= 0x55
        self.path.write_bytes(data)

    def wipe(self, chosen: Callable[[str], bool]) -> int:
        """Make zeroes of all pages of some tables and indexes; how many."""
        self.path.write_bytes(self.whole)
        with salvaging(self.path, self.keys()[0]) as found:
            pages = [number for number, home in found.home.items() if chosen(home)]
        data = bytearray(self.whole)
        for number in pages:
            data[(number - 1) * PAGE : number * PAGE] = bytes(PAGE)
        self.path.write_bytes(data)
        return len(pages)


@pytest.fixture(scope="module")
def once(world_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    """A day of a laptop: some of it at the county, some sealed, some neither; closed, its outbox lost."""
    world = World(tmp_path_factory.mktemp("rescue") / "world")
    shutil.copytree(world_once, world.place)
    with world.serving():
        home = world.start()
        for n in range(30):
            look(home, f"县里有 {n}")
        session.sync(home)
        at_county = looks(home)
        for n in range(30):
            look(home, f"封好了 {n} " + "安" * 40)
        with home.act(None) as act:
            act.edit(Person, who(home), phone="13800000000")
        session.settle(home)
        for n in range(40):
            look(home, f"没封 {n}")
        with home.act(None) as act:
            act.edit(Person, who(home), phone="13900000000")
        everything = looks(home)
        world.close()
    shutil.rmtree(world.folder().outbox)
    return Damaged(world, world.path().read_bytes(), at_county, everything, "13900000000")


@pytest.fixture
def damaged(once: Damaged, tmp_path: Path) -> Iterator[Damaged]:
    """The same to damage: a world of its own whose county answers."""
    world = World(tmp_path / "world")
    shutil.copytree(once.world.place, world.place)
    with world.serving():
        yield Damaged(world, once.whole, once.at_county, once.all, once.phone)
        world.close()


def back(damaged: Damaged, *, network: bool = True, target: Path | None = None) -> tuple[set[UUID], Report, str]:
    """Rescue; the rounds that are there, what was told, the person's phone number. The damaged file is not touched."""
    before = damaged.path.read_bytes()
    new = target or made_beside(damaged.path)
    with rescued(Plan(damaged.path, new, damaged.keys(), network=network)) as (store, report):
        found = looks(store)
        assert differences(store) == {}
        assert store.device_id == Folder(damaged.path).link().device_id
        with store.reading() as conn:
            phone = conn.execute(select(col(Person.phone)).where(col(Person.name) == "李秀英")).scalar() or ""
    assert damaged.path.read_bytes() == before
    return found, report, phone


def lost_rounds(report: Report) -> int:
    """How many rounds are said to be lost."""
    return next(table.lost for table in report.tables if table.name == "round")


def told_at_start(damaged: Damaged) -> bool:
    """Whether opening the record, or the check after it, says that something is wrong."""
    copy = damaged.path.with_name("looked.db")
    for part in (damaged.path, keys.envelope_path(damaged.path)):
        shutil.copy(part, copy.with_suffix(part.suffix))
    try:
        store = open_vault(copy, "home", PASSPHRASE)
    except VaultDamaged:
        return True
    try:
        return broken_pages(store) > 0
    finally:
        store.close()


@pytest.mark.parametrize("seed", range(5))
def test_hit_in_ten_places_everything_the_county_has_comes_back_and_the_rest_is_named(
    damaged: Damaged, seed: int
) -> None:
    damaged.hit(10, seed)
    assert told_at_start(damaged)
    found, report, _ = back(damaged)
    assert report.county == "done"
    assert found >= damaged.at_county
    lost = damaged.all - found
    assert lost_rounds(report) == len(lost)
    assert {row.row for row in report.lost if row.table == "round"} <= lost
    assert report.whole or lost or report.entries_lost or report.end_unknown
    assert report.broken > 0


@pytest.mark.parametrize("seed", range(3))
def test_hit_in_sixty_places_nothing_is_lost_in_silence(damaged: Damaged, seed: int) -> None:
    damaged.hit(60, 100 + seed)
    found, report, _ = back(damaged)
    lost = damaged.all - found
    assert found >= damaged.at_county
    assert {row.row for row in report.lost if row.table == "round"} <= lost
    assert max(lost_rounds(report), report.entries_lost) >= len(lost) or report.end_unknown


def test_without_its_first_page_nothing_is_lost(damaged: Damaged) -> None:
    damaged.path.write_bytes(bytes(PAGE) + damaged.whole[PAGE:])
    assert told_at_start(damaged)
    found, report, phone = back(damaged)
    assert (found, phone) == (damaged.all, damaged.phone)
    assert report.broken == 1


def test_what_neither_batch_nor_journal_holds_any_more_comes_from_its_table(damaged: Damaged) -> None:
    damaged.wipe(lambda home: home.startswith(("journal", "batch", "sqlite_autoindex_batch")))
    found, report, phone = back(damaged)
    assert (found, phone) == (damaged.all, damaged.phone)
    told = next(table for table in report.tables if table.name == "round")
    assert (told.came["county"], told.came["tables"]) == (30, 70)
    assert told.lost == 0


def test_what_is_in_no_table_any_more_comes_from_batch_and_journal(damaged: Damaged) -> None:
    damaged.wipe(lambda home: home in ("round", "person", "row_version"))
    found, report, phone = back(damaged)
    assert (found, phone) == (damaged.all, damaged.phone)
    assert report.whole


def test_rows_that_nothing_holds_are_named_with_their_time(damaged: Damaged) -> None:
    damaged.wipe(lambda home: home.startswith(("journal", "batch", "sqlite_autoindex_batch")) or home == "round")
    found, report, _ = back(damaged)
    assert found == damaged.at_county
    assert {row.row for row in report.lost} == damaged.all - damaged.at_county
    person = {row.person for row in report.lost}
    assert len(person) == 1
    assert None not in person
    assert all(row.at is not None for row in report.lost)
    assert not report.whole


def test_entries_that_nothing_holds_are_told_by_number_and_time(damaged: Damaged) -> None:
    damaged.wipe(lambda home: home.startswith(("journal", "round", "sqlite_autoindex_round", "ix_round")))
    found, report, _ = back(damaged)
    # The tail: forty rounds and one change; the change is in the person's row.
    assert len(damaged.all - found) == 40
    assert sum(gap.entries for gap in report.gaps) == report.entries_lost == 41
    assert all(gap.after is not None for gap in report.gaps)


def test_who_the_laptop_is_comes_from_the_envelope(damaged: Damaged) -> None:
    damaged.wipe(lambda home: home in ("device", "sqlite_autoindex_device_1"))
    assert told_at_start(damaged)
    found, report, _ = back(damaged)
    assert found == damaged.all
    assert report.whole


def test_zeroes_in_the_middle_of_the_file(damaged: Damaged) -> None:
    middle = len(damaged.whole) // PAGE // 2 * PAGE
    damaged.path.write_bytes(damaged.whole[:middle] + bytes(12 * PAGE) + damaged.whole[middle + 12 * PAGE :])
    assert told_at_start(damaged)
    found, report, _ = back(damaged)
    assert found >= damaged.at_county
    assert lost_rounds(report) == len(damaged.all - found)


def test_a_file_that_was_cut_short(damaged: Damaged) -> None:
    damaged.path.write_bytes(damaged.whole[: len(damaged.whole) // 2])
    assert told_at_start(damaged)
    found, report, _ = back(damaged)
    assert found >= damaged.at_county
    assert len(damaged.all - found) <= max(lost_rounds(report), report.entries_lost)


def test_a_record_of_another_pair_in_its_place_is_told_and_left_alone(damaged: Damaged, tmp_path: Path) -> None:
    create_vault(tmp_path / "other" / "yiyang.db", "home", PASSPHRASE, cost=keys.FLOOR).close()
    shutil.copy(tmp_path / "other" / "yiyang.db", damaged.path)
    assert told_at_start(damaged)
    with pytest.raises(NothingReads):
        back(damaged)
    assert not made_beside(damaged.path).exists()


def test_without_the_county_the_rest_comes_with_the_next_sync(damaged: Damaged) -> None:
    damaged.wipe(lambda home: home.startswith(("batch", "sqlite_autoindex_batch")))
    found, report, _ = back(damaged, network=False)
    assert report.county == "no_network"
    assert found == damaged.all  # in the table, all of them
    assert report.awaited > 0
    kept = put_in_place(damaged.path, 1_800_000_000)
    assert kept.exists()
    home = damaged.world.start()
    session.sync(home)
    assert looks(home) == damaged.all
    assert differences(home) == {}
    for table in TABLES:
        assert rows_of(home, None, table) == rows_of(damaged.world.county, home.pair_id, table)


def test_what_the_county_has_is_waited_for_where_it_does_not_answer(damaged: Damaged) -> None:
    damaged.wipe(lambda home: home.startswith(("batch", "sqlite_autoindex_batch", "round")))
    damaged.world.point("home", "http://127.0.0.1:9")
    with pytest.raises(CountyUnreachable):
        back(damaged)
    assert not made_beside(damaged.path).exists()
    damaged.world.point("home")
    assert back(damaged)[0] >= damaged.at_county


def test_what_was_only_here_travels_after_a_rescue_and_all_sides_agree(damaged: Damaged) -> None:
    damaged.hit(10, 3)
    found, _, phone = back(damaged)
    put_in_place(damaged.path, 1_800_000_000)
    home, clinic = damaged.world.start(), damaged.world.start("clinic")
    fresh = look(home, "抢救以后")
    for store in (home, clinic, home):
        session.sync(store)
    assert looks(clinic) == looks(home) == found | {fresh}
    assert damaged.world.at_county(home) == found | {fresh}
    for table in TABLES:
        assert rows_of(home, None, table) == rows_of(clinic, None, table)
    with clinic.reading() as conn:
        assert conn.execute(select(col(Person.phone)).where(col(Person.name) == "李秀英")).scalar() == phone


def test_what_a_partner_wrote_apart_is_not_overruled_by_what_is_written_again(damaged: Damaged) -> None:
    clinic = damaged.world.start("clinic")
    with clinic.act(None) as act:
        act.edit(Person, who(clinic), phone="110")
    session.sync(clinic)
    damaged.wipe(lambda home: home.startswith("ix_"))
    with rescued(Plan(damaged.path, made_beside(damaged.path), damaged.keys())) as (store, _):
        with store.reading() as conn:
            heads = conn.execute(select(ROW_VERSION.c.heads).where(ROW_VERSION.c.row_id == who(store))).scalar_one()
        assert RowHeads.decode(heads).contested == ("phone",)


def test_a_log_that_broke_is_refused_at_the_start_and_read_to_its_end(damaged: Damaged) -> None:
    damaged.path.write_bytes(damaged.whole)
    home = damaged.world.start()
    later = {look(home, f"日志 {n}") for n in range(9)}
    log = side_files(damaged.path)[0]
    kept = damaged.path.read_bytes(), bytearray(log.read_bytes())
    damaged.world.close()
    damaged.path.write_bytes(kept[0])
    kept[1][32 + (len(kept[1]) - 32) // FRAME // 2 * FRAME + 999] ^= 8
    log.write_bytes(kept[1])
    with pytest.raises(LogDamaged):
        damaged.world.start()
    found, report, _ = back(damaged)
    assert found == damaged.all | later
    assert report.whole


def test_a_backup_fills_what_the_file_has_lost(damaged: Damaged, tmp_path: Path) -> None:
    backup = tmp_path / "older.db"
    backup.write_bytes(damaged.whole)
    damaged.wipe(lambda home: home != "device" and not home.startswith("sqlite_master"))
    plan = Plan(damaged.path, made_beside(damaged.path), damaged.keys(), backups=[backup], network=False)
    with rescued(plan) as (store, report):
        assert looks(store) == damaged.all
        assert report.backups == (backup,)
        assert report.whole or report.end_unknown


def test_sealed_copies_in_the_outbox_are_used(damaged: Damaged) -> None:
    damaged.path.write_bytes(damaged.whole)
    home = damaged.world.start()
    session.settle(home)  # posts again what the county lacks
    damaged.world.close()
    damaged.whole = damaged.path.read_bytes()
    damaged.wipe(lambda home: home.startswith(("batch", "sqlite_autoindex_batch", "round", "journal")))
    found, report, _ = back(damaged)
    assert found == damaged.all
    assert next(table for table in report.tables if table.name == "round").lost == 0


def test_a_rescue_that_is_not_allowed_leaves_nothing(damaged: Damaged) -> None:
    def no(_store: Store) -> bool:
        raise Refused("no_right", right="backup.restore", role="carer")

    plan = Plan(damaged.path, made_beside(damaged.path), damaged.keys(), allowed=no)
    with pytest.raises(Refused), rescued(plan):
        pass
    assert not made_beside(damaged.path).exists()
    assert damaged.path.read_bytes() == damaged.whole


def test_a_power_cut_between_the_two_files_is_brought_to_its_end(damaged: Damaged) -> None:
    damaged.hit(10, 1)
    found, _, _ = back(damaged)
    bad = damaged.path.read_bytes()
    aside = damaged.path.with_name("yiyang.damaged-20270115-1600.db")
    made_beside(damaged.path).rename(ready_beside(damaged.path))
    damaged.path.rename(aside)
    assert finish(damaged.path)
    assert not finish(damaged.path)
    assert aside.read_bytes() == bad
    assert looks(damaged.world.start()) == found


def test_a_record_in_use_is_not_rescued_under_its_user(damaged: Damaged) -> None:
    with alone_with(damaged.path):
        pass
    damaged.world.start()
    asked = "import sys, pathlib, db.alone\nwith db.alone.alone_with(pathlib.Path(sys.argv[1])): pass"
    ended = subprocess.run([sys.executable, "-c", asked, str(damaged.path)], capture_output=True, check=False)
    assert VaultBusy.__name__.encode() in ended.stderr
