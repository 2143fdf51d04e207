"""Joining a county over a hostile or broken line, and joining it again after a loss."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select, update

from db.errors import VaultMissing
from db.keys import FLOOR, envelope_path, read_envelope
from db.store import Store
from db.vault import new_device
from sync import enrol, joining, session
from sync.county import admin, keys
from sync.county.database import open_engine, writing
from sync.county.enrolment import directory
from sync.county.tables import Device, core
from sync.directory import recipients
from sync.errors import CountyLies, CountyRefused, CountyUnreachable, NotEnrolled, SignatureWrong
from sync.proof.standing import standing
from sync.protocol import EnrolAnswer
from tests.sync.impostor import Answer, Reply, answering, forward, saying
from tests.sync.worlds import PAIR, PASSPHRASE, World, look, looks


def altered(url: str, alter: Callable[[EnrolAnswer], EnrolAnswer]) -> Answer:
    """Somebody between a laptop and the county, while it enrols."""

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        reply = forward(url, path, headers, body)
        assert isinstance(reply.body, bytes)
        return replace(reply, body=alter(EnrolAnswer.decode(reply.body)).encode())

    return answer


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (saying(b"<html>please log in</html>", "text/html"), CountyUnreachable),
        (saying(b"", "text/html", 302), CountyUnreachable),
        (saying(b"\xc1garbage"), CountyLies),
        (saying(b""), CountyLies),
        (saying(b"\xc1garbage", status=500), CountyLies),
        (saying(iter(lambda: bytes(1 << 16), None)), CountyLies),
    ],
    ids=["captive", "redirect", "garbage", "nothing", "garbled problem", "endless"],
)
def test_whoever_is_not_the_county_enrols_nobody(
    world: World, tmp_path: Path, reply: Answer, error: type[Exception]
) -> None:
    code = admin.new_code(world.county, PAIR)
    with answering(reply) as url, pytest.raises(error):
        enrol.join(tmp_path / "new.db", url, code, number="3", passphrase=PASSPHRASE, laptop="三号", cost=FLOOR)
    assert [one.name for one in tmp_path.glob("new*")] == ["new.joining"]
    with pytest.raises(VaultMissing):
        world.start("nobody")


@pytest.mark.parametrize("url", ["http://", "http://[", "not an address", "ftp://county", "http://127.0.0.1:1"])
def test_an_address_that_leads_nowhere(world: World, tmp_path: Path, url: str) -> None:
    code = admin.new_code(world.county, PAIR)
    with pytest.raises(CountyUnreachable):
        enrol.join(tmp_path / "new.db", url, code, number="3", passphrase=PASSPHRASE, laptop="三号", cost=FLOOR)


def test_the_keys_that_open_everything_are_the_county_s_own(world: World, tmp_path: Path) -> None:
    """Between laptop and county somebody puts in keys of his own, to read the record or to open stolen laptops."""
    thief = str(pyrage.x25519.Identity.generate().to_public())
    recovery = X25519PrivateKey.generate().public_key().public_bytes_raw()
    alterations: list[tuple[Callable[[EnrolAnswer], EnrolAnswer], type[Exception]]] = [
        (lambda answer: replace(answer, county_age_recipient=thief), CountyLies),
        (lambda answer: replace(answer, county_recovery_public=recovery), CountyLies),
        (lambda answer: replace(answer, county_sign_public=bytes(range(32))), CountyLies),
        (lambda answer: replace(answer, directory=answer.directory[:-4] + "AAAA"), SignatureWrong),
    ]
    with world.serving() as url:
        for number, (alter, error) in enumerate(alterations):
            code = admin.new_code(world.county, PAIR)
            path = tmp_path / str(number) / "new.db"
            with answering(altered(url, alter)) as between, pytest.raises(error):
                enrol.join(path, between, code, number="3", passphrase=PASSPHRASE, laptop="三号", cost=FLOOR)
            assert not path.exists()


def test_a_directory_that_leaves_the_new_laptop_out_is_not_believed(world: World, tmp_path: Path) -> None:
    old = world.folder().link().directory
    with world.serving() as url, answering(altered(url, lambda answer: replace(answer, directory=old))) as between:
        code = admin.new_code(world.county, PAIR)
        with pytest.raises(CountyLies):
            enrol.join(tmp_path / "new.db", between, code, number="3", passphrase=PASSPHRASE, laptop="三", cost=FLOOR)


def test_an_answer_that_was_lost_on_the_way_is_asked_for_again(world: World) -> None:
    """The county certified the laptop, the laptop never heard of it: the same code still works, for this laptop."""
    home = world.start()
    link = world.folder().path / "link.json"
    with world.serving() as url:
        code = admin.new_code(world.county, PAIR)
        link.unlink()
        garble = altered(url, lambda answer: replace(answer, county_name="x" * 500))
        with answering(garble) as cut, pytest.raises(CountyLies):
            enrol.enrol(home, cut, code, pair_name=PAIR, laptop="护理站")
        with pytest.raises(NotEnrolled):
            world.folder().link()
        enrol.enrol(home, url, code, pair_name=PAIR, laptop="护理站")
        done = look(home)
        session.sync(home)
        assert standing(home).unsent == 0
        assert done in world.at_county(home)
        # Used up for everybody else, and for nothing else.
        clinic = world.start("clinic")
        with pytest.raises(CountyRefused) as refused:
            enrol.enrol(clinic, url, code, pair_name=PAIR, laptop="医生")
        assert refused.value.facts == {"reason": "code_used"}


def test_a_laptop_that_joins_and_hears_no_answer_joins_again_by_the_same_code(world: World, tmp_path: Path) -> None:
    def join(path: Path, url: str, passphrase: str = PASSPHRASE) -> Store:
        return enrol.join(path, url, code, number="3", passphrase=passphrase, laptop="三", cost=FLOOR)

    path = tmp_path / "third" / "record.db"
    with world.serving() as url:
        code = admin.new_code(world.county, PAIR)
        with (
            answering(altered(url, lambda answer: replace(answer, directory=""))) as cut,
            pytest.raises(SignatureWrong),
        ):
            join(path, cut)
        assert [one.name for one in path.parent.iterdir()] == ["record.joining"]
        # Nobody else can: not elsewhere, and not with another passphrase.
        with pytest.raises(CountyRefused):
            join(tmp_path / "fourth" / "record.db", url)
        store = join(path, url)
        session.sync(store)
        assert looks(store) == world.at_county(store)
        store.close()
    assert not path.with_suffix(".joining").exists()
    assert len(admin.devices(world.county)) == 3


def test_who_was_joining_is_known_to_the_passphrase_alone(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    device = new_device(1)
    joining.remember(path, "3", PASSPHRASE, device, FLOOR)
    assert joining.recall(path, "3", PASSPHRASE) == device
    assert joining.recall(path, "3", "another passphrase") is None
    assert joining.recall(path, "4", PASSPHRASE) is None
    kept = path.with_suffix(".joining").read_bytes()
    assert device.age_key.encode() not in kept
    path.with_suffix(".joining").write_bytes(kept[:-5])
    assert joining.recall(path, "3", PASSPHRASE) is None


@pytest.mark.parametrize("fate", ["gone", "damaged"])
def test_a_record_whose_way_to_the_county_is_lost_enrols_again(world: World, fate: str) -> None:
    """Only the record came back from the backup; all that lay beside it is gone."""
    home = world.start()
    known = {look(home)}
    with world.serving() as url:
        session.sync(home)
        link = world.folder().path / "link.json"
        link.unlink()
        if fate == "damaged":
            link.write_bytes(b"\x00" * 300)
        enrol.enrol(home, url, admin.new_code(world.county, PAIR), pair_name=PAIR, laptop="护理站")
        known.add(look(home))
        session.sync(home)
        assert world.at_county(home) == known
        assert standing(home).agrees is True
        # It is the same laptop to everybody.
        assert len(admin.devices(world.county)) == 2


def test_a_revoked_laptop_does_not_come_back_by_a_new_code(world: World) -> None:
    home = world.start()
    engine = open_engine(world.county.database_url)
    device = core(Device)
    with writing(engine) as conn:
        conn.execute(update(device).where(device.c.device_id == home.device_id).values(revoked_at=1))
    engine.dispose()
    with world.serving() as url, pytest.raises(CountyRefused) as refused:
        enrol.enrol(home, url, admin.new_code(world.county, PAIR), pair_name=PAIR, laptop="护理站")
    assert refused.value.facts == {"reason": "device_revoked"}


def test_a_code_does_not_let_one_laptop_speak_for_another(world: World) -> None:
    """A thief with a code of the pair knows the other laptop's public keys; it has not its private one."""
    home, clinic = world.start(), world.start("clinic")
    stolen = replace(home.device, sign_key=clinic.device.sign_key, age_key=home.device.age_key)
    home.device = stolen
    with world.serving() as url, pytest.raises(CountyRefused) as refused:
        enrol.enrol(home, url, admin.new_code(world.county, PAIR), pair_name=PAIR, laptop="护理站")
    assert refused.value.facts == {"reason": "device_known"}


