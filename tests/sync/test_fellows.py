"""What is told of the laptops of the pair: how much of each is here, who is revoked, whose disk was copied."""

from sync import parcel, session
from sync.proof.fellows import Fellow, beside, fellows, forks
from sync.proof.ledger import of_vault
from tests.sync.worlds import World, look


def by_name(found: tuple[Fellow, ...]) -> dict[str, Fellow]:
    """The laptops by their names."""
    return {one.name: one for one in found}


def test_what_is_held_of_each(world: World) -> None:
    with world.serving():
        clinic, home = world.start("clinic"), world.start()
        before = by_name(fellows(home))
        for _ in range(3):
            look(clinic)
        session.sync(clinic)
        session.sync(home)
    found = fellows(home)
    assert [(one.name, one.here) for one in found] == [("护理站", True), ("医生", False)]
    assert by_name(found)["医生"].entries == before["医生"].entries + 3
    assert not any(one.revoked or one.forked or one.forks or one.waiting for one in found)
    world.close()
    assert beside(world.folder()) == found


def test_whose_batches_wait_for_earlier_ones(world: World) -> None:
    with world.serving():
        clinic, home = world.start("clinic"), world.start()
        for _ in range(2):
            look(clinic)
            session.settle(clinic)
        with clinic.reading() as conn:
            newest = list(of_vault(clinic, conn)[0])[-1]
        parcel.put(world.folder().inbox, newest, parcel.get(world.folder("clinic").outbox, newest))
        parcel.put(world.folder().inbox, b"x" * 32, b"nobody can open this")
        assert by_name(fellows(home))["医生"].waiting == 1
        assert by_name(fellows(home))["护理站"].waiting == 0


def test_a_copied_disk_is_seen_by_both_laptops(world: World) -> None:
    world.keep("home", "twin")
    with world.serving():
        home = world.start()
        look(home)
        session.sync(home)
        world.close()
        world.keep("home", "first")
        world.put_back("home", "twin")
        twin = world.start()
        look(twin)
        session.sync(twin)
        assert by_name(fellows(twin))["护理站"].forked
        clinic = world.start("clinic")
        session.sync(clinic)
        assert by_name(fellows(clinic))["护理站"].forked
        # One who goes on stands on both: whoever was put back from a copy has mended it.
        look(twin)
        session.sync(twin)
        joined = by_name(fellows(twin))["护理站"]
        assert (joined.forked, joined.forks) == (False, 1)
        world.close()
        world.put_back("home", "first")
        home = world.start()
        look(home)
        session.sync(home)
        again = by_name(fellows(home))["护理站"]
        assert again.forked
        assert again.forks > joined.forks


def test_branches_are_counted() -> None:
    a, b, c, d, other = (bytes([n]) * 32 for n in range(1, 6))
    assert forks({}) == 0
    assert forks({a: (other,), b: (a,), c: (b, other)}) == 0
    assert forks({a: (), b: (a,), c: (a,)}) == 1
    assert forks({a: (), b: (a,), c: (a,), d: (b, c)}) == 1
    assert forks({a: (), b: ()}) == 1


def test_without_a_county_there_is_nobody(world: World) -> None:
    home = world.start()
    (world.folder().path / "link.json").unlink()
    assert fellows(home) == ()
    assert beside(world.folder()) == ()
