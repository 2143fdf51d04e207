"""What county IT must look at stands first: clones, what was refused and why, who is away, whose clock is wrong."""

from dataclasses import replace

import pytest

from db.journal import SCHEMA, EntryRef
from sync import batch, jws
from sync.county import revoke
from sync.county.attention import KINDS, Attention, attention
from sync.county.settings import Settings
from sync.protocol import OLDEST_PROGRAM, PROGRAM, ExchangeRequest
from tests.sync.county.members import AT, Member, Said, enrolled

DAY = 86400


def kinds(county: Settings, now: int) -> list[tuple[str, str]]:
    """What is told of the pair, and of which laptop."""
    return [(each.kind, each.laptop) for each in attention(county, now) if each.pair_name == "石桥"]


@pytest.fixture
def now(county: Settings, address: str) -> int:
    """The county's time: that of its last answer."""
    return enrolled(county, address, pair="先来").exchange(seconds=AT).time


def test_a_county_where_all_is_well_says_nothing(county: Settings, address: str, now: int) -> None:
    member = enrolled(county, address)
    member.exchange(batches=[member.batch([member.person()])], seconds=now)
    assert [each for each in attention(county, now) if each.pair_name == "石桥"] == []


def test_who_is_away_and_whose_clock_is_wrong(county: Settings, address: str, now: int) -> None:
    member = enrolled(county, address)
    enrolled(county, address, like=member)
    member.exchange(seconds=now - 700)
    of_pair = [each for each in attention(county, now + 4 * DAY) if each.pair_name == "石桥"]
    assert [(each.kind, each.laptop) for each in of_pair] == [
        ("skewed", "一号机"), ("absent", "一号机"), ("never_seen", "二号机"),
    ]  # fmt: skip
    assert abs(of_pair[0].count + 700) <= 60
    assert abs(of_pair[1].count - 4 * DAY) <= 60
    member.exchange(seconds=now)
    assert ("long_absent", "一号机") in kinds(county, now + 15 * DAY)
    # Of a revoked one nobody wonders where it is.
    revoke.revoke(county, member.device_id)
    assert ("long_absent", "一号机") not in kinds(county, now + 15 * DAY)


def test_clones_conflicts_and_what_does_not_fit(county: Settings, address: str, now: int) -> None:
    member = enrolled(county, address)
    person = member.person()
    first = member.batch([person])
    saw = EntryRef(member.epoch, person.seq)
    one = member.batch([member.edit(person, {"phone": "1"}, saw)], [batch.name(first)])
    other = member.batch([member.edit(person, {"phone": "2"}, saw), member.entry("nothing", {})], [batch.name(first)])
    member.exchange(batches=[first, one, other], seconds=now)
    found = [each for each in attention(county, now) if each.pair_name == "石桥"]
    assert [each.kind for each in found] == ["fork", "set_aside", "contested"]
    assert (found[0].laptop, found[0].count) == ("一号机", 2)
    assert set(found[0].detail.split()) == {batch.name(data).hex()[:12] for data in (one, other)}
    assert found[1:] == [
        Attention("set_aside", "石桥", count=1, detail="unknown_table"),
        Attention("contested", "石桥", count=1),
    ]


def test_what_waits_refused_names_the_batches_for_the_decision(county: Settings, address: str, now: int) -> None:
    lost = enrolled(county, address)
    other = enrolled(county, address, like=lost)
    late = lost.batch([lost.person(), lost.person()])
    on_it = other.batch([other.person()], [batch.name(late)])
    revoke.revoke(county, lost.device_id)
    other.exchange(batches=[late, on_it], seconds=now)
    found = [each for each in attention(county, now) if each.kind == "refused"]
    assert [(each.laptop, each.count, each.detail) for each in found] == [
        ("一号机", 2, f"device_revoked_since {batch.name(late).hex()[:12]}"),
        ("二号机", 1, f"stands_on_refused {batch.name(on_it).hex()[:12]}"),
    ]
    revoke.revoke(county, lost.device_id, found[0].detail.split()[1])
    assert [each for each in attention(county, now) if each.kind == "refused"] == []


def asked(member: Member, seconds: int, program: int = PROGRAM, schema: int = SCHEMA) -> None:
    """Ask as another program does."""
    member.send(ExchangeRequest((), program=program, schema=schema).encode(), seconds)


def test_programs_too_old_are_refused_in_words_and_both_kinds_are_told(
    county: Settings, address: str, now: int
) -> None:
    member = enrolled(county, address)
    with pytest.raises(Said) as said:
        asked(member, now, program=OLDEST_PROGRAM - 1)
    assert (said.value.status, said.value.problem.code) == (426, "laptop_too_old")
    assert said.value.problem.facts == {"program": OLDEST_PROGRAM - 1, "oldest": OLDEST_PROGRAM}
    assert ("too_old", "一号机") in kinds(county, now)
    asked(member, now, schema=SCHEMA + 3)
    [found] = [each for each in attention(county, now) if each.laptop == "一号机" and each.pair_name == "石桥"]
    assert (found.kind, found.count) == ("newer_schema", SCHEMA + 3)


def test_what_only_a_newer_program_reads_is_stored_and_told(county: Settings, address: str, now: int) -> None:
    member = enrolled(county, address)
    newer = of_a_newer_program(member)
    on_it = member.batch([member.person()], [batch.name(newer)])
    answer = member.exchange(batches=[newer, on_it], seconds=now)
    assert answer.refused == ()
    assert set(answer.heads) == {batch.name(on_it)}
    [found] = [each for each in attention(county, now + 2 * 3600) if each.kind == "stuck"]
    assert (found.count, found.detail) == (2, f"batch_too_new {batch.name(newer).hex()[:12]}")
    assert found.kind in KINDS


def of_a_newer_program(member: Member) -> bytes:
    """A batch in a layout that this program does not know, soundly signed."""
    said = member.batch([member.person()])
    head = batch._pack_header(replace(batch.unseal(said).header, codec="columns-9"))
    body = b"laid out otherwise"
    signed = b"".join((batch.MAGIC, len(head).to_bytes(4, "big"), head, len(body).to_bytes(4, "big"), body))
    return signed + jws.sign_detached(signed, member.sign_key, member.device_id.hex).encode()