def test_the_county_of_another_pair_s_code_takes_no_record_over(world: World) -> None:
    home = world.start()
    with world.serving() as url, pytest.raises(CountyRefused) as refused:
        enrol.enrol(home, url, admin.new_code(world.county, "别的镇"), pair_name=PAIR, laptop="护理站")
    assert refused.value.facts == {"reason": "pair_differs"}
    assert world.folder().enrolled


def test_enrolling_adds_the_county_s_slot_once(world: World) -> None:
    home = world.start()
    with world.serving() as url:
        enrol.enrol(home, url, admin.new_code(world.county, PAIR), pair_name=PAIR, laptop="护理站")
    kinds = [slot["kind"] for slot in read_envelope(envelope_path(home.path))["slots"]]
    assert sorted(kinds) == ["county", "passphrase"]


def test_nothing_is_sealed_to_a_revoked_laptop(world: World) -> None:
    clinic = world.start("clinic")
    own = keys.load(world.county.folder)
    engine = open_engine(world.county.database_url)
    device = core(Device)
    with writing(engine) as conn:
        key = conn.execute(select(device.c.age_recipient).where(device.c.device_id == clinic.device_id)).scalar_one()
        conn.execute(update(device).where(device.c.device_id == clinic.device_id).values(revoked_at=1))
        listed = directory(conn, clinic.pair_id, own)
    engine.dispose()
    link = replace(world.folder().link(), directory=listed.sign(own.sign, own.kid))
    assert key in recipients(world.folder().link())
    assert key not in recipients(link)
    # What it signed before stays readable.
    assert clinic.device_id in {each.id for each in listed.devices}


def test_a_new_laptop_after_the_county_was_put_back_is_known_to_all(world: World, tmp_path: Path) -> None:
    """Two lists of the same number that are not the same list: one from before the county's loss, one from after."""

    def join(name: str, url: str) -> None:
        code = admin.new_code(world.county, PAIR)
        enrol.join(world.path(name), url, code, number=name, passphrase=PASSPHRASE, laptop=name, cost=FLOOR).close()

    world.keep("county")
    home = world.start()
    with world.serving() as url:
        join("lost", url)
        session.sync(home)
    world.put_back("county")
    with world.serving() as url:
        join("third", url)
        world.point("home")
        third = world.start("third")
        session.sync(third)
        seen = look(third)
        session.sync(third)
        session.sync(home)
        session.sync(home)
        assert seen in looks(home)
    assert tmp_path.exists()
