"""The county publishes a list once; it stands on every laptop, and a newer version changes only what changed."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from db.identity import epoch_of
from db.store import Store
from db.tables import Catalogue, CatalogueItem
from sync import batch, session
from sync.county import admin, catalogue_file
from sync.county.catalogue_file import CatalogueFile, CatalogueUnreadable, Item
from sync.county.publish import publish
from sync.county.settings import Settings
from sync.county.verify import verify
from sync.directory import county_device
from sync.proof.rebuild import differences
from tests.sync.county.members import enrolled
from tests.sync.county_tables import rows_of
from tests.sync.worlds import World, look


def a_list(*codes: str, version: str = "1", named: str = "药品") -> CatalogueFile:
    """A catalogue of these codes; ``A=x`` gives code A the name x."""
    split = [(code.partition("=")[0], code.partition("=")[2] or f"药{code}") for code in codes]
    return CatalogueFile(named, version, tuple(Item(code, name, '{"剂型":"片"}') for code, name in split))


def items(store: Store) -> dict[str, tuple[str, bool]]:
    """What a laptop has: code → name, closed."""
    return {row[2]: (row[3], row[5]) for row in rows_of(store, None, CatalogueItem)}


def test_a_list_arrives_on_both_laptops_and_is_replaced_by_a_newer_one(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    [done] = publish(world.county, a_list("A", "B", "C"))
    assert (done.pair_name, done.added, done.changed, done.closed, done.batches, done.waits) == (
        "青山镇", 3, 0, 0, 1, False,
    )  # fmt: skip
    with world.serving():
        for store in (home, clinic):
            session.sync(store)
            assert items(store) == {code: (f"药{code}", False) for code in "ABC"}
        look(home)
        session.sync(home)
        [done] = publish(world.county, a_list("A", "B=新名", "D", version="2"))
        assert (done.added, done.changed, done.closed) == (1, 1, 1)
        [again] = publish(world.county, a_list("A", "B=新名", "D", version="2"))
        assert (again.added, again.changed, again.closed, again.batches) == (0, 0, 0, 0)
        for store in (home, clinic, home):
            session.sync(store)
    for store in (home, clinic):
        assert items(store) == {"A": ("药A", False), "B": ("新名", False), "C": ("药C", True), "D": ("药D", False)}
        for table in (Catalogue, CatalogueItem):
            assert rows_of(store, None, table) == rows_of(world.county, store.pair_id, table)
        assert differences(store) == {}
    # What vanished and comes back is opened again, in its old row.
    [done] = publish(world.county, a_list("A", "B=新名", "C", "D", version="3"))
    assert (done.added, done.changed, done.closed) == (0, 1, 0)
    assert verify(world.county).findings == []


def test_only_the_county_signs_for_the_county(county: Settings, address: str) -> None:
    member = enrolled(county, address)
    publish(county, a_list("A"))
    answer = member.exchange()
    [data] = member.opened(answer)
    device = county_device(member.county.county_sign_public)
    assert batch.read(data, {device: member.county.county_sign_public}.get).header.device == device
    forged = member.batch([member.entry("catalogue", {"name": "x", "version": "1", "published_at": 1})], device=device)
    assert member.exchange(batches=[forged]).refused == ((batch.name(forged), "batch_forged"),)
    # And relayed by a laptop to a county that lost it, it is taken as what it is.
    assert member.exchange(batches=[data]).refused == ()


def test_two_who_publish_at_once_take_turns(county: Settings, address: str) -> None:
    for pair in ("石桥", "别处"):
        enrolled(county, address, pair=pair)
    with ThreadPoolExecutor() as pool:
        lists = [a_list("A", "B", f"C{n}", version=str(n)) for n in range(4)]
        for done in pool.map(lambda each: publish(county, each), lists):
            assert [each.waits for each in done] == [False, False]
    for one in admin.status(county):
        rows = rows_of(county, one.pair_id, CatalogueItem)
        assert len({row[2] for row in rows}) == len(rows)
        [title] = rows_of(county, one.pair_id, Catalogue)
        shown = {row[2] for row in rows if not row[5]}
        assert shown == {"A", "B", f"C{title[2]}"}
        assert (one.set_aside, one.contested, one.unmerged) == (0, 0, 0)
    assert verify(county).findings == []


def test_a_county_put_back_from_its_backup_publishes_again_and_the_laptops_agree(world: World) -> None:
    """What it had published came back from the laptops; what it published meanwhile stands beside: one is closed."""
    home, clinic = world.start(), world.start("clinic")
    world.keep("county")
    publish(world.county, a_list("A", "B"))
    with world.serving():
        session.sync(home)
    world.put_back("county")
    publish(world.county, a_list("A=新", "B", version="2"))
    with world.serving():
        for store in (home, clinic, home):
            session.sync(store)
        publish(world.county, a_list("A=新", "B", version="3"))
        for store in (home, clinic):
            session.sync(store)
    for store in (home, clinic):
        rows = rows_of(store, None, CatalogueItem)
        assert sorted((row[2], row[3]) for row in rows if not row[5]) == [("A", "新"), ("B", "药B")]
        assert len({epoch_of(row[0]) for row in rows}) == 2
        assert rows == rows_of(world.county, store.pair_id, CatalogueItem)
        assert differences(store) == {}


def test_five_thousand_items_arrive_in_one_sync(world: World) -> None:
    home = world.start()
    [done] = publish(world.county, a_list(*(f"D{n:04d}" for n in range(5000))))
    assert (done.added, done.batches) == (5000, 3)
    with world.serving():
        came = session.sync(home)
    assert came.arrived.entries == 5001
    assert came.outcome.bytes_down < 60_000
    assert len(items(home)) == 5000
    assert rows_of(home, None, CatalogueItem) == rows_of(world.county, home.pair_id, CatalogueItem)


CSV = 'code,zh,form,note\nD001,青霉素钠,粉针,\nD002,阿莫西林,"胶囊,片",常用\n'
TOML = 'name = "药品"\nversion = "2026"\n[[items]]\ncode = "D001"\nname = "青霉素钠"\nhigh_alert = true\n'


def test_files_as_counties_have_them(tmp_path: Path) -> None:
    table, toml = tmp_path / "drugs.csv", tmp_path / "drugs.toml"
    table.write_text("\ufeff" + CSV, encoding="utf-8")
    toml.write_text(TOML, encoding="utf-8")
    read = catalogue_file.read(table)
    assert (read.name, read.version) == ("drugs", "1")
    assert [(item.code, item.name, json.loads(item.facts)) for item in read.items] == [
        ("D001", "青霉素钠", {"form": "粉针"}),
        ("D002", "阿莫西林", {"form": "胶囊,片", "note": "常用"}),
    ]
    named = catalogue_file.read(table, "药品", "2026")
    assert (named.name, named.version) == ("药品", "2026")
    read = catalogue_file.read(toml)
    assert (read.name, read.version, read.items) == (
        "药品", "2026", (Item("D001", "青霉素钠", '{"high_alert":"True"}'),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "line", "reason"),
    [
        ("x.csv", "", 0, "empty"),
        ("x.csv", "code,name\n", 0, "empty"),
        ("x.csv", "a,b\n1,2\n", 2, "columns"),
        ("x.csv", "code,code\n1,2\n", 1, "columns"),
        ("x.csv", "code,name\nA,甲\nA,乙\n", 3, "code_twice"),
        ("x.csv", "code,name\nA,甲,多\n", 2, "cells"),
        ("x.csv", "code,name\n,甲\n", 2, "length"),
        ("x.csv", f"code,name\n{'A' * 81},甲\n", 2, "length"),
        ("x.csv", "code,name\nA,\x1b[2J\n", 2, "value"),
        ("x.csv", 'code,name\nA,"甲\n', 2, "csv"),
        ("x.toml", "name = ", 0, "toml"),
        ("x.toml", 'name = "x"\n', 0, "columns"),
        ("x.toml", '[[items]]\ncode="A"\nname=["甲"]\n', 1, "value"),
        ("x.toml", f'name="{"长" * 81}"\n[[items]]\ncode="A"\nname="甲"\n', 0, "title"),
        ("no.csv", None, 0, "unreadable"),
    ],
)
def test_a_file_that_is_no_catalogue_says_where(
    tmp_path: Path, name: str, text: str | None, line: int, reason: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueUnreadable) as told:
        catalogue_file.read(tmp_path / name)
    assert (told.value.facts["line"], told.value.facts["reason"]) == (line, reason)
