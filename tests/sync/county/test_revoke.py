"""A laptop is lost: what it sent until then stands everywhere, what is signed with its key later stands nowhere."""

import pytest

from db.identity import short
from sync import batch, graph
from sync.county import admin, revoke
from sync.county.settings import Settings
from sync.directory import Directory
from sync.revoked import STRIDE, judge, marks
from tests.sync.county.members import Member, Said, enrolled


def lost_and_found(county: Settings, url: str) -> tuple[Member, Member, bytes, list[bytes]]:
    """A laptop that sent one batch, another of its pair, the batch, and two that the first signed afterwards."""
    lost = enrolled(county, url)
    other = enrolled(county, url, like=lost)
    first = lost.batch([lost.person()])
    assert lost.exchange(batches=[first]).refused == ()
    second = lost.batch([lost.person(name="赵明")], [batch.name(first)])
    third = lost.batch([lost.person(name="钱进")], [batch.name(second)])
    return lost, other, first, [second, third]


def listed(member: Member) -> Directory:
    """The list of devices as the county gives it out now."""
    said = member.exchange().directory
    assert said is not None
    return Directory.read(said, member.county.county_sign_public)


def test_what_the_county_holds_stands_and_what_comes_later_is_refused_whoever_brings_it(
    county: Settings, address: str
) -> None:
    lost, other, first, later = lost_and_found(county, address)
    version = listed(other).version
    done = revoke.revoke(county, lost.device_id)
    assert (done.name, done.batches, done.entries, done.taken_in, done.aside) == ("一号机", 1, 1, 0, ())
    with pytest.raises(Said) as said:
        lost.exchange(batches=later)
    assert (said.value.status, said.value.problem.code) == (403, "device_revoked")

    now = listed(other)
    assert now.version != version
    [entry] = [each for each in now.devices if each.id == lost.device_id]
    assert (entry.revoked, entry.until) == (True, (batch.name(first),))

    on_it = other.batch([other.person(name="孙丽")], [batch.name(later[1])])
    beside = other.batch([other.person(name="李娜")], [batch.name(first)])
    answer = other.exchange(batches=[on_it, *later, beside])
    assert dict(answer.refused) == {
        batch.name(later[0]): "device_revoked_since",
        batch.name(later[1]): "device_revoked_since",
        batch.name(on_it): "stands_on_refused",
    }
    # What is refused stops nothing.
    assert batch.name(beside) in answer.heads
    assert [each.code for each in revoke.find(county, "一号机").aside] == ["device_revoked_since"] * 2
    # Again and again: it is kept once.
    other.exchange(batches=[on_it, *later])
    assert len(revoke.find(county, "一号机").aside) == 2


def test_what_waits_aside_is_let_in_after_somebody_looked_at_it(county: Settings, address: str) -> None:
    lost, other, _, later = lost_and_found(county, address)
    fourth = lost.batch([lost.person(name="吴用")], [batch.name(later[1])])
    on_it = other.batch([other.person(name="孙丽")], [batch.name(later[1])])
    revoke.revoke(county, lost.device_id)
    other.exchange(batches=[*later, fourth, on_it])

    done = revoke.revoke(county, lost.device_id, batch.name(later[1]).hex()[:12])
    assert (done.taken_in, done.batches, [each.name for each in done.aside]) == (3, 3, [batch.name(fourth)])
    answer = other.exchange()
    assert set(answer.heads) == {batch.name(on_it)}
    [pair] = admin.status(county)
    assert (pair.entries, pair.unmerged) == (4, 0)
    # What it signed after that is refused as before.
    assert other.exchange(batches=[fourth]).refused == ((batch.name(fourth), "device_revoked_since"),)
    again = revoke.revoke(county, lost.device_id)
    assert (again.revoked_at, again.batches) == (done.revoked_at, 3)


def test_a_laptop_that_is_found_again_belongs_to_its_pair(county: Settings, address: str) -> None:
    lost, other, _, later = lost_and_found(county, address)
    revoke.revoke(county, lost.device_id)
    other.exchange(batches=later[:1])
    done = revoke.undo(county, lost.device_id)
    assert (done.revoked_at, done.taken_in, done.aside) == (None, 1, ())
    assert lost.exchange(batches=later).refused == ()
    assert [each.revoked for each in listed(other).devices] == [False, False]
    assert set(other.exchange().heads) == {batch.name(later[1])}


def test_a_laptop_is_named_by_its_name_or_the_end_of_its_id(county: Settings, address: str) -> None:
    lost, other, _, _ = lost_and_found(county, address)
    tail = short(lost.device_id)
    assert tail != short(other.device_id)
    for asked in ("一号机", tail, tail.upper(), lost.device_id.hex):
        assert revoke.find(county, asked).device_id == lost.device_id
    for asked in ("三号机", tail[:5], ""):
        with pytest.raises(revoke.DeviceUnknown):
            revoke.find(county, asked)
    namesake = enrolled(county, address, pair="别处")
    with pytest.raises(revoke.DeviceAmbiguous):
        revoke.find(county, "一号机")
    assert revoke.find(county, "一号机", "别处").device_id == namesake.device_id
    assert revoke.find(county, "二号机", "石桥").device_id == other.device_id


def test_what_is_held_already_cannot_be_taken_back_by_a_list(county: Settings, address: str) -> None:
    lost, _, first, later = lost_and_found(county, address)
    lost.exchange(batches=later)
    with pytest.raises(revoke.UntilTooEarly):
        revoke.revoke(county, lost.device_id, batch.name(first).hex())
    assert revoke.find(county, "一号机").revoked_at is None
    for nothing in ("abcdef0123", batch.name(first).hex()[:3], ""):
        with pytest.raises(revoke.BatchNotFound):
            revoke.revoke(county, lost.device_id, nothing)
    revoke.revoke(county, lost.device_id, batch.name(later[1]).hex())
    with pytest.raises(Said):
        lost.exchange()


def test_years_of_a_lost_laptop_are_told_from_what_came_after_while_they_are_pulled() -> None:
    """A new laptop has 2,000 parcels in its inbox at most: it can judge each stretch by the marks in it."""
    names = [number.to_bytes(32, "big") for number in range(4000)]
    nodes = {name: tuple(names[at - 1 : at]) if at else () for at, name in enumerate(names)}
    found = marks([(at, name, nodes[name]) for at, name in enumerate(names)])
    assert len(found) == 4000 / STRIDE
    assert found[-1] == names[-1]
    assert graph.ancestors(nodes, found) == set(names)


def test_the_judge_waits_for_what_the_county_named(county: Settings, address: str) -> None:
    lost, other, first, later = lost_and_found(county, address)
    lost.exchange(batches=later[:1])
    revoke.revoke(county, lost.device_id)
    directory = listed(other)
    nodes = {batch.name(data): batch.unseal(data).header.parents for data in (first, *later)}
    names = [batch.name(data) for data in (first, *later)]
    partly = judge(directory, {names[0]: nodes[names[0]], names[2]: nodes[names[2]]})
    assert [partly(lost.device_id, name) for name in names] == [None, True, None]
    whole = judge(directory, nodes)
    assert [whole(lost.device_id, name) for name in names] == [True, True, False]
    assert whole(other.device_id, names[2]) is True
