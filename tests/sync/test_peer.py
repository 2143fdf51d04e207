"""Two laptops in one room: real sockets, both prove who they are, nobody else learns or changes anything."""

import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from db.store import Store
from db.tables import CatalogueItem
from sync import parcel, session, statements
from sync.county import keys
from sync.county.admin import new_code
from sync.county.catalogue_file import CatalogueFile, Item
from sync.county.publish import publish
from sync.directory import Directory
from sync.enrol import enrol
from sync.errors import NotEnrolled, PeerNotFound, PeerRefused, PeerStrange, PeerUnreachable
from sync.inbox import take_in
from sync.nearby import peer
from sync.nearby.discovery import Found, announced, find, locate
from sync.nearby.meeting import meet_open
from sync.nearby.peer import PATH, PROOF_HEADER, landmarks, meet
from sync.nearby.peer_answer import Visit
from sync.nearby.peer_serve import Shared, sharing
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from sync.protocol import AUTH_HEADER, MEDIA_TYPE, ExchangeAnswer, ExchangeRequest, Problem, authorise
from sync.sticks.by_stick import export
from tests.sync.by_hand import THIRD, third_laptop
from tests.sync.county_tables import rows_of
from tests.sync.impostor import Reply, answering
from tests.sync.worlds import PAIR, World, look, looks

HERE = ["127.0.0.1"]


def share(store: Store, **more: Any) -> Any:
    """The laptop shares on this machine alone, at any port."""
    return sharing(store, host="127.0.0.1", port=0, **more)


def at(shared: Shared) -> str:
    """Where it is found."""
    return shared.addresses[0]


def relist(world: World, who: UUID, **differs: object) -> str:
    """A newer list of devices in which one stands otherwise, signed by the county."""
    link, county = world.folder().link(), keys.load(world.county.folder)
    known = Directory.read(link.directory, link.county_public)
    devices = tuple(replace(each, **differs) if each.id == who else each for each in known.devices)  # type: ignore[arg-type]
    return replace(known, devices=devices, at=known.at + 1).sign(county.sign, county.kid)


# --- what is carried ----------------------------------------------------------------------------------


