"""Whoever answers may not be the county, and the county may be wrong: nothing is believed but what it has signed."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from db.errors import YiyangError
from db.local import BATCH
from db.store import Store
from sync import batch, exchange, graph, jws, parcel, session
from sync.county import keys
from sync.directory import Directory
from sync.errors import CountyLies, CountyRefused, CountyUnreachable, SignatureWrong
from sync.proof.standing import standing
from sync.protocol import MEDIA_TYPE, ExchangeAnswer, Problem
from sync.receipt import verify
from sync.seal import held
from tests.sync.impostor import Answer, answering, between, saying
from tests.sync.worlds import World, look, looks

LOGIN = b"<html><title>Welcome to our hotel</title><form>...</form></html>"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (saying(LOGIN, "text/html"), CountyUnreachable),
        (saying(LOGIN, "text/html; charset=utf-8", 302), CountyUnreachable),
        (saying(b"", MEDIA_TYPE + "; charset=utf-8"), CountyUnreachable),
        (saying(LOGIN), CountyLies),
        (saying(b""), CountyLies),
        (saying(b"\x80"), CountyLies),
        (saying(b"\xdf\xff\xff\xff\xff"), CountyLies),
        (saying(b"\x91" * 100_000), CountyLies),
        (saying(LOGIN, MEDIA_TYPE, 503), CountyLies),
        (saying(Problem("county_troubled").encode(), MEDIA_TYPE, 503), CountyRefused),
        (saying(itertools.repeat(bytes(1 << 18))), CountyLies),
    ],
    ids=[
        "portal",
        "redirect",
        "other",
        "noise",
        "empty",
        "wanting",
        "huge",
        "nested",
        "unread-problem",
        "problem",
        "endless",
    ],
)
def test_an_answer_that_is_none_changes_nothing_and_the_next_sync_goes_on(
    world: World, reply: Answer, error: type[YiyangError]
) -> None:
    home = world.start()
    done = look(home)
    with answering(reply) as url:
        world.point("home", url)
        with pytest.raises(error):
            session.sync(home)
    assert standing(home).unsent == 1
    told = standing(home).last
    assert told is not None
    assert told.outcome == error.code
    with world.serving():
        session.sync(home)
    assert world.at_county(home) == {done}
    assert standing(home).unsent == 0


def test_an_answer_that_drips_for_ever_ends(world: World) -> None:
    home = world.start()
    look(home)
    session.settle(home)
    hours = itertools.count()

    def drips() -> Iterator[bytes]:
        while True:
            yield b"\x00"

    with answering(saying(drips())) as url:
        world.point("home", url)
        with pytest.raises(CountyUnreachable):
            exchange.run(world.folder(), steady=lambda: next(hours) * 60.0)


def test_a_port_where_nobody_listens_or_hangs_up(world: World) -> None:
    home = world.start()

    def hangs_up() -> Iterator[bytes]:
        yield b"\x89\xa5heads"
        raise ConnectionAbortedError

    world.point("home", "http://127.0.0.1:1")
    with pytest.raises(CountyUnreachable):
        session.sync(home)
    with answering(saying(hangs_up())) as url:
        world.point("home", url)
        with pytest.raises((CountyUnreachable, CountyLies)):
            session.sync(home)


# --- statements ---------------------------------------------------------------------------------


def test_forged_and_foreign_receipts_and_lists_are_refused(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    stranger = Ed25519PrivateKey.generate().private_bytes_raw()
    own = keys.load(world.county.folder)
    good = world.folder().news().receipt
    payload = jws.verify_compact(good, own.sign_public)
    inflated = json.dumps({**json.loads(payload), "entries": 9999}).encode()
    mine = Directory.read(world.folder().link().directory, own.sign_public)
    of_clinic = world.folder("clinic").news().receipt
    assert verify(of_clinic, own.sign_public).device == clinic.device_id
    forgeries: list[tuple[dict[str, str], type[YiyangError]]] = [
        ({"receipt": jws.sign_compact(inflated, stranger, own.kid)}, SignatureWrong),
        ({"receipt": good[: good.rindex(".")] + "." + "A" * 86}, SignatureWrong),
        ({"receipt": "not a receipt"}, SignatureWrong),
        ({"receipt": of_clinic}, CountyLies),
        ({"receipt": mine.sign(own.sign, own.kid)}, SignatureWrong),
        ({"directory": mine.sign(stranger, own.kid)}, SignatureWrong),
        ({"directory": good}, SignatureWrong),
        ({"directory": replace(mine, pair_id=home.device_id).sign(own.sign, own.kid)}, CountyLies),
    ]
    look(home)
    before = world.folder().link(), world.folder().news().receipt
    with world.serving() as url:
        for forged, error in forgeries:
            with answering(between(url, lambda answer, f=forged: replace(answer, **f))) as liar:  # type: ignore[misc]
                world.point("home", liar)
                with pytest.raises(error):
                    session.sync(home)
            assert replace(world.folder().link(), url=before[0].url) == before[0]
            assert world.folder().news().receipt == before[1]
            assert standing(home).unsent == 1
        world.point("home", url)
        session.sync(home)
    assert standing(home).unsent == 0


def test_a_county_of_the_same_name_with_another_key_is_not_ours(world: World) -> None:
    """Every statement of the answer is signed, by somebody else."""
    home = world.start()
    look(home)
    other = keys.make()
    own = keys.load(world.county.folder)

    def resign(answer: ExchangeAnswer) -> ExchangeAnswer:
        assert answer.receipt is not None
        payload = jws.verify_compact(answer.receipt, own.sign_public)
        return replace(answer, receipt=jws.sign_compact(payload, other.sign, other.kid))

    with world.serving() as url, answering(between(url, resign)) as liar:
        news = world.folder().news()
        world.folder().save_news(replace(news, receipt=""))
        world.point("home", liar)
        with pytest.raises(SignatureWrong):
            session.sync(home)
    assert standing(home).at_county == 0


def test_an_old_receipt_shown_again_proves_no_more_than_it_did(world: World) -> None:
    home = world.start()
    old = world.folder().news().receipt
    done = {look(home), look(home)}
    with world.serving() as url:
        session.sync(home)
        with answering(between(url, lambda answer: replace(answer, receipt=old))) as liar:
            world.point("home", liar)
            session.sync(home)
        # Not silently: what the county had signed for once is counted as lost by it.
        assert standing(home).unsent == 2
        assert standing(home).county_lost == 2
        world.point("home", url)
        session.sync(home)
    assert (standing(home).unsent, standing(home).county_lost) == (0, 0)
    assert world.at_county(home) == done


def test_a_receipt_for_what_the_county_has_not_is_healed_by_its_heads(world: World) -> None:
    """The county was put back; somebody shows the receipt of before. Its heads tell what it lacks."""
    home = world.start()
    done = look(home)
    world.keep("county")
    with world.serving():
        session.sync(home)
    newest = world.folder().news().receipt
    world.put_back("county")
    with world.serving() as url:
        with answering(between(url, lambda answer: replace(answer, receipt=newest))) as liar:
            world.point("home", liar)
            session.sync(home)
        assert world.at_county(home) == {done}


# --- heads --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heads",
    [
        lambda _: (),
        lambda _: tuple(bytes([n]) * 32 for n in range(200)),
        lambda nodes: tuple(nodes),
        lambda nodes: tuple(graph.heads(nodes)),
    ],
    ids=["none", "unknown", "everything", "the newest"],
)
def test_whatever_heads_are_told_nothing_unsent_is_lost(world: World, heads: object) -> None:
    home = world.start()
    done = {look(home) for _ in range(3)}
    session.settle(home)
    assert callable(heads)
    told: tuple[bytes, ...] = heads(world.folder().graph())
    with world.serving() as url:
        with answering(between(url, lambda answer: replace(answer, heads=told, shared=told, receipt=None))) as liar:
            world.point("home", liar)
            for _ in range(2):
                session.sync(home)
        assert standing(home).unsent == 3
        world.point("home", url)
        session.sync(home)
        assert standing(home).unsent == 0
    assert world.at_county(home) == done


def test_a_county_that_refuses_everything_is_told_and_loses_nothing(world: World) -> None:
    home = world.start()
    done = look(home)
    session.settle(home)
    [name] = parcel.names(world.folder().outbox)
    with world.serving() as url:

        def refuse(answer: ExchangeAnswer) -> ExchangeAnswer:
            return replace(answer, refused=((name, "counter_leap"),), heads=(), shared=(), receipt=None)

        with answering(between(url, refuse)) as liar:
            world.point("home", liar)
            synced = session.sync(home)
        assert (name, "counter_leap") in synced.outcome.refused
        assert standing(home).refused == ((name.hex(), "counter_leap"),)
        assert standing(home).unsent == 1
        world.point("home", url)
        session.sync(home)
    assert standing(home).refused == ()
    assert world.at_county(home) == {done}


# --- what it brings -----------------------------------------------------------------------------


def brought(store: Store, world: World, url: str, bad: tuple[bytes, bytes]) -> session.Synced:
    """A sync in which the county brings one parcel more."""

    def add(answer: ExchangeAnswer) -> ExchangeAnswer:
        return replace(answer, batches=(bad, *answer.batches))

    with answering(between(url, add)) as liar:
        world.point("home", liar)
        synced = session.sync(store)
    world.point("home", url)
    return synced


def test_parcels_that_are_not_what_they_should_be_stop_nothing(world: World) -> None:
    clinic, home = world.start("clinic"), world.start()
    with world.serving() as url:
        expected = set()
        for spoil in ("cut", "flipped", "noise", "wrong name", "somebody else's", "in the clear"):
            expected.add(look(clinic))
            session.sync(clinic)
            with clinic.reading() as conn:
                name = list(held(conn))[-1]
            body = batch_of(clinic, name)
            sealed = parcel.seal_parcel(body, [identity_of(home)])
            bad = {
                "cut": (name, sealed[:-30]),
                "flipped": (name, sealed[:-30] + bytes([sealed[-30] ^ 1]) + sealed[-29:]),
                "noise": (name, b"\x00" * 500),
                "wrong name": (bytes(32), sealed),
                "somebody else's": (name, parcel.seal_parcel(body, [identity_of(clinic)])),
                "in the clear": (name, body),
            }[spoil]
            synced = brought(home, world, url, bad)
            assert [refused for refused, _ in synced.arrived.refused] == [bad[0].hex()], spoil
            # The sound copy comes with the next exchange, if it did not come with this one.
            session.sync(home)
            assert looks(home) == expected, spoil
    assert parcel.names(world.folder().inbox) == []


def batch_of(store: Store, name: bytes) -> bytes:
    """The signed bytes of a batch."""
    with store.reading() as conn:
        return bytes(conn.execute(select(BATCH.c.body).where(BATCH.c.hash == name)).scalar_one())


def identity_of(store: Store) -> str:
    """Where parcels for a laptop are sealed to."""
    return str(pyrage.x25519.Identity.from_str(store.device.age_key).to_public())


def test_a_batch_that_stands_on_nothing_we_have_waits(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    first, second = look(clinic), None
    session.settle(clinic)
    second = look(clinic)
    session.settle(clinic)
    names = parcel.oldest_first(world.folder("clinic").outbox, parcel.names(world.folder("clinic").outbox))
    late = batch_of(clinic, names[1])
    assert batch.unseal(late).header.parents == (names[0],)
    with world.serving() as url:
        synced = brought(home, world, url, (names[1], parcel.seal_parcel(late, [identity_of(home)])))
        assert synced.arrived.waiting == 1
        assert looks(home) == set()
        session.sync(clinic)
        session.sync(home)
    assert looks(home) == {first, second}
