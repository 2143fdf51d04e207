"""What travels on a stick: an age file that the stock program opens, relayed by anybody, refused if unsound."""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import time
from pathlib import Path
from uuid import UUID

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.identity import short
from sync import parcel, session
from sync.county import keys
from sync.errors import (
    BundleAbsent,
    StickFailed,
    StickFull,
)
from sync.inbox import take_in
from sync.sticks import bundle, by_stick, stick
from sync.sticks.bundle import Bundle
from sync.sticks.by_stick import export, export_sealed, lay_by
from sync.sticks.unbundle import bundles_of
from tests.sync.by_hand import at_the_county, put_on, stick_of, take_off
from tests.sync.worlds import World, look, looks


def test_the_stock_age_program_opens_a_bundle_and_tar_lists_it(world: World) -> None:
    home = world.start()
    look(home)
    stick_ = stick_of(world)
    written = put_on(home, stick_)
    [file] = written.files
    county = keys.load(world.county.folder)
    if shutil.which("age"):
        key = world.place / "county.txt"
        key.write_text(county.age + "\n", encoding="ascii")
        opened = subprocess.run(["age", "-d", "-i", str(key), str(file)], capture_output=True, check=True).stdout
    else:
        assert file.read_bytes().startswith(b"age-encryption.org/v1\n-> X25519 ")
        opened = pyrage.decrypt(file.read_bytes(), [pyrage.x25519.Identity.from_str(county.age)])
    with tarfile.open(fileobj=io.BytesIO(opened)) as tar:
        names = tar.getnames()
        said = tar.extractfile("about.json")
        assert said is not None
        about = json.load(said)
    assert about["format"] == "yiyang-bundle-1"
    assert (about["pair"], about["from"]) == (home.pair_id.hex, home.device_id.hex)
    assert sum(name.startswith("batches/") for name in names) == about["batches"] == written.batches > 0
    assert sum(name.startswith("statements/") for name in names) == about["statements"] > 0


def test_a_name_is_ascii_and_tells_pair_laptop_date_and_the_bytes(world: World) -> None:
    home = world.start()
    [file] = put_on(home, stick_of(world)).files
    _, pair, laptop, day, clock, mark = file.stem.split("-")
    assert file.name.isascii()
    assert pair == short(home.pair_id)
    assert laptop == short(home.device_id)
    assert time.strptime(day + clock, "%Y%m%d%H%M%S")
    assert mark == hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def test_only_what_somebody_may_lack_is_carried(world: World) -> None:
    home = world.start()
    done = look(home)
    with world.serving():
        session.sync(home)
        clinic = world.start("clinic")
        session.sync(clinic)
        look(clinic)
        session.sync(clinic)
        session.sync(home)
    # The county has signed for all of home's, and clinic's newest batch stands on all of it: nobody lacks anything
    # but clinic's own newest batch, which the county told of.
    assert put_on(home, stick_of(world)).batches == 0
    assert done in looks(clinic)
    whole = export(home, stick_of(world, "whole"), 0, everything=True)
    assert whole.batches == len(world.folder().graph())


def test_a_closed_record_puts_its_outbox_on_the_stick(world: World) -> None:
    home = world.start()
    done = look(home)
    session.settle(home)
    world.close()
    stick_ = stick_of(world)
    written = export_sealed(world.folder(), stick_, int(time.time()))
    assert written.batches == len(parcel.names(world.folder().outbox)) > 0
    clinic = world.start("clinic")
    take_off(clinic, stick_)
    assert looks(clinic) == {done}
    [taken] = at_the_county(world, stick_)
    assert (taken.stored, taken.refused) == (written.batches, ())
    assert world.at_county(clinic) == {done}


def test_what_went_on_a_stick_counts_as_handed_over(world: World) -> None:
    home = world.start()
    look(home)
    put_on(home, stick_of(world))
    assert set(world.folder().news().sent) == set(parcel.names(world.folder().outbox)) != set()


def test_what_a_closed_record_takes_from_a_stick_is_merged_at_its_next_opening(world: World) -> None:
    home = world.start()
    done = look(home)
    stick_ = stick_of(world)
    put_on(home, stick_)
    taken = lay_by(world.folder("clinic"), stick_)
    assert [each.error for each in taken.files] == [None]
    clinic = world.start("clinic")
    arrived = take_in(clinic, world.folder("clinic"))
    assert (looks(clinic), arrived.refused) == ({done}, [])
    assert parcel.names(bundles_of(world.folder("clinic"))) == []


def test_what_turns_out_to_be_unsound_at_the_opening_is_put_aside_and_told(world: World) -> None:
    home = world.start()
    look(home)
    [file] = put_on(home, stick_of(world)).files
    half = world.place / "half.age"
    half.write_bytes(file.read_bytes()[:-100])
    assert [each.error for each in lay_by(world.folder("clinic"), half).files] == [None]
    clinic = world.start("clinic")
    name = hashlib.sha256(half.read_bytes()).hexdigest()
    assert take_in(clinic, world.folder("clinic")).refused == [(name, "bundle_damaged")]
    assert (world.folder("clinic").refused / "bundles" / f"{name}.age").exists()
    assert take_in(clinic, world.folder("clinic")).refused == []


def test_a_stick_that_cannot_take_it_is_left_as_it_was(world: World) -> None:
    home = world.start()
    look(home)
    with pytest.raises(BundleAbsent):
        put_on(home, world.place / "nowhere" / "deeper")
    with pytest.raises(StickFull) as full:
        stick.write(Path("/proc/self"), "x.age", b"x")
    assert full.value.facts["free_kb"] == 0
    stick_ = stick_of(world)
    (stick_ / "taken.age").mkdir()
    with pytest.raises(StickFailed):
        stick.write(stick_, "taken.age", b"x")
    assert [each.name for each in stick_.iterdir()] == ["taken.age"]


def test_more_than_one_bundle_takes_goes_into_several(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_stick, "MAX_LOAD", 1)
    home, clinic = world.start(), world.start("clinic")
    done = set()
    for _ in range(3):
        done.add(look(home))
        session.settle(home)
    stick_ = stick_of(world)
    written = put_on(home, stick_)
    assert len(written.files) == written.batches >= 3
    take_off(clinic, stick_)
    assert looks(clinic) == done


@given(
    pair=st.uuids(),
    maker=st.none() | st.uuids(),
    at=st.integers(0, 1 << 40),
    bodies=st.lists(st.binary(min_size=1, max_size=2000), max_size=5, unique=True),
    said=st.lists(st.text("abc.-_", min_size=1, max_size=2000), max_size=3),
)
@settings(max_examples=50, deadline=None)
def test_what_goes_in_comes_out(pair: UUID, maker: UUID | None, at: int, bodies: list[bytes], said: list[str]) -> None:
    named = tuple((hashlib.sha256(body).digest(), body) for body in bodies)
    made = Bundle(pair, maker, at, batches=named, sealed=named, statements=tuple(said))
    key = pyrage.x25519.Identity.generate()
    assert bundle.unpack(bundle.pack(made, [str(key.to_public())]), str(key)) == made
