"""One exchange after another with a county over real sockets, on SQLite and on PostgreSQL alike."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from db.identity import new_epoch
from db.journal import EntryRef
from db.versions import RowHeads
from sync import batch
from sync.county import admin, store
from sync.county.database import open_engine, reading
from sync.county.settings import Settings
from sync.county.tables import RECORD, ROW_VERSION, SET_ASIDE, StoredBatch, core
from sync.directory import Directory
from sync.protocol import ExchangeAnswer, ExchangeRequest
from sync.receipt import digest, verify
from tests.sync.county.held import rows
from tests.sync.county.members import AT, enrolled

STORED = core(StoredBatch)


def test_what_is_pushed_is_signed_for_and_stands_in_the_tables(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    person = laptop.person(allergies='[{"to": "青霉素"}]', birth=None)
    data = laptop.batch([person, *(laptop.round(person.row, note=f"第{n}次", water_ml=n) for n in range(50))])

    answer = laptop.exchange([batch.name(data)], [data])

    assert answer.heads == (batch.name(data),)
    assert (answer.refused, answer.batches, answer.more) == ((), (), False)
    receipt = verify(answer.receipt or "", laptop.county.county_sign_public)
    assert (receipt.pair, receipt.device) == (laptop.pair_id, laptop.device_id)
    assert (receipt.entries, receipt.batches, receipt.level) == (51, 1, "merged")
    assert receipt.digest == digest([batch.name(data)])
    assert (receipt.heads, receipt.last, receipt.last_seq) == ((batch.name(data),), batch.name(data), 51)

    [held] = rows(county, RECORD["person"])
    assert (held.pair_id, held.id, held.name, held.birth) == (laptop.pair_id, person.row, "李秀英", None)
    rounds = rows(county, RECORD["round"])
    assert {(row.note, row.water_ml, row.unremarkable) for row in rounds} == {(f"第{n}次", n, False) for n in range(50)}
    [stored] = rows(county, STORED)
    assert bytes(stored.body) == data
    [state] = admin.status(county)
    assert (state.name, state.devices, state.entries, state.batches) == ("石桥", 1, 51, 1)
    assert (state.unmerged, state.set_aside, state.contested) == (0, 0, 0)


def test_nothing_new_is_one_request_under_a_kilobyte_and_changes_nothing(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    data = laptop.batch([laptop.person()])
    first = laptop.exchange([], [data])
    held = verify(first.receipt or "", laptop.county.county_sign_public)
    version = Directory.read(laptop.county.directory, laptop.county.county_sign_public).version
    before = rows(county, STORED)

    request = ExchangeRequest((batch.name(data),), (), 1 << 20, version, held.digest).encode()
    answer = laptop.send(request)

    assert len(request) + len(answer) < 500
    told = ExchangeAnswer.decode(answer)
    assert (told.heads, told.receipt, told.directory, told.batches) == ((batch.name(data),), None, None, ())
    assert rows(county, STORED) == before


def test_sending_anything_again_changes_nothing(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    person = laptop.person()
    first = laptop.batch([person])
    second = laptop.batch([laptop.edit(person, {"phone": "1"}, EntryRef(laptop.epoch, 1))], [batch.name(first)])
    third = laptop.batch([laptop.edit(person, {"phone": "2"}, EntryRef(laptop.epoch, 2))], [batch.name(second)])
    laptop.exchange([], [first])
    laptop.exchange([], [second, third])
    before = [rows(county, table) for table in (STORED, RECORD["person"], ROW_VERSION)]

    again = laptop.exchange([], [third, first, second, second])

    assert again.refused == ()
    assert [rows(county, table) for table in (STORED, RECORD["person"], ROW_VERSION)] == before
    receipt = verify(again.receipt or "", laptop.county.county_sign_public)
    assert (receipt.batches, receipt.digest) == (3, digest(map(batch.name, (first, second, third))))


def test_batches_in_one_request_may_come_in_any_order(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    chain = [laptop.batch([laptop.person()])]
    for _ in range(4):
        chain.append(laptop.batch([laptop.person()], [batch.name(chain[-1])]))
    answer = laptop.exchange([], list(reversed(chain)))
    assert (answer.refused, answer.heads) == ((), (batch.name(chain[-1]),))
    assert len(rows(county, RECORD["person"])) == 5


def test_a_batch_whose_parents_are_not_here_is_refused_and_taken_when_they_are(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    first = laptop.batch([laptop.person()])
    second = laptop.batch([laptop.person()], [batch.name(first)])
    answer = laptop.exchange([], [second])
    assert answer.refused == ((batch.name(second), "parents_missing"),)
    assert answer.heads == ()
    assert laptop.exchange([], [first, second]).heads == (batch.name(second),)


def test_a_second_laptop_pulls_the_whole_record_in_parts(county: Settings, address: str) -> None:
    first = enrolled(county, address)
    chain = [first.batch([first.person()])]
    for _ in range(5):
        chain.append(first.batch([first.person() for _ in range(20)], [batch.name(chain[-1])]))
    first.exchange([], chain)

    second = enrolled(county, address, like=first)
    pulled: list[bytes] = []
    more = True
    while more:
        answer = second.exchange([batch.name(data) for data in pulled[-1:]], take_bytes=1500)
        assert len(answer.batches) >= 1
        pulled += second.opened(answer)
        more = answer.more

    assert pulled == chain
    keys = {
        each.id: each.sign_public
        for each in Directory.read(second.county.directory, second.county.county_sign_public).devices
    }
    assert [batch.read(data, keys.get).header.device for data in pulled] == [first.device_id] * 6
    assert second.exchange([batch.name(chain[-1])]).batches == ()
    # A batch larger than what was asked for still gets there.
    assert second.opened(second.exchange(take_bytes=0)) == chain[:1]


def test_a_laptop_learns_of_new_devices_and_hands_on_what_the_dead_one_left(county: Settings, address: str) -> None:
    first = enrolled(county, address)
    lost = first.batch([first.person()])
    second = enrolled(county, address, like=first)
    old, new = (
        Directory.read(each.county.directory, each.county.county_sign_public).version for each in (first, second)
    )
    assert first.exchange(directory_version=old).directory is not None
    assert first.exchange(directory_version=new).directory is None

    answer = second.exchange([], [lost])

    assert answer.heads == (batch.name(lost),)
    assert verify(answer.receipt or "", second.county.county_sign_public).batches == 0
    receipt = verify(first.exchange().receipt or "", first.county.county_sign_public)
    assert (receipt.batches, receipt.digest) == (1, digest([batch.name(lost)]))


def test_edits_made_apart_meet_at_the_county(county: Settings, address: str) -> None:
    first = enrolled(county, address)
    second = enrolled(county, address, like=first)
    person = first.person()
    born = first.batch([person])
    saw = EntryRef(first.epoch, 1)
    one = first.batch([first.edit(person, {"allergies": '["青霉素"]', "phone": "1"}, saw)], [batch.name(born)])
    second.seq = 8
    other = second.batch([second.edit(person, {"allergies": '["磺胺"]'}, saw)], [batch.name(born)])
    first.exchange([], [born, one])
    answer = second.exchange([], [other])

    assert set(answer.heads) == {batch.name(one), batch.name(other)}
    [row] = rows(county, RECORD["person"])
    assert (row.allergies, row.phone) == ('["青霉素", "磺胺"]', "1")
    [version] = rows(county, ROW_VERSION)
    assert RowHeads.decode(bytes(version.heads)).contested == ("allergies",)
    assert admin.status(county)[0].contested == 1


def test_two_pairs_never_see_each_other(county: Settings, address: str) -> None:
    here, there = enrolled(county, address, "石桥"), enrolled(county, address, "青龙")
    data = here.batch([here.person()])
    here.exchange([], [data])
    foreign = there.batch([there.person()], pair=here.pair_id)

    answer = there.exchange([], [data, foreign])

    assert (answer.heads, answer.batches) == ((), ())
    assert dict(answer.refused) == {
        batch.name(data): "batch_unknown_device",
        batch.name(foreign): "pair_foreign",
    }
    assert len(rows(county, RECORD["person"])) == 1


def test_the_same_row_id_in_two_pairs_is_two_rows(county: Settings, address: str) -> None:
    here, there = enrolled(county, address, "石桥"), enrolled(county, address, "青龙")
    there.epoch = here.epoch
    here.exchange([], [here.batch([here.person(name="甲")])])
    there.exchange([], [there.batch([there.person(name="乙")])])
    assert {(row.pair_id, row.name) for row in rows(county, RECORD["person"])} == {
        (here.pair_id, "甲"),
        (there.pair_id, "乙"),
    }
    assert rows(county, SET_ASIDE) == []


def test_the_same_batches_pushed_at_once_are_stored_and_merged_once(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    person = laptop.person()
    chain = [laptop.batch([person])]
    for n in range(6):
        entries = [laptop.edit(person, {"phone": str(n)}, EntryRef(laptop.epoch, n + 1))]
        chain.append(laptop.batch(entries, [batch.name(chain[-1])]))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: laptop.exchange([], chain), range(4)))

    assert [answer.refused for answer in answers] == [()] * 4
    assert {answer.heads for answer in answers} == {(batch.name(chain[-1]),)}
    assert len(rows(county, STORED)) == 7
    [row] = rows(county, RECORD["person"])
    assert row.phone == "5"
    [version] = rows(county, ROW_VERSION)
    assert RowHeads.decode(bytes(version.heads)).contested == ()
    last = laptop.exchange()
    assert verify(last.receipt or "", laptop.county.county_sign_public).entries == 7


def test_a_batch_that_was_stored_but_not_merged_is_merged_next_time(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    data = laptop.batch([laptop.person()])
    engine = open_engine(county.database_url)
    assert store.store(engine, batch.unseal(data), AT) is None
    assert rows(county, RECORD["person"]) == []
    assert store.receipt(engine, laptop.pair_id, laptop.device_id, AT).level == "received"
    assert admin.status(county)[0].unmerged == 1

    answer = laptop.exchange()

    assert verify(answer.receipt or "", laptop.county.county_sign_public).level == "merged"
    assert len(rows(county, RECORD["person"])) == 1
    assert store.merge_one(engine, laptop.pair_id, batch.name(data), AT) is False
    engine.dispose()


def test_a_copy_of_a_laptop_shows_as_two_heads_and_loses_nothing(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    base = laptop.batch([laptop.person()])
    one = laptop.batch([laptop.person()], [batch.name(base)])
    laptop.epoch, laptop.seq, laptop.rows = new_epoch(AT), 0, 0
    other = laptop.batch([laptop.person()], [batch.name(base)])
    answer = laptop.exchange([], [base, one, other])
    receipt = verify(answer.receipt or "", laptop.county.county_sign_public)
    assert set(receipt.heads) == {batch.name(one), batch.name(other)}
    assert len(rows(county, RECORD["person"])) == 3


def test_entries_sealed_twice_after_a_restore_are_merged_once(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    person = laptop.person()
    edits = [laptop.edit(person, {"phone": str(n)}, EntryRef(laptop.epoch, n)) for n in (1, 2, 3)]
    whole, again = laptop.batch([person, *edits]), laptop.batch([person, *edits[:2]])
    answer = laptop.exchange([], [whole, again])
    assert answer.refused == ()
    [row] = rows(county, RECORD["person"])
    assert row.phone == "3"
    [version] = rows(county, ROW_VERSION)
    assert RowHeads.decode(bytes(version.heads)).contested == ()
    assert rows(county, SET_ASIDE) == []


def test_the_answer_never_depends_on_how_many_batches_the_laptop_has_not_sent(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    first = laptop.batch([laptop.person()])
    laptop.exchange([], [first])
    unsent = laptop.batch([laptop.person()], [batch.name(first)])
    answer = laptop.exchange([batch.name(unsent), batch.name(first)])
    assert (answer.batches, answer.heads) == ((), (batch.name(first),))
    engine = open_engine(county.database_url)
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(STORED)).scalar_one() == 1
    engine.dispose()
