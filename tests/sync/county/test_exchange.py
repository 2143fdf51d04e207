"""One exchange after another with a county over real sockets, on SQLite and on PostgreSQL alike."""

import hashlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from db.identity import new_epoch
from db.journal import EntryRef
from db.versions import RowHeads
from sync import batch, parcel
from sync.county import admin, store
from sync.county.database import open_engine, reading, writing
from sync.county.settings import Settings
from sync.county.tables import RECORD, ROW_VERSION, SET_ASIDE, Device, StoredBatch, core
from sync.county.talk import UNNAMED_BYTES
from sync.directory import Directory
from sync.errors import SignatureWrong
from sync.protocol import MAX_REQUEST, ExchangeAnswer, ExchangeRequest, Hello, authorise
from sync.receipt import digest, verify
from tests.sync.county.members import AT, Member, Said, enrolled

STORED = core(StoredBatch)


def rows(county: Settings, table: Any, *where: Any) -> list[Any]:
    """What the county's database holds."""
    engine = open_engine(county.database_url)
    try:
        with reading(engine) as conn:
            return list(conn.execute(select(table).where(*where)))
    finally:
        engine.dispose()


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


# --- bad input ---------------------------------------------------------------------------------


def test_forged_cut_and_foreign_bytes_are_refused_one_by_one_and_the_sound_batch_is_kept(
    county: Settings, address: str
) -> None:
    laptop = enrolled(county, address)
    data = laptop.batch([laptop.person()])
    forged = data[:100] + bytes([data[100] ^ 1]) + data[101:]
    stranger = Member(address)
    stranger.pair_id = laptop.pair_id
    unknown = stranger.batch([stranger.person()])
    leap = laptop.person()
    sealed = [
        parcel.seal_parcel(forged, [laptop.county.county_age_recipient]),
        parcel.seal_parcel(data[:-40], [laptop.county.county_age_recipient]),
        parcel.seal_parcel(unknown, [laptop.county.county_age_recipient]),
        parcel.seal_parcel(data, [str(laptop.age.to_public())]),
        b"not a parcel",
        parcel.seal_parcel(data, [laptop.county.county_age_recipient]),
    ]
    assert leap.seq == 2

    answer = ExchangeAnswer.decode(laptop.send(ExchangeRequest((), tuple(sealed)).encode()))

    assert dict(answer.refused) == {
        batch.name(forged): "batch_forged",
        batch.name(data[:-40]): "batch_cut",
        batch.name(unknown): "batch_unknown_device",
        hashlib.sha256(sealed[3]).digest(): "parcel_not_for_us",
        hashlib.sha256(sealed[4]).digest(): "parcel_damaged",
    }
    assert answer.heads == (batch.name(data),)
    assert len(rows(county, STORED)) == 1


def test_counters_lifted_out_of_reach_are_refused(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    entry = laptop.person()
    poison = type(entry)(entry.seq, 1 << 40, AT, None, entry.table, entry.row, "insert", entry.values)
    data = laptop.batch([poison])
    assert laptop.exchange([], [data]).refused == ((batch.name(data), "counter_leap"),)


def test_an_entry_that_does_not_fit_is_set_aside_and_the_batch_is_merged(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    person = laptop.person()
    data = laptop.batch([person, laptop.entry("spaceship", {"warp": 9}), laptop.round(person.row, at=1 << 62)])
    answer = laptop.exchange([], [data])
    assert verify(answer.receipt or "", laptop.county.county_sign_public).level == "merged"
    assert [(row.seq, row.reason) for row in rows(county, SET_ASIDE)] == [(2, "unknown_table")]
    assert [row.at for row in rows(county, RECORD["round"])] == [1 << 62]
    assert admin.status(county)[0].set_aside == 1


def test_an_unknown_or_revoked_device_is_refused(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    stranger = Member(address)
    with pytest.raises(Said, match="403 device_unknown"):
        stranger.send(ExchangeRequest(()).encode())
    engine = open_engine(county.database_url)
    with writing(engine) as conn:
        conn.execute(update(core(Device)).values(revoked_at=AT))
    engine.dispose()
    with pytest.raises(Said, match="403 device_revoked"):
        laptop.exchange()


def test_a_request_that_its_device_did_not_sign_is_refused(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    body = ExchangeRequest(()).encode()
    other = ExchangeRequest((), (), 7).encode()
    good = authorise(laptop.device_id, laptop.transport_key, "POST", "/v1/exchange", AT, body)
    thief = authorise(laptop.device_id, laptop.sign_key, "POST", "/v1/exchange", AT, body)
    elsewhere = authorise(laptop.device_id, laptop.transport_key, "POST", "/v1/enrol", AT, body)
    for proof, sent in ((good, other), (thief, body), (elsewhere, body), ("", body), ("x" * 4000, body)):
        with pytest.raises(Said, match="401 signature_wrong"):
            laptop.post("/v1/exchange", sent, **{"Yiyang-Auth": proof})
    assert ExchangeAnswer.decode(laptop.post("/v1/exchange", body, **{"Yiyang-Auth": good})).heads == ()


def test_a_wrong_clock_is_noted_and_refuses_nothing(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    for seconds in (0, 4_070_908_800):
        before = int(time.time())
        answer = laptop.exchange(seconds=seconds)
        [state] = admin.devices(county)
        # Noted when the request came, which may be a second before it was answered.
        assert state.clock_skew_s is not None
        assert before <= seconds - state.clock_skew_s <= answer.time
        assert state.last_seen_at == answer.time


def test_a_body_too_long_is_refused_before_it_is_read(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    for length in (MAX_REQUEST + 1, 10**12):
        with socket.create_connection((host, int(port))) as asking:
            asking.sendall(f"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
            assert asking.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_long_body_of_somebody_who_does_not_say_whose_it_is_is_not_even_read(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as asking:
        head = f"POST /v1/exchange HTTP/1.1\r\nHost: x\r\nContent-Length: {UNNAMED_BYTES + 1}\r\n\r\n"
        asking.sendall(head.encode())
        assert asking.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_does_not_tell_its_length_is_cut_off(address: str) -> None:
    part = bytes(1 << 20)

    def endless() -> Any:
        for _ in range(2 * MAX_REQUEST // len(part)):
            yield part

    with httpx.Client(base_url=address, trust_env=False, timeout=60) as http:
        try:
            response = http.post("/v1/enrol", content=endless())
        except httpx.WriteError:
            return  # cut off while it was still talking
    assert response.status_code == 413


def test_what_is_not_served_is_said_in_one_word(address: str) -> None:
    for path in ("/", "/v2/exchange", "/docs", "/openapi.json"):
        with pytest.raises(Said, match="404 not_served"):
            Member(address).post(path, b"")


def test_a_receipt_is_no_directory_and_another_key_signs_nothing(county: Settings, address: str) -> None:
    laptop = enrolled(county, address)
    answer = laptop.exchange()
    public = laptop.county.county_sign_public
    with pytest.raises(SignatureWrong):
        Directory.read(answer.receipt or "", public)
    with pytest.raises(SignatureWrong):
        verify(answer.directory or "", public)
    with pytest.raises(SignatureWrong):
        verify(answer.receipt or "", bytes(32))


def test_hello_and_health(county: Settings, address: str) -> None:
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as http:
        hello = Hello.decode(http.get("/v1/hello").content)
        assert http.get("/healthz").text == "ok"
    assert hello.name == county.name == "青川县"


# --- workers and crashes ----------------------------------------------------------------------


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
