"""Joining a county by a one-time code."""

from uuid import UUID

import pytest
from sqlalchemy import update

from sync import codes
from sync.codes import check_county
from sync.county import admin
from sync.county.database import open_engine, writing
from sync.county.errors import PairNameWrong
from sync.county.serving import running
from sync.county.settings import Settings
from sync.county.tables import EnrolCode, core
from sync.directory import Directory
from sync.errors import CountyLies
from tests.sync.county.members import Member, Said, enrolled


def test_the_first_laptop_brings_its_pair_and_the_next_joins_it(county: Settings, address: str) -> None:
    first = Member(address)
    answer = first.enrol(admin.new_code(county, "石桥"), first.pair_id)
    assert (answer.pair_id, answer.pair_name, answer.county_name) == (first.pair_id, "石桥", "青川县")
    second = Member(address, "二号机")
    assert second.enrol(admin.new_code(county, "石桥"), None).pair_id == first.pair_id

    listed = Directory.read(second.county.directory, second.county.county_sign_public)
    before = Directory.read(first.county.directory, first.county.county_sign_public)
    assert listed.pair_id == first.pair_id
    assert listed.version != before.version
    assert {(each.id, each.name, each.revoked) for each in listed.devices} == {
        (first.device_id, "一号机", False),
        (second.device_id, "二号机", False),
    }
    assert {state.name for state in admin.devices(county)} == {"一号机", "二号机"}


def test_a_code_tells_the_county_that_gave_it_from_any_other(county: Settings, address: str) -> None:
    code = admin.new_code(county, "石桥")
    mine = enrolled(county, address).county.county_sign_public
    check_county(code, mine)
    check_county(code.lower().replace("-", " ").replace("0", "o").replace("1", "l"), mine)
    with pytest.raises(CountyLies):
        check_county(code, bytes(32))


def test_a_code_works_once(county: Settings, address: str) -> None:
    code = admin.new_code(county, "石桥")
    first = Member(address)
    first.enrol(code, first.pair_id)
    with pytest.raises(Said, match="403 code_used"):
        Member(address).enrol(code, None)
    assert len(admin.devices(county)) == 1


def test_a_laptop_whose_answer_was_lost_may_ask_again(county: Settings, address: str) -> None:
    code = admin.new_code(county, "石桥")
    first = Member(address)
    assert first.enrol(code, first.pair_id).pair_id == first.enrol(code, first.pair_id).pair_id
    assert len(admin.devices(county)) == 1
    first.transport_key = bytes(range(32))
    with pytest.raises(Said, match="409 device_known"):
        first.enrol(code, first.pair_id)


def test_an_old_code_does_not_work(county: Settings, address: str) -> None:
    code = admin.new_code(county, "石桥")
    engine = open_engine(county.database_url)
    with writing(engine) as conn:
        conn.execute(update(core(EnrolCode)).values(expires_at=1))
    engine.dispose()
    with pytest.raises(Said, match="403 code_expired"):
        Member(address).enrol(code, None)


def test_a_wrong_code_does_not_work(address: str) -> None:
    for typed in ("", "ABCD", "0000-0000-0000-0000", "请开门", "U" * 16):
        with pytest.raises(Said, match="403 code_wrong"):
            Member(address).enrol(typed, None)


def test_a_code_of_another_pair_opens_no_other(county: Settings, address: str) -> None:
    first = enrolled(county, address)
    stranger = Member(address)
    code = admin.new_code(county, "青龙")
    with pytest.raises(Said, match="409 pair_differs"):
        stranger.enrol(code, first.pair_id)
    with pytest.raises(Said, match="409 pair_unknown"):
        stranger.enrol(code, None)
    with pytest.raises(Said, match="409 pair_differs"):
        Member(address).enrol(admin.new_code(county, "石桥"), UUID(int=7))
    # A refusal uses nothing up.
    assert stranger.enrol(code, stranger.pair_id).pair_id == stranger.pair_id


def test_guessing_is_slow(county: Settings) -> None:
    right = admin.new_code(county, "石桥")
    with running(county) as url:
        for _ in range(county.guesses_per_minute):
            with pytest.raises(Said, match="403 code_wrong"):
                Member(url).enrol("0000-0000-0000-0000", None)
        with pytest.raises(Said, match="429 too_many_guesses"):
            Member(url).enrol(right, None)


def test_codes_are_kept_as_hashes_only(county: Settings) -> None:
    code = admin.new_code(county, "石桥")
    engine = open_engine(county.database_url)
    with writing(engine) as conn:
        rows = repr(conn.execute(core(EnrolCode).select()).all())
    engine.dispose()
    assert codes.normal(code) not in rows
    assert code[:9] not in rows


def test_a_pair_needs_a_name(county: Settings) -> None:
    for name in ("", "  ", "桥" * 81, "a\nb"):
        with pytest.raises(PairNameWrong):
            admin.new_code(county, name)


def test_a_message_that_is_none_is_refused_in_one_word(address: str) -> None:
    for body in (b"", b"\xc1", b"\x93\x01\x02\x03", b"\x80", b"\xdf\xff\xff\xff\xff", b"\x91" * 5000):
        with pytest.raises(Said, match="400 message_malformed"):
            Member(address).post("/v1/enrol", body)
