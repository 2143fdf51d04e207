"""Somebody puts another county beside a closed record: nothing is sealed to it, and nothing of it is believed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage import x25519

from db.store import Store
from sync import parcel, session
from sync.directory import Directory
from sync.errors import LinkForeign, ParcelNotForUs
from sync.inbox import take_in
from sync.link import Folder
from sync.nearby.peer_serve import sharing
from sync.proof import reconcile
from sync.proof.chain import verify
from sync.sticks.by_stick import export
from tests.sync.worlds import World, look, make_world


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Store]:
    """An enrolled laptop with something to tell, closed and opened again."""
    world: World = make_world(tmp_path / "world")
    yield world.start()
    world.close()


def put_another_in_its_place(folder: Folder) -> x25519.Identity:
    """What whoever has the disk for an hour can write: our list of laptops, signed by a county of their own."""
    link, thief = folder.link(), x25519.Identity.generate()
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    listed = Directory.read(link.directory, link.county_public)
    forged = replace(listed, county_recipient=str(thief.to_public())).sign(key.private_bytes_raw(), "county")
    folder.save_link(replace(link, county_public=public, county_recipient=str(thief.to_public()), directory=forged))
    return thief


def test_nothing_is_sealed_to_a_county_that_the_record_does_not_know(home: Store, tmp_path: Path) -> None:
    folder = Folder(home.path)
    thief = put_another_in_its_place(folder)
    look(home, "心衰加重")
    with pytest.raises(LinkForeign):
        session.settle(home)
    with pytest.raises(LinkForeign):
        session.sync(home)
    (tmp_path / "stick").mkdir()
    with pytest.raises(LinkForeign):
        export(home, tmp_path / "stick", home.now())
    assert list((tmp_path / "stick").iterdir()) == []
    with pytest.raises(LinkForeign):
        reconcile.compare(home)
    with pytest.raises(LinkForeign), sharing(home, port=0):
        pass
    for name in parcel.names(folder.outbox):
        with pytest.raises(ParcelNotForUs):
            parcel.open_parcel(parcel.get(folder.outbox, name), str(thief))


def test_nothing_is_believed_of_it_and_the_proof_tells(home: Store) -> None:
    put_another_in_its_place(Folder(home.path))
    with pytest.raises(LinkForeign):
        take_in(home, Folder(home.path))
    (county,) = [check for check in verify(home) if check.name == "county"]
    assert [each.code for each in county.wrong] == ["link_foreign"]


def test_the_folder_gone_or_spoiled_is_told_by_the_proof_as_well(home: Store) -> None:
    path = Folder(home.path).path / "link.json"
    path.write_text("{", encoding="utf-8")
    (county,) = [check for check in verify(home) if check.name == "county"]
    assert [each.code for each in county.wrong] == ["link_damaged"]
    path.unlink()
    (county,) = [check for check in verify(home) if check.name == "county"]
    assert [each.code for each in county.wrong] == ["link_gone"]
