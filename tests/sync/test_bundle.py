"""What travels on a stick: an age file that the stock program opens, relayed by anybody, refused if unsound."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.identity import short
from db.store import Store
from sync import parcel, session, statements
from sync.county import keys
from sync.directory import Directory
from sync.errors import (
    BundleAbsent,
    BundleCut,
    BundleDamaged,
    BundleForeign,
    BundleTooNew,
    StickFailed,
    StickFull,
)
from sync.inbox import take_in
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from sync.receipt import verify
from sync.sticks import bundle, by_stick, stick
from sync.sticks.bundle import Bundle
from sync.sticks.by_stick import bring_in, export, export_sealed, lay_by
from sync.sticks.unbundle import bundles_of
from tests.sync.by_hand import THIRD, at_the_county, put_on, reply_to, stick_of, take_off, third_laptop
from tests.sync.worlds import World, look, looks


def recipient(store: Store) -> str:
    """Where what is for a laptop is sealed to."""
    return str(pyrage.x25519.Identity.from_str(store.device.age_key).to_public())


def kept(world: World, name: str = "home") -> dict[str, bytes]:
    """Every file of a laptop beside its record."""
    place = world.folder(name).path
    return {str(each.relative_to(place)): each.read_bytes() for each in place.rglob("*") if each.is_file()}


# --- what is on the stick ---------------------------------------------------------------------------


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


# --- relay ------------------------------------------------------------------------------------------


def test_a_laptop_that_never_meets_the_county_gets_its_work_there_and_its_receipts_back(world: World) -> None:
    village = third_laptop(world)
    home, clinic = world.start(), world.start("clinic")
    # The partners do not know the third laptop yet and would seal nothing to it: its stick brings the list that does.
    hello = stick_of(world, "hello")
    put_on(village, hello)
    take_off(home, hello)
    at_home = look(home)
    out = stick_of(world, "out")
    put_on(home, out)
    take_off(village, out)
    assert looks(village) == {at_home}
    in_village = {look(village), look(village, "咳嗽")}
    back = stick_of(world, "back")
    put_on(village, back)
    take_off(home, back)
    assert looks(home) == {at_home, *in_village}
    assert standing(village).at_county == 0
    # Home carries it on, to the county and to the clinic, and the county's word back.
    far = stick_of(world, "far")
    put_on(home, far)
    [taken] = at_the_county(world, far)
    assert taken.refused == ()
    assert world.at_county(home) == {at_home, *in_village}
    take_off(clinic, far)
    take_off(home, far)
    last = stick_of(world, "last")
    put_on(home, last)
    take_off(village, last)
    found = standing(village)
    assert (found.unsent, found.agrees) == (0, True)
    assert found.receipt_at == verify(world.folder(THIRD).news().receipt, world.folder(THIRD).link().county_public).at
    assert parcel.names(world.folder(THIRD).outbox) == []
    for store in (home, clinic, village):
        assert looks(store) == {at_home, *in_village}
        assert differences(store) == {}


def test_a_reply_gives_a_laptop_what_its_own_batches_show_it_lacks(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    with world.serving():
        done = {look(home), look(home)}
        session.sync(home)
    stick_ = stick_of(world)
    reply_to(world, stick_, home.pair_id, int(time.time()))
    take_off(clinic, stick_)
    assert looks(clinic) == done
    assert {each.device for each in map(_receipt(world), statements.known(world.folder("clinic"))) if each} == {
        home.device_id,
        clinic.device_id,
    }


def _receipt(world: World) -> Callable[[str], Any]:
    public = world.folder().link().county_public

    def read(statement: str) -> Any:
        return verify(statement, public) if "yiyang-receipt" in _payload(statement) else None

    return read


def _payload(statement: str) -> str:
    import base64

    part = statement.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def test_a_county_that_lost_a_day_says_so_by_stick_and_is_given_it_back(world: World) -> None:
    home = world.start()
    world.keep("county")
    done = look(home)
    there = stick_of(world, "there")
    put_on(home, there)
    now = int(time.time())
    at_the_county(world, there, now)
    take_off(home, there)
    assert standing(home).unsent == 0
    assert put_on(home, stick_of(world, "nothing")).for_county == 0
    world.put_back("county")
    lost = stick_of(world, "lost")
    reply_to(world, lost, home.pair_id, now + 60)
    take_off(home, lost)
    assert standing(home).unsent > 0
    again = stick_of(world, "again")
    put_on(home, again)
    at_the_county(world, again, now + 120)
    assert world.at_county(home) == {done}


def test_a_laptop_put_back_from_a_copy_gets_its_work_back_from_its_own_stick(world: World) -> None:
    world.keep("home")
    home = world.start()
    done = look(home)
    stick_ = stick_of(world)
    put_on(home, stick_)
    world.close()
    world.put_back("home")
    home = world.start()
    assert looks(home) == set()
    take_off(home, stick_)
    assert looks(home) == {done}
    assert differences(home) == {}


# --- statements ---------------------------------------------------------------------------------------


def test_an_older_statement_never_takes_the_place_of_a_newer_one(world: World) -> None:
    home = world.start()
    stick_ = stick_of(world)
    now = int(time.time()) + 100
    new = reply_to(world, stick_, home.pair_id, now)
    old = reply_to(world, stick_, home.pair_id, now - 50)
    bring_in(home, new)
    before = statements.known(world.folder())
    bring_in(home, old)
    assert statements.known(world.folder()) == before


def test_statements_of_nobodys_are_passed_over(world: World) -> None:
    folder = world.folder()
    before = statements.known(folder)
    forger = keys.make()
    directory = Directory.read(folder.link().directory, folder.link().county_public)
    forged = replace(directory, devices=(), at=directory.at + 10**6).sign(forger.sign, forger.kid)
    assert statements.keep(folder, [forged, "", "a.b.c", "x" * 300_000, before[0]]) == 0
    assert statements.known(folder) == before


def test_of_a_stranger_pair_nothing_is_believed_even_if_our_county_signed_it(world: World) -> None:
    folder = world.folder()
    county = keys.load(world.county.folder)
    before = statements.known(folder)
    directory = Directory.read(folder.link().directory, folder.link().county_public)
    other = replace(directory, pair_id=uuid4(), at=directory.at + 10**6).sign(county.sign, county.kid)
    receipt = replace(verify(folder.news().receipt, county.sign_public), pair=uuid4(), at=directory.at + 10**6)
    assert statements.keep(folder, [other, receipt.sign(county.sign, county.kid)]) == 0
    assert statements.known(folder) == before


# --- refused ------------------------------------------------------------------------------------------


def test_a_bundle_taken_in_twice_changes_nothing(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    look(home)
    stick_ = stick_of(world)
    put_on(home, stick_)
    take_off(clinic, stick_)
    before = looks(clinic)
    again = take_off(clinic, stick_)
    assert again.arrived.batches == 0
    assert again.files[0].laid is not None
    assert (again.files[0].laid.batches, again.files[0].laid.again > 0) == (0, True)
    assert looks(clinic) == before
    [first] = at_the_county(world, stick_)
    second, _reply = at_the_county(world, stick_)
    assert (first.stored > 0, second.stored, second.again) == (True, 0, first.stored + first.again)


@given(cut=st.floats(0, 1, exclude_max=True), renamed=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_stick_pulled_out_while_copying_is_refused_at_any_cut(world: World, cut: float, renamed: bool) -> None:
    if not world._open:
        look(world.start())
        put_on(world._open[0], stick_of(world))
        world.start("clinic")
    _home, clinic = world._open
    [whole] = stick.bundles_at(world.place / "stick")
    data = whole.read_bytes()
    half = world.place / ("half.age" if renamed else whole.name)
    half.write_bytes(data[: int(len(data) * cut)])
    before = kept(world, "clinic")
    [refused] = bring_in(clinic, half).files
    expected = (BundleDamaged, BundleAbsent) if renamed else (BundleCut,)
    assert isinstance(refused.error, expected)
    assert kept(world, "clinic") == before
    if not renamed:
        [closed] = lay_by(world.folder("clinic"), half).files
        assert isinstance(closed.error, BundleCut)
        assert kept(world, "clinic") == before


@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_byte_that_changed_anywhere_is_seen_whatever_the_name(world: World, place: float, flip: int) -> None:
    if not world._open:
        look(world.start())
        put_on(world._open[0], stick_of(world))
        world.start("clinic")
    [whole] = stick.bundles_at(world.place / "stick")
    data = bytearray(whole.read_bytes())
    data[int(len(data) * place)] ^= flip
    spoiled = world.place / "spoiled.age"
    spoiled.write_bytes(data)
    before = kept(world, "clinic")
    [refused] = bring_in(world._open[1], spoiled).files
    assert isinstance(refused.error, BundleDamaged | BundleForeign | BundleAbsent)
    assert kept(world, "clinic") == before


def test_a_bundle_under_another_name_is_taken_in_all_the_same(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = look(home)
    [file] = put_on(home, stick_of(world)).files
    copy = world.place / "数据 (1).age"
    shutil.copy(file, copy)
    assert [each.error for each in bring_in(clinic, copy).files] == [None]
    assert looks(clinic) == {done}


def test_a_bundle_of_another_pair_is_refused_by_its_name_and_by_what_is_inside(world: World) -> None:
    home = world.start()
    stranger = Bundle(uuid4(), uuid4(), 0)
    before = kept(world)
    data = bundle.pack(stranger, [recipient(home)])
    named = world.place / stick.name_of(stranger.pair, stranger.maker, 0, data)
    renamed = world.place / "renamed.age"
    for file in (named, renamed):
        file.write_bytes(data)
        [refused] = bring_in(home, file).files
        assert isinstance(refused.error, BundleForeign)
    [closed] = lay_by(world.folder(), named).files
    assert isinstance(closed.error, BundleForeign)
    ours = bundle.pack(Bundle(home.pair_id, None, 0), [str(pyrage.x25519.Identity.generate().to_public())])
    renamed.write_bytes(ours)
    [refused] = bring_in(home, renamed).files
    assert isinstance(refused.error, BundleForeign)
    assert refused.error.facts["file"] == "renamed.age"
    assert kept(world) == before


def test_a_lost_laptop_cannot_open_what_is_made_after_it_was_revoked(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    county, folder = keys.load(world.county.folder), world.folder()
    known = Directory.read(folder.link().directory, folder.link().county_public)
    listed = tuple(replace(each, revoked=each.id == clinic.device_id) for each in known.devices)
    newer = replace(known, devices=listed, at=known.at + 1).sign(county.sign, county.kid)
    assert statements.keep(folder, [newer]) == 1
    look(home)
    [file] = put_on(home, stick_of(world)).files
    [refused] = bring_in(clinic, file).files
    assert isinstance(refused.error, BundleForeign)
    assert looks(clinic) == set()


def _tar(*members: tuple[str, bytes] | tarfile.TarInfo, end: bytes = bytes(1024)) -> bytes:
    blocks = []
    for member in members:
        info, data = (tarfile.TarInfo(member[0]), member[1]) if isinstance(member, tuple) else (member, b"")
        if isinstance(member, tuple):
            info.size = len(data)
        blocks.append(info.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % 512))
    return b"".join(blocks) + end


def _about(**differs: object) -> tuple[str, bytes]:
    said = {"format": "yiyang-bundle-1", "pair": "", "from": "county", "at": 0}
    counts = {"batches": 0, "sealed": 0, "statements": 0}
    return "about.json", json.dumps(said | counts | differs).encode()


def _link(kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo("batches/" + "0" * 64 + ".yyb")
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def _claims(size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo("batches/" + "0" * 64 + ".yyb")
    info.size = size
    return info


def _batch(data: bytes) -> tuple[str, bytes]:
    return f"batches/{hashlib.sha256(data).hexdigest()}.yyb", data


HOSTILE: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "nothing": lambda _: b"",
    "noise": lambda _: bytes(range(256)) * 40,
    "no end": lambda who: _tar(_about(**who), end=b""),
    "more behind the end": lambda who: _tar(_about(**who)) + _tar(_batch(b"x")),
    "no about": lambda _: _tar(_batch(b"x")),
    "about twice": lambda who: _tar(_about(**who), _about(**who)),
    "about is no JSON": lambda _: _tar(("about.json", b"{")),
    "about is nested": lambda _: _tar(("about.json", b"[" * 4000)),
    "about is huge": lambda who: _tar(_about(**who, more="x" * 5000)),
    "about tells no pair": lambda _: _tar(_about(pair="x")),
    "about tells no time": lambda who: _tar(_about(**who, at="soon")),
    "about tells an endless time": lambda who: _tar(
        ("about.json", _about(**who)[1].replace(b'"at": 0', b'"at": 1e999'))
    ),
    "counts differ": lambda who: _tar(_about(**who, batches=1)),
    "up the tree": lambda who: _tar(_about(**who), ("../../../evil", b"x")),
    "absolute": lambda who: _tar(_about(**who), ("/etc/passwd", b"x")),
    "another name": lambda who: _tar(_about(**who), ("batches/readme.txt", b"x")),
    "same name twice": lambda who: _tar(_about(**who, batches=2), _batch(b"x"), _batch(b"x")),
    "symbolic link": lambda who: _tar(_about(**who, batches=1), _link(tarfile.SYMTYPE)),
    "hard link": lambda who: _tar(_about(**who, batches=1), _link(tarfile.LNKTYPE)),
    "device": lambda who: _tar(_about(**who, batches=1), _link(tarfile.CHRTYPE)),
    "folder": lambda who: _tar(_about(**who, batches=1), _link(tarfile.DIRTYPE)),
    "long names": lambda who: _tar(_about(**who), *[_link(tarfile.GNUTYPE_LONGNAME)] * 5000),
    "extended headers": lambda who: _tar(_about(**who), *[_link(tarfile.XHDTYPE)] * 5000),
    "sparse": lambda who: _tar(_about(**who), _link(tarfile.GNUTYPE_SPARSE)),
    "claims a terabyte": lambda who: _tar(_about(**who, batches=1), _claims(1 << 40)),
    "claims less than nothing": lambda who: _tar(_about(**who, batches=1), _claims(-512)),
    "not the batch it is named by": lambda who: _tar(_about(**who, batches=1), ("batches/" + "0" * 64 + ".yyb", b"x")),
    "statement is no text": lambda who: _tar(_about(**who, statements=1), ("statements/0000.jws", b"\xff")),
    "statement is endless": lambda who: _tar(_about(**who, statements=1), ("statements/0000.jws", b"x" * 300_000)),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_archive_is_refused_whole(world: World, make: Callable[[dict[str, Any]], bytes]) -> None:
    home = world.start()
    sealed = parcel.seal_parcel(make({"pair": home.pair_id.hex}), [recipient(home)])
    file = world.place / "hostile.age"
    file.write_bytes(sealed)
    before = kept(world)
    [refused] = bring_in(home, file).files
    assert isinstance(refused.error, BundleDamaged)
    assert kept(world) == before


def test_batches_that_only_look_like_some_are_put_aside_and_what_is_sound_is_merged(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = look(home)
    session.settle(home)
    sound = [
        (name, parcel.open_parcel(parcel.get(world.folder().outbox, name), home.device.age_key))
        for name in parcel.oldest_first(world.folder().outbox, parcel.names(world.folder().outbox))
    ]
    noise = (hashlib.sha256(b"noise").digest(), b"noise")
    sealed_noise = (hashlib.sha256(b"other").digest(), b"other")
    mixed = Bundle(home.pair_id, home.device_id, 0, batches=(noise, *sound), sealed=(sealed_noise,))
    file = world.place / "mixed.age"
    file.write_bytes(bundle.pack(mixed, [recipient(clinic)]))
    taken = bring_in(clinic, file)
    assert looks(clinic) == {done}
    assert {name for name, _ in taken.arrived.refused} == {noise[0].hex(), sealed_noise[0].hex()}


def test_a_bundle_of_a_newer_program_says_that_it_is_one(world: World) -> None:
    home = world.start()
    sealed = parcel.seal_parcel(_tar(_about(pair=home.pair_id.hex, format="yiyang-bundle-2")), [recipient(home)])
    file = world.place / "newer.age"
    file.write_bytes(sealed)
    assert isinstance(bring_in(home, file).files[0].error, BundleTooNew)


def test_what_is_no_bundle_is_told_apart(world: World) -> None:
    home = world.start()
    letter = world.place / "letter.txt"
    letter.write_text("你好", encoding="utf-8")
    assert isinstance(bring_in(home, letter).files[0].error, BundleAbsent)
    empty = stick_of(world)
    for nothing in (empty, world.place / "nowhere", world.place / "nowhere" / "deeper.age"):
        with pytest.raises(BundleAbsent):
            bring_in(home, nothing)
    pipe = world.place / "pipe.age"
    os.mkfifo(pipe)
    with pytest.raises(BundleAbsent):
        bring_in(home, pipe)


def test_too_many_recipients_are_not_even_tried(world: World) -> None:
    home = world.start()
    stanza = b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n"
    file = world.place / "header.age"
    file.write_bytes(b"age-encryption.org/v1\n" + stanza * 20_000 + b"--- " + b"A" * 43 + b"\n" + bytes(64))
    assert isinstance(bring_in(home, file).files[0].error, BundleAbsent)


# --- a closed vault -----------------------------------------------------------------------------------


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


# --- writing --------------------------------------------------------------------------------------------


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
