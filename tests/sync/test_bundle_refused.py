"""Sticks that are refused, each in a sentence and with nothing lost: cut, foreign, damaged, hostile."""

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
)
from sync.sticks import bundle, stick
from sync.sticks.bundle import Bundle
from sync.sticks.by_stick import bring_in, lay_by
from tests.sync.by_hand import at_the_county, put_on, stick_of, take_off
from tests.sync.worlds import World, look, looks


def recipient(store: Store) -> str:
    """Where what is for a laptop is sealed to."""
    return str(pyrage.x25519.Identity.from_str(store.device.age_key).to_public())


def kept(world: World, name: str = "home") -> dict[str, bytes]:
    """Every file of a laptop beside its record."""
    place = world.folder(name).path
    return {str(each.relative_to(place)): each.read_bytes() for each in place.rglob("*") if each.is_file()}


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