def test_two_laptops_without_a_county_hold_the_same_record_after_one_meeting(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = {look(home), look(clinic), look(home)}
    visits: list[Visit] = []
    with share(home, told=visits.append) as shared:
        met = meet_open(clinic, at(shared))
    assert looks(home) == looks(clinic) == done
    assert differences(home) == differences(clinic) == {}
    assert (met.meeting.peer.id, met.meeting.peer.name) == (home.device_id, "护理站")
    assert {visit.name for visit in visits} == {"医生"}
    assert (sum(visit.given for visit in visits), sum(visit.brought for visit in visits)) == (
        met.meeting.received,
        met.meeting.sent,
    )


def test_what_the_county_wrote_is_taken_from_a_laptop_too(world: World) -> None:
    """Refused, it would keep back all that was written after it."""
    home, clinic = world.start(), world.start("clinic")
    publish(world.county, CatalogueFile("药品", "1", (Item("A", "药A", "{}"),)))
    with world.serving():
        session.sync(clinic)
    done = look(clinic)
    with share(home) as shared:
        met = meet_open(clinic, at(shared))
    assert met.meeting.refused == 0
    assert looks(home) == {done}
    assert [row[2] for row in rows_of(home, None, CatalogueItem)] == ["A"]


def test_a_laptop_that_came_back_with_another_key_is_known_to_its_partners_again(world: World) -> None:
    """And the key that it had before, which may be in other hands, opens no door any more."""
    home, clinic = world.start(), world.start("clinic")
    with world.serving() as url:
        enrol(clinic, url, new_code(world.county, PAIR), pair_name=PAIR, laptop="医生")
        session.sync(home)
        session.sync(clinic)
    done = look(clinic)
    with share(home) as shared:
        meet_open(clinic, at(shared))
    assert looks(home) == {done}


def test_a_closed_laptop_asks_too_and_merges_at_its_next_opening(world: World) -> None:
    clinic = world.start("clinic")
    in_clinic = look(clinic)
    session.settle(clinic)
    world.close()
    home = world.start()
    at_home = look(home)
    with share(home) as shared:
        meeting = meet(world.folder("clinic"), at(shared))
        assert (meeting.sent > 0, meeting.received > 0, meeting.lacking) == (True, True, 0)
        assert looks(home) == {in_clinic, at_home}
    clinic = world.start("clinic")
    take_in(clinic, world.folder("clinic"))
    assert looks(clinic) == {in_clinic, at_home}


def test_only_what_the_other_lacks_is_carried_and_nothing_a_second_time(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    for store in (home, clinic):
        for _ in range(5):
            look(store)
            session.settle(store)
    with share(home) as shared:
        first = meet_open(clinic, at(shared)).meeting
        again = meet_open(clinic, at(shared)).meeting
    assert (first.sent, first.received) == (5, 5)
    assert (again.sent, again.received, again.requests) == (0, 0, 1)


def test_a_meeting_says_nothing_of_the_county_but_what_the_county_signed(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    look(clinic)
    with share(home) as shared:
        meet_open(clinic, at(shared))
        assert standing(clinic).at_county < standing(clinic).total
        assert parcel.names(world.folder("clinic").outbox) != []
        # Home meets the county and comes back: clinic learns from it what is there, by the county's own word.
        with world.serving():
            session.sync(home)
        assert meet_open(clinic, at(shared)).meeting.statements == 1
    assert standing(clinic).unsent == 0


def test_receipts_reach_a_laptop_that_never_meets_the_county_through_its_partner(world: World) -> None:
    from tests.sync.by_hand import at_the_county, stick_of, take_off

    village = third_laptop(world)
    home = world.start()
    with share(home) as shared:
        # Home does not know the third laptop: the list on which it stands comes with its question.
        meet_open(village, at(shared))
        done = {look(village), look(home)}
        meet_open(village, at(shared))
        assert looks(home) == looks(village) == done
        stick_ = stick_of(world)
        export(home, stick_, int(time.time()))
        at_the_county(world, stick_)
        take_off(home, stick_)
        assert meet_open(village, at(shared)).meeting.statements > 0
    found = standing(village)
    assert (found.unsent, found.agrees) == (0, True)
    assert parcel.names(world.folder(THIRD).outbox) == []


def test_whoever_carries_anothers_work_to_the_county_brings_its_receipt_back(world: World) -> None:
    village = third_laptop(world)
    home = world.start()
    with share(home) as shared:
        meet_open(village, at(shared))
        done = look(village)
        meet_open(village, at(shared))
        with world.serving():
            session.sync(home)
            assert done in world.at_county(home)
        assert standing(village).unsent > 0
        meet_open(village, at(shared))
    found = standing(village)
    assert (found.unsent, found.agrees) == (0, True)


def test_a_laptop_that_shares_learns_what_who_asks_knows_of_the_county(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    newer = relist(world, clinic.device_id, name="新医生")
    assert statements.keep(world.folder("clinic"), [newer]) == 1
    with share(home) as shared:
        meet_open(clinic, at(shared))
    assert statements.known(world.folder())[0] == newer


def test_of_a_long_history_few_are_named_and_the_heads_always() -> None:
    names = [number.to_bytes(32, "big") for number in range(5000)]
    chain = {name: (names[at - 1],) if at else () for at, name in enumerate(names)}
    named = landmarks(chain)
    assert len(named) < 540
    assert {names[-1], names[-2], names[-512]} <= set(named)
    assert any(name < names[1000] for name in named)


# --- who is let in ------------------------------------------------------------------------------------


def test_a_lost_laptop_is_refused_and_learns_nothing(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = look(home)
    statements.keep(world.folder(), [relist(world, clinic.device_id, revoked=True)])
    with share(home) as shared, pytest.raises(PeerRefused) as refused:
        meet_open(clinic, at(shared))
    assert refused.value.facts["reason"] == "device_revoked"
    assert done not in looks(clinic)


def test_a_lost_laptop_that_shares_is_not_believed(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = look(clinic)
    statements.keep(world.folder(), [relist(world, clinic.device_id, revoked=True)])
    # It does not say so by itself: the honest program would learn of it from the question.
    stale = world.folder("clinic").link()
    lost = answering(lambda _path, heads, body: _as(stale.device_id, stale.transport_key, heads, body))
    with lost as url, pytest.raises(PeerStrange) as strange:
        meet(world.folder(), url.removeprefix("http://"))
    assert strange.value.facts["reason"] == "device_revoked"
    assert done not in looks(home)


def _as(device: UUID, key: bytes, heads: Mapping[str, str], body: bytes, **more: Any) -> Reply:
    said = ExchangeAnswer((), None, (), False, (), None, 0, **more).encode()
    signed = peer.proof(device, key, heads[AUTH_HEADER], body, said)
    return Reply(said, headers={PROOF_HEADER: signed})


@pytest.mark.parametrize("who", ["nobody", "stranger", "oneself", "another key", "old answer", "no protocol"])
def test_whoever_cannot_prove_to_be_of_the_pair_is_not_believed(world: World, who: str) -> None:
    home, clinic = world.start(), world.start("clinic")
    look(home)
    session.settle(home)
    mine, theirs = world.folder().link(), world.folder("clinic").link()
    strange = secrets.token_bytes(32)
    replies = {
        "nobody": lambda _h, _b: Reply(ExchangeAnswer((), None, (), False, (), None, 0).encode()),
        "stranger": lambda h, b: _as(UUID(int=7), strange, h, b),
        "oneself": lambda h, b: _as(mine.device_id, mine.transport_key, h, b),
        "another key": lambda h, b: _as(theirs.device_id, strange, h, b),
        "old answer": lambda h, b: _as(theirs.device_id, theirs.transport_key, {AUTH_HEADER: h[AUTH_HEADER] + "0"}, b),
        "no protocol": lambda _h, _b: Reply(b"\x00"),
    }
    news, inbox = world.folder().news(), parcel.names(world.folder().inbox)
    with answering(lambda _path, heads, body: replies[who](heads, body)) as url, pytest.raises(PeerStrange):
        meet(world.folder(), url.removeprefix("http://"))
    assert world.folder().news() == news
    assert parcel.names(world.folder().inbox) == inbox
    assert looks(clinic) == set()


def test_who_is_not_a_laptop_of_the_pair_is_told_nothing(world: World) -> None:
    home = world.start()
    done = look(home)
    theirs = world.folder("clinic").link()
    body = ExchangeRequest(heads=()).encode()
    stranger = authorise(UUID(int=7), secrets.token_bytes(32), "POST", PATH, 0, body)
    forged = authorise(theirs.device_id, secrets.token_bytes(32), "POST", PATH, 0, body)
    sound = authorise(theirs.device_id, theirs.transport_key, "POST", PATH, 0, body)
    own = world.folder().link()
    clone = authorise(own.device_id, own.transport_key, "POST", PATH, 0, body)
    with share(home) as shared, httpx.Client(base_url=f"http://{at(shared)}", trust_env=False, timeout=60) as http:
        for auth, sent, code, status in (
            ("", body, "signature_wrong", 401),
            (stranger, body, "device_unknown", 403),
            (forged, body, "signature_wrong", 401),
            (sound, body + b" ", "signature_wrong", 401),
            (clone, body, "device_unknown", 403),
            (sound.replace(".0.", ".1."), body, "signature_wrong", 401),
        ):
            said = http.post(PATH, content=sent, headers={AUTH_HEADER: auth})
            assert (said.status_code, Problem.decode(said.content).code) == (status, code)
            assert PROOF_HEADER not in said.headers
        bad = authorise(theirs.device_id, theirs.transport_key, "POST", PATH, 0, b"x")
        assert http.post(PATH, content=b"x", headers={AUTH_HEADER: bad}).status_code == 400
        assert http.post("/v1/enrol", content=body).status_code == 404
        assert http.get(PATH).status_code == 501
        assert http.post(PATH, content=body, headers={AUTH_HEADER: sound}).headers["Content-Type"] == MEDIA_TYPE
    assert looks(home) == {done}


def test_what_a_partner_brings_is_checked_like_everything_else(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = look(clinic)
    session.settle(clinic)
    own = keys.load(world.county.folder)

    with share(home) as shared:
        theirs = world.folder("clinic").link()
        noise = parcel.seal_parcel(b"YYB1noise", [_recipient(home)])
        foreign = parcel.seal_parcel(b"x", [own.recipient])
        body = ExchangeRequest(heads=(), batches=(noise, foreign, b"junk")).encode()
        auth = authorise(theirs.device_id, theirs.transport_key, "POST", PATH, 0, body)
        said = httpx.post(
            f"http://{at(shared)}{PATH}", content=body, headers={AUTH_HEADER: auth}, trust_env=False, timeout=60
        )
        codes = [code for _, code in ExchangeAnswer.decode(said.content).refused]
        assert codes == ["batch_forged", "parcel_not_for_us", "parcel_damaged"]
        assert parcel.names(world.folder().inbox) == []
        assert meet(world.folder("clinic"), at(shared)).refused == 0
    assert looks(home) == {done}


def _recipient(store: Store) -> str:
    import pyrage

    return str(pyrage.x25519.Identity.from_str(store.device.age_key).to_public())


# --- the line -------------------------------------------------------------------------------------------


def test_nobody_there_is_said_so(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    for address in (f"127.0.0.1:{port}", "no such address", "127.0.0.1:99999"):
        with pytest.raises(PeerUnreachable):
            meet(world.folder(), address)
    with answering(lambda *_: Reply(b"<html>", "text/html")) as url, pytest.raises(PeerUnreachable):
        meet(world.folder(), url.removeprefix("http://"))


def test_too_long_a_body_is_not_read(world: World) -> None:
    home = world.start()
    with share(home) as shared, socket.create_connection(("127.0.0.1", shared.port)) as line:
        line.sendall(f"POST {PATH} HTTP/1.1\r\nContent-Length: {1 << 30}\r\n\r\n".encode())
        assert b" 413 " in line.recv(1000)


def test_those_who_only_hold_the_line_make_room(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = look(home)
    with share(home) as shared:
        held = [socket.create_connection(("127.0.0.1", shared.port)) for _ in range(12)]
        for line in held:
            line.sendall(b"POST /v1/exchange HTTP/1.1\r\nContent-Length: 1000\r\n\r\n")
        meet_open(clinic, at(shared))
        for line in held:
            line.close()
    assert looks(clinic) == {done}


def test_a_meeting_cut_anywhere_loses_nothing_and_the_next_goes_on(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    done = set()
    for store in (home, clinic):
        for _ in range(3):
            done.add(look(store))
            session.settle(store)
    with share(home) as shared:
        calls = 0

        def cut(path: str, heads: Mapping[str, str], body: bytes) -> Reply:
            nonlocal calls
            calls += 1
            said = httpx.post(
                f"http://{at(shared)}{path}",
                content=body,
                headers={AUTH_HEADER: heads[AUTH_HEADER]},
                trust_env=False,
                timeout=60,
            )
            return Reply(
                said.content[: len(said.content) * calls // 4], headers={PROOF_HEADER: said.headers[PROOF_HEADER]}
            )

        with answering(cut) as url:
            for _ in range(3):
                with pytest.raises(PeerStrange):
                    meet_open(clinic, url.removeprefix("http://"))
        meet_open(clinic, at(shared))
    assert looks(home) == looks(clinic) == done
    assert differences(home) == differences(clinic) == {}


def test_sharing_ends_when_it_is_told_to_and_needs_a_county(world: World) -> None:
    home = world.start()
    with share(home) as shared:
        pass
    with pytest.raises(PeerUnreachable):
        meet(world.folder("clinic"), at(shared))
    (world.folder().path / "link.json").unlink()
    with pytest.raises(NotEnrolled), share(home):
        pass


# --- found by name ----------------------------------------------------------------------------------------


def test_laptops_of_a_pair_find_each_other_by_name_and_no_others() -> None:
    ours, others = uuid4(), uuid4()
    with announced(ours, "护理站.一楼", 8445, ["127.0.0.1"], HERE) as told:
        assert told
        assert find(ours, "护理站.一楼", interfaces=HERE) == [Found("护理站一楼", "127.0.0.1:8445")]
        assert locate(ours, "护理站.一楼", interfaces=HERE) == "127.0.0.1:8445"
        assert find(others, seconds=0.5, interfaces=HERE) == []


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("192.168.1.20", "192.168.1.20:8445"),
        (" 192.168.1.20:9000 ", "192.168.1.20:9000"),
        ("ward-1.local:8445", "ward-1.local:8445"),
    ],
)
def test_an_address_as_typed_needs_nobody_to_tell_it(typed: str, address: str) -> None:
    assert locate(uuid4(), typed) == address


def test_a_name_that_nobody_has_is_not_found() -> None:
    with pytest.raises(PeerNotFound):
        locate(uuid4(), "病房", seconds=0.2, interfaces=HERE)
