"""The laptop's side of an exchange: what is sent, what is asked for, what leaves the outbox and what stays."""

import secrets
from dataclasses import replace

import pytest

from sync import exchange, parcel, session
from sync.errors import CountyLies
from sync.proof.standing import standing
from sync.protocol import ExchangeAnswer
from sync.seal import held
from tests.sync.impostor import answering, between
from tests.sync.worlds import World, look, looks


def test_a_county_that_says_it_has_all_is_believed_only_with_its_signature(world: World) -> None:
    with world.serving() as url:
        home = world.start()
        done = {look(home) for _ in range(3)}
        session.settle(home)
        [unsent] = parcel.names(world.folder().outbox)

        def boast(answer: ExchangeAnswer) -> ExchangeAnswer:
            return replace(answer, heads=(unsent,), shared=(unsent,), batches=(), more=False)

        with answering(between(url, boast)) as liar:
            world.point("home", liar)
            session.sync(home)
            # The receipt that came with it is older than the claim: nothing is 县里已收, and nothing has left.
            assert standing(home).unsent == 3
            assert parcel.names(world.folder().outbox) == [unsent]
            session.sync(home)
        world.close()
        # The next honest answer gets it, even with the record closed.
        world.point("home", url)
        assert exchange.run(world.folder()).sent == 1
        home = world.start()
        assert standing(home).unsent == 0
        assert world.at_county(home) == done


def test_a_parcel_that_spoiled_in_the_outbox_is_sealed_anew_and_blocks_nothing(world: World) -> None:
    with world.serving():
        home = world.start()
        done = set()
        for _ in range(3):
            done.add(look(home))
            session.settle(home)
        folder = world.folder()
        with home.reading() as conn:
            first = list(held(conn))[-3]
        sealed = parcel.get(folder.outbox, first)
        (folder.outbox / f"{first.hex()}.age").write_bytes(sealed[:-20] + bytes([sealed[-20] ^ 1]) + sealed[-19:])
        session.sync(home)
        session.sync(home)
        assert world.at_county(home) == done
        assert standing(home).refused == ()
        assert parcel.names(folder.outbox) == []


def test_a_spoiled_parcel_met_at_night_is_named_and_mended_at_the_next_opening(world: World) -> None:
    with world.serving():
        home = world.start()
        done = {look(home)}
        session.settle(home)
        world.close()
        folder = world.folder()
        [name] = parcel.names(folder.outbox)
        (folder.outbox / f"{name.hex()}.age").write_bytes(b"")
        outcome = exchange.run(folder)
        assert (outcome.sent, outcome.lacking) == (0, 1)
        home = world.start()
        session.sync(home)
        assert world.at_county(home) == done


def test_parcels_that_the_graph_does_not_know_are_sent_and_never_thrown_away(world: World) -> None:
    """The file of the graph is gone, or older than the outbox: at night nobody can make it again."""
    with world.serving():
        home = world.start()
        done = set()
        for _ in range(3):
            done.add(look(home))
            session.settle(home)
        world.close()
        folder = world.folder()
        lines = (folder.path / "graph").read_text().splitlines(keepends=True)
        (folder.path / "graph").write_text("".join(line for line in lines[:2]))
        exchange.run(folder)
        exchange.run(folder)
        home = world.start()
        assert world.at_county(home) == done
        assert parcel.names(folder.outbox) == []


def test_a_county_that_offers_more_and_brings_nothing_is_not_asked_for_ever(world: World) -> None:
    with world.serving() as url:
        home = world.start()
        asked = []

        def tease(answer: ExchangeAnswer) -> ExchangeAnswer:
            asked.append(1)
            return replace(answer, more=True)

        with answering(between(url, tease)) as liar:
            world.point("home", liar)
            with pytest.raises(CountyLies):
                session.sync(home)
        assert len(asked) < 5


def test_an_inbox_full_of_strays_does_not_stop_the_exchange(world: World) -> None:
    with world.serving():
        home = world.start()
        done = {look(home)}
        session.settle(home)
        world.close()
        inbox = world.folder().inbox
        for _ in range(5000):
            (inbox / f"{secrets.token_hex(32)}.age").touch()
        assert exchange.run(world.folder()).sent == 1
        home = world.start()
        assert world.at_county(home) == done


def test_a_hundred_batches_of_a_long_absence_arrive_in_a_few_requests(world: World) -> None:
    with world.serving():
        home = world.start()
        done = set()
        for _ in range(100):
            done.add(look(home))
            session.settle(home)
        outcome = session.sync(home).outcome
        assert (outcome.sent, outcome.requests) == (100, 2)
        assert world.at_county(home) == done
        clinic = world.start("clinic")
        assert session.sync(clinic).arrived.batches == 100
        assert looks(clinic) == done
        # Each laptop's next batch stands on its own last one: nothing looks like a fork.
        look(clinic)
        session.sync(clinic)
        session.sync(home)
        look(home)
        receipt = session.sync(home).outcome.receipt
        assert receipt is not None
        assert len(receipt.heads) == 1


def test_what_was_fetched_is_merged_though_the_push_failed(world: World) -> None:
    with world.serving() as url:
        clinic = world.start("clinic")
        seen = look(clinic)
        session.sync(clinic)
        home = world.start()
        look(home)
        bodies = iter(range(100))

        def cut(answer: ExchangeAnswer) -> ExchangeAnswer:
            return answer if next(bodies) == 0 else replace(answer, receipt="cut")

        with answering(between(url, cut)) as link:
            world.point("home", link)
            with pytest.raises(Exception, match="signature_wrong"):
                session.sync(home)
        assert seen in looks(home)


def test_a_batch_is_never_larger_than_a_message(world: World) -> None:
    """Pasted by mistake: a few notes of sixty thousand characters that no compressor makes smaller."""
    home = world.start()
    for _ in range(70):
        look(home, secrets.token_urlsafe(47_000))
    session.settle(home)
    folder = world.folder()
    sizes = [parcel.size(folder.outbox, name) for name in parcel.names(folder.outbox)]
    assert len(sizes) > 1
    assert max(sizes) < 6 << 20
