"""The numbers on the sync line are true at every step: nothing is called sent that the county has not signed for."""

from dataclasses import replace

import pytest

from sync import session
from sync.errors import LinkDamaged
from sync.proof.standing import Standing, standing
from sync.protocol import ExchangeAnswer
from tests.sync.impostor import answering, between
from tests.sync.worlds import World, look


def numbers(stands: Standing) -> tuple[int, int, int]:
    """Total, at the county, unsent; they always add up."""
    assert 0 <= stands.at_county <= stands.total
    assert stands.at_county + stands.unsent == stands.total
    return stands.total, stands.at_county, stands.unsent


def test_each_step_of_a_day(world: World) -> None:
    home = world.start()
    base = standing(home).total
    assert numbers(standing(home)) == (base, base, 0)
    look(home)
    look(home)
    assert numbers(standing(home)) == (base + 2, base, 2)
    session.settle(home)
    sealed = standing(home)
    assert numbers(sealed) == (base + 2, base, 2)
    assert (sealed.unsealed, sealed.agrees) == (0, True)
    assert sealed.outbox_bytes > 0
    look(home)
    with world.serving():
        session.sync(home)
    done = standing(home)
    assert numbers(done) == (base + 3, base + 3, 0)
    assert (done.agrees, done.outbox_bytes, done.county_lost) == (True, 0, 0)


def test_what_others_wrote_is_not_counted_as_ours(world: World) -> None:
    with world.serving():
        clinic, home = world.start("clinic"), world.start()
        before = numbers(standing(home))
        for _ in range(5):
            look(clinic)
        session.sync(clinic)
        session.sync(home)
        assert numbers(standing(home)) == before


def test_a_laptop_put_back_from_a_copy(world: World) -> None:
    with world.serving():
        home = world.start()
        base = standing(home).total
        look(home)
        # Copied in the middle of the day; the program goes on.
        world.keep("home")
        look(home)
        look(home)
        session.sync(home)
        assert numbers(standing(home)) == (base + 3, base + 3, 0)
        world.close()
        # The record is last week's, the folder beside it is today's, with today's receipt.
        world.put_back("home", only=("yiyang.db", "yiyang.db-wal", "yiyang.keys"))
        home = world.start()
        numbers(standing(home))
        assert standing(home).agrees is None
        assert standing(home).unsent > 0
        session.sync(home)
        # The round of the copy was sealed twice: here alone, and among the three before.
        after = standing(home)
        assert numbers(after) == (base + 4, base + 4, 0)
        assert after.agrees is True


def test_two_copies_of_one_laptop_never_hide_what_one_of_them_has_not_sent(world: World) -> None:
    world.keep("home", "twin")
    with world.serving():
        home = world.start()
        base = standing(home).total
        for _ in range(9):
            look(home)
        session.sync(home)
        world.close()
        world.keep("home", "first")
        world.put_back("home", "twin")
        twin = world.start()
        for _ in range(3):
            look(twin)
        session.settle(twin)
        # The county holds nine entries more of "this laptop" than the twin has heard of.
        assert numbers(standing(twin)) == (base + 3, base, 3)
        receipt = session.sync(twin).outcome.receipt
        assert receipt is not None
        assert len(receipt.heads) == 2
        assert numbers(standing(twin)) == (base + 12, base + 12, 0)
        look(twin)
        assert numbers(standing(twin)) == (base + 13, base + 12, 1)
        session.sync(twin)
        world.close()
        world.put_back("home", "first")
        home = world.start()
        look(home)
        stands = standing(home)
        assert numbers(stands) == (base + 10, base + 9, 1)
        session.sync(home)
        assert numbers(standing(home)) == (base + 14, base + 14, 0)
        assert standing(home).agrees is True


def test_a_county_put_back_from_its_backup_shows_until_it_has_all_again(world: World) -> None:
    world.keep("county")
    home = world.start()
    look(home)
    look(home)
    with world.serving():
        session.sync(home)
        assert numbers(standing(home))[2] == 0
    world.put_back("county")
    with world.serving() as url:
        lost = []

        def watch(answer: ExchangeAnswer) -> ExchangeAnswer:
            lost.append((standing(home).unsent, standing(home).county_lost))
            return answer

        with answering(between(url, watch)) as proxy:
            world.point("home", proxy)
            session.sync(home)
    # First still the old receipt; then the county signed for less, which is said; then it has all again.
    assert (0, 0) in lost
    assert (2, 2) in lost
    after = standing(home)
    assert numbers(after)[2] == 0
    assert (after.county_lost, after.agrees) == (0, True)


def test_a_receipt_is_checked_wherever_it_lies(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    folder, other = world.folder(), world.folder("clinic")
    assert standing(home).at_county > 0
    good = folder.news()
    for receipt in (other.news().receipt, good.receipt[:-3] + "AAA", "x", ""):
        folder.save_news(replace(good, receipt=receipt))
        found = standing(home)
        assert (found.at_county, found.receipt_at, found.agrees) == (0, None, None)
    assert standing(clinic).unsent == 0


def test_with_a_damaged_link_nothing_is_proven_and_the_rest_is_told(world: World) -> None:
    home = world.start()
    path = world.folder().path / "link.json"
    path.write_bytes(path.read_bytes()[:100])
    found = standing(home)
    assert found.enrolled
    assert (found.at_county, found.unsent) == (0, found.total)
    with pytest.raises(LinkDamaged):
        session.sync(home)
