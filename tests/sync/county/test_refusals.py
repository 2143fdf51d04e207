"""What the county refuses, each with its code and with nothing lost: forged, foreign, too long, unknown."""

import hashlib
import socket
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from sync import batch, parcel
from sync.county import admin
from sync.county.database import open_engine, writing
from sync.county.settings import Settings
from sync.county.tables import RECORD, SET_ASIDE, Device, StoredBatch, core
from sync.county.talk import UNNAMED_BYTES
from sync.directory import Directory
from sync.errors import SignatureWrong
from sync.protocol import MAX_REQUEST, ExchangeAnswer, ExchangeRequest, Hello, authorise
from sync.receipt import verify
from tests.sync.county.held import rows
from tests.sync.county.members import AT, Member, Said, enrolled

STORED = core(StoredBatch)


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
