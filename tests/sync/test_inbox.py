"""What lies in the inbox may be anything: what is sound is merged, the rest is put aside or waits, nothing stops."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pyrage
import pytest
from sqlalchemy import select

from bench.reissue import reissued
from db.errors import DiskFull
from db.local import BATCH, CLOCK, JOURNAL
from db.store import Store
from sync import batch, jws, parcel, seal, session
from sync.batch import Header
from sync.county import keys
from sync.directory import Directory
from sync.errors import ParcelNotForUs
from sync.inbox import take_in
from sync.proof.rebuild import differences
from sync.protocol import MAX_REQUEST
from tests.insider import tampering
from tests.sync.worlds import World, look, looks


def recipient(store: Store) -> str:
    """Where parcels for a laptop are sealed to."""
    return str(pyrage.x25519.Identity.from_str(store.device.age_key).to_public())


def written(store: Store, **differs: object) -> bytes:
    """A batch of one round of this laptop, its header altered as told, signed with this laptop's key."""
    look(store)
    return tail_of(store, **differs)


def tail_of(store: Store, **differs: object) -> bytes:
    """The one unsealed entry as such a batch."""
    with store.reading() as conn:
        [(epoch, entry)] = seal.tail(conn)
        header = Header(
            pair=store.pair_id,
            device=store.device_id,
            epoch=epoch,
            first=entry.seq,
            last=entry.seq,
            lamport_first=entry.lamport,
            lamport_last=entry.lamport,
            schema=1,
            codec=batch.CODEC,
            counts={entry.table: 1},
            parents=(),
        )
    return batch.seal(replace(header, **differs), [entry], store.device.sign_key)  # type: ignore[arg-type]


def arrive(world: World, store: Store, body: bytes, name: bytes | None = None) -> bytes:
    """Put a batch into the inbox of the home laptop."""
    named = name or batch.name(body)
    parcel.put(world.folder().inbox, named, parcel.seal_parcel(body, [recipient(store)]))
    return named


def test_a_parcel_opens_with_the_key_of_one_of_its_devices_only(world: World) -> None:
    """As the stock program would: the format is plain age, the recipients are the county and the pair's laptops."""
    home, clinic = world.start(), world.start("clinic")
    look(home)
    session.settle(home)
    outbox = world.folder().outbox
    [name] = parcel.names(outbox)
    sealed = parcel.get(outbox, name)
    assert sealed.startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert sealed.count(b"-> X25519 ") == 3
    county = keys.load(world.county.folder).age
    for key in (home.device.age_key, clinic.device.age_key, county):
        opened = bytes(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(key)]))
        assert batch.name(opened) == name
    with pytest.raises(ParcelNotForUs):
        parcel.open_parcel(sealed, str(pyrage.x25519.Identity.generate()))


def test_signed_by_whom_and_for_whom(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    stranger = UUID(int=home.device_id.int ^ 1)
    cases = {
        "unknown device": (written(clinic, device=stranger), "batch_unknown_device"),
    }
    with tampering(clinic) as conn:
        conn.execute(JOURNAL.delete())
    cases["another's name"] = (written(clinic, device=home.device_id), "batch_forged")
    with tampering(clinic) as conn:
        conn.execute(JOURNAL.delete())
    cases["another pair"] = (written(clinic, pair=stranger), "batch_forged")
    with tampering(clinic) as conn:
        conn.execute(JOURNAL.delete())
    sound = written(clinic)
    cases["cut"] = (sound[:-50], "batch_cut")
    cases["flipped"] = (sound[:80] + bytes([sound[80] ^ 1]) + sound[81:], "batch_forged")
    cases["no batch"] = (b"no batch at all", "batch_forged")
    told = {}
    for body, code in cases.values():
        told[arrive(world, home, body).hex()] = code
    told[arrive(world, home, sound, bytes(32)).hex()] = "batch_forged"
    arrived = take_in(home, world.folder())
    assert dict(arrived.refused) == told
    assert (arrived.batches, looks(home)) == (0, set())
    arrive(world, home, sound)
    assert take_in(home, world.folder()).batches == 1
    assert len(looks(home)) == 1
    assert len(parcel.names(world.folder().refused)) == len(told)


def test_what_a_revoked_laptop_signed_before_is_taken(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    folder, own = world.folder(), keys.load(world.county.folder)
    link = folder.link()
    listed = Directory.read(link.directory, link.county_public)
    before = written(clinic)
    devices = tuple(
        replace(each, revoked=True, until=(batch.name(before),)) if each.id == clinic.device_id else each
        for each in listed.devices
    )
    folder.save_link(replace(link, directory=replace(listed, devices=devices).sign(own.sign, own.kid)))
    with tampering(clinic) as conn:
        conn.execute(JOURNAL.delete())
    after = arrive(world, home, written(clinic))
    # Of the later one nothing can be told before the one that the county names has come.
    assert (take_in(home, folder).waiting, parcel.names(folder.inbox)) == (1, [after])
    arrive(world, home, before)
    arrived = take_in(home, folder)
    assert (arrived.batches, arrived.refused) == (1, [(after.hex(), "device_revoked_since")])
    assert (parcel.names(folder.inbox), parcel.names(folder.refused)) == ([], [after])
    # And nothing is sealed to it any more.
    look(home)
    session.settle(home)
    for name in parcel.names(folder.outbox):
        with pytest.raises(ParcelNotForUs):
            parcel.open_parcel(parcel.get(folder.outbox, name), clinic.device.age_key)


def test_stray_files_are_left_alone(world: World, tmp_path: Path) -> None:
    home, clinic = world.start(), world.start("clinic")
    folder = world.folder()
    folder.make()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"private")
    hexes = [secrets.token_hex(32) for _ in range(4)]
    strays = ["readme.txt", f"{hexes[0]}.age.txt", "x.age", f"{hexes[1].upper()}.age", f".{hexes[1]}.age", "备份.age"]
    for box in (folder.inbox, folder.outbox):
        for stray in strays:
            (box / stray).write_bytes(b"stray")
        (box / f"{hexes[2]}.age").mkdir()
        if os.name == "posix":
            (box / f"{hexes[3]}.age").symlink_to(elsewhere)
    arrive(world, home, written(clinic))
    done = look(home)
    with world.serving():
        synced = session.sync(home)
    assert (synced.arrived.refused, synced.outcome.refused) == ([], [])
    assert len(looks(home)) == 2
    assert done in world.at_county(home)
    for box in (folder.inbox, folder.outbox):
        assert {stray for stray in strays if (box / stray).read_bytes() == b"stray"} == set(strays)
    assert elsewhere.read_bytes() == b"private"


def test_a_file_too_large_for_a_parcel_is_put_aside_unread(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    folder = world.folder()
    arrive(world, home, written(clinic))
    for size in (0, parcel.MAX_PARCEL + 1):
        with (folder.inbox / f"{secrets.token_hex(32)}.age").open("wb") as file:
            file.truncate(size)
    arrived = take_in(home, folder)
    assert [code for _, code in arrived.refused] == ["parcel_damaged"] * 2
    assert arrived.batches == 1
    assert len(parcel.names(folder.refused)) == 2
    assert parcel.names(folder.inbox) == []


def test_the_same_parcel_twice_changes_nothing(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    body = written(clinic)
    arrive(world, home, body)
    assert take_in(home, world.folder()).batches == 1
    before = looks(home)
    arrive(world, home, body)
    again = take_in(home, world.folder())
    assert (again.batches, again.refused, looks(home)) == (0, [], before)
    assert parcel.names(world.folder().inbox) == []
    assert differences(home) == {}


def test_two_programs_take_in_the_same_inbox(world: World) -> None:
    first, second, clinic = world.start(), world.start(), world.start("clinic")
    body = written(clinic)
    name = arrive(world, first, body)
    sealed = parcel.get(world.folder().inbox, name)
    taken: list[int] = []

    @contextmanager
    def meanwhile() -> Iterator[None]:
        # The other program is always just ahead.
        if not taken:
            taken.append(1)
            take_in(second, world.folder())
            parcel.put(world.folder().inbox, name, sealed)
        yield

    calls = iter(range(100))

    @contextmanager
    def gate() -> Iterator[None]:
        if next(calls) == 1:
            with meanwhile():
                yield
        else:
            yield

    arrived = take_in(first, world.folder(), gate=gate)
    assert taken == [1]
    assert arrived.refused == []
    assert len(looks(first)) == 1
    assert differences(first) == {}


def test_an_order_turned_round_waits_for_its_parents_and_is_then_taken(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = set()
    for _ in range(30):
        done.add(look(clinic))
        seal.seal(clinic)
    with clinic.reading() as conn:
        own = BATCH.c.device_id == clinic.device_id
        bodies = conn.execute(select(BATCH.c.body).where(own).order_by(BATCH.c.position)).scalars().all()
    for body in bodies[-1:0:-1]:
        arrive(world, home, bytes(body))
    arrived = take_in(home, world.folder())
    assert (arrived.batches, arrived.waiting, arrived.refused) == (0, 29, [])
    arrive(world, home, bytes(bodies[0]))
    assert take_in(home, world.folder()).batches == 30
    assert looks(home) == done


def test_a_batch_of_a_newer_program_waits_and_is_not_fetched_again(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    body = newer(written(clinic), clinic)
    name = arrive(world, home, body)
    for _ in range(2):
        arrived = take_in(home, world.folder())
        assert (arrived.batches, arrived.waiting) == (0, 1)
        assert arrived.refused == [(name.hex(), "batch_too_new")]
    assert parcel.names(world.folder().inbox) == [name]


def newer(body: bytes, store: Store) -> bytes:
    """The same batch, laid out in a way that only a later program knows."""
    signed = body[: -jws.detached_length(store.device_id.hex)]
    marked = signed.replace(batch.CODEC.encode(), b"cols9+zstd")
    assert marked != signed
    return marked + jws.sign_detached(marked, store.device.sign_key, store.device_id.hex).encode()


def test_a_trouble_of_ours_is_not_the_parcel_s_fault(world: World) -> None:
    """A full disk while merging: the parcel stays where it is, and nobody is told that it was bad."""
    home, clinic = world.start(), world.start("clinic")
    name = arrive(world, home, written(clinic))
    calls = iter(range(100))

    @contextmanager
    def full() -> Iterator[None]:
        if next(calls) == 1:
            raise DiskFull
        yield

    with pytest.raises(DiskFull):
        take_in(home, world.folder(), gate=full)
    assert parcel.names(world.folder().inbox) == [name]
    assert parcel.names(world.folder().refused) == []
    assert take_in(home, world.folder()).batches == 1


def test_a_counter_lifted_out_of_reach_is_refused(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    with clinic.writing() as conn:
        conn.execute(CLOCK.update().values(lamport=1 << 40))
    name = arrive(world, home, written(clinic))
    assert take_in(home, world.folder()).refused == [(name.hex(), "batch_forged")]


def test_a_counter_is_believed_by_what_the_batch_stands_on_as_the_county_does(world: World) -> None:
    """Believed by this laptop's own counter, it would be held here, and the county would refuse all our later work."""
    home, clinic = world.start(), world.start("clinic")
    leap = batch.LAMPORT_LEAP
    with clinic.writing() as conn:
        conn.execute(CLOCK.update().values(lamport=leap - 9))
    first = written(clinic)
    with tampering(clinic) as conn:
        conn.execute(JOURNAL.delete())
        conn.execute(CLOCK.update().values(lamport=2 * leap - 20))
    apart, after = written(clinic), tail_of(clinic, parents=(batch.name(first),))
    arrive(world, home, first)
    assert take_in(home, world.folder()).batches == 1
    poison = arrive(world, home, apart)
    assert take_in(home, world.folder()).refused == [(poison.hex(), "batch_forged")]
    arrive(world, home, after)
    assert take_in(home, world.folder()).batches == 1
    done = look(home)
    with world.serving():
        session.sync(home)
    assert done in world.at_county(home)


def test_a_batch_too_large_for_a_message_is_not_taken_in(world: World) -> None:
    """Held here it could never be sent on, nor anything that was written after it."""
    home, clinic = world.start(), world.start("clinic")
    signed = written(clinic)
    head = signed[8 : 8 + int.from_bytes(signed[4:8], "big")]
    at = 8 + len(head)
    body = signed[at + 4 : at + 4 + int.from_bytes(signed[at : at + 4], "big")]
    # What a decompressor skips.
    body += b"\x50\x2a\x4d\x18" + (MAX_REQUEST).to_bytes(4, "little") + bytes(MAX_REQUEST)
    large = signed[:at] + len(body).to_bytes(4, "big") + body
    large += jws.sign_detached(large, clinic.device.sign_key, clinic.device_id.hex).encode()
    name = arrive(world, home, large)
    assert take_in(home, world.folder()).refused == [(name.hex(), "batch_forged")]


def test_sealed_work_that_a_restored_record_does_not_hold_is_taken_back_from_the_outbox(world: World) -> None:
    """The record was put back from a copy; beside it lie sealed parcels of the days since, never sent."""
    home = world.start()
    world.close()
    world.keep("home")
    home = world.start()
    done = set()
    for _ in range(3):
        done.add(look(home))
        session.settle(home)
    world.close()
    world.put_back("home", only=("yiyang.db", "yiyang.keys"))
    home = world.start()
    assert looks(home) == set()
    # No network, only a start of the program.
    assert take_in(home, world.folder()).batches == 3
    assert looks(home) == done
    with world.serving():
        session.sync(home)
    assert world.at_county(home) == done
    assert differences(home) == {}


def test_of_batches_taken_in_together_a_spoiled_one_keeps_back_only_what_stands_on_it(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    first = written(clinic)
    second = next_of(clinic, first)
    # Signed, and its inside is not what its header says: nobody sees that before it is unpacked.
    spoiled = reissued(next_of(clinic, second), clinic.device.sign_key, lamport_first=1)
    onto_spoiled = next_of(clinic, spoiled)
    apart, too_new = next_of(clinic, second), newer(next_of(clinic, second), clinic)
    names = {body: arrive(world, home, body) for body in (first, second, spoiled, onto_spoiled, apart, too_new)}
    turns: list[int] = []

    @contextmanager
    def gate() -> Iterator[None]:
        turns.append(len(looks(home)))
        yield

    arrived = take_in(home, world.folder(), gate=gate)
    assert (arrived.batches, arrived.entries, arrived.waiting) == (3, 3, 2)
    assert set(arrived.refused) == {(names[spoiled].hex(), "batch_forged"), (names[too_new].hex(), "batch_too_new")}
    assert set(turns) == {0, 3}  # one transaction
    assert parcel.names(world.folder().inbox) == sorted([names[onto_spoiled], names[too_new]])
    assert parcel.names(world.folder().refused) == [names[spoiled]]
    assert differences(home) == {}


def next_of(store: Store, parent: bytes) -> bytes:
    """One more round of this laptop as a batch that stands on ``parent``."""
    with tampering(store) as conn:
        conn.execute(JOURNAL.delete())
    return written(store, parents=(batch.name(parent),))


def test_a_group_of_batches_is_taken_in_as_a_whole_or_not_at_all(world: World) -> None:
    """The disk is full in the middle; then a stop after the commit, before a file of the inbox has moved."""
    home, clinic = world.start(), world.start("clinic")
    done = set()
    for _ in range(6):
        done.add(look(clinic, secrets.token_hex(15_000)))
        seal.seal(clinic)
    with clinic.reading() as conn:
        bodies = conn.execute(select(BATCH.c.body).where(BATCH.c.device_id == clinic.device_id)).scalars().all()
    names = sorted(arrive(world, home, bytes(body)) for body in bodies)
    limit(home, pages(home) + 40)  # of the fifty or so that they need
    with pytest.raises(DiskFull):
        take_in(home, world.folder())
    assert (looks(home), parcel.names(world.folder().inbox)) == (set(), names)
    limit(home, 1 << 30)

    @contextmanager
    def cut() -> Iterator[None]:
        yield
        if looks(home):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(home, world.folder(), gate=cut)
    assert (looks(home), parcel.names(world.folder().inbox)) == (done, names)
    world.close()
    home = world.start()
    assert take_in(home, world.folder()).batches == 0
    assert (looks(home), parcel.names(world.folder().inbox)) == (done, [])
    assert differences(home) == {}


def pages(store: Store) -> int:
    """How many pages the record has."""
    with store.reading() as conn:
        return int(conn.exec_driver_sql("PRAGMA page_count").scalar_one())


def limit(store: Store, most: int) -> None:
    """Let the record have so many pages and no more, as on a full disk."""
    with store.writing() as conn:
        conn.exec_driver_sql(f"PRAGMA max_page_count = {most}")
