"""Every right and every role: who may do what, by the acts themselves, and that no way leads around."""

import ast
import inspect
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

import care
from care import beds, chart, disputes, people, rounds, same_person, settling, setup, staff, stays, taken_back
from care.amending import amendable
from care.places import place_of
from care.rights import NoRight, Second, doing, doing_together, require, rights_of, roles
from care.roster import RosterPlan, accept
from care.taken_back import Edit, Settled
from care.timeline import timeline
from db.clock import Clock
from db.errors import Refused
from db.local import PIN
from db.store import Store
from db.tables import AuditEvent, Round, Staff
from tests.care.household import PIN_OF_SECOND, Household, at, refuses

ROLES = ("carer", "nurse", "doctor", "director", "admin", "county")
HANDS = ("carer", "nurse", "doctor", "director")
WRITE = (*HANDS, "admin")
LEAD = ("director", "admin")
SETTLE = ("nurse", "doctor", "director")

# Who may, by the work of a home: written down here once more, so that a changed list is seen to be meant.
ACTS: dict[str, tuple[tuple[str, ...], Callable[["Room", UUID], object]]] = {
    "rounds.record": (HANDS, lambda r, by: rounds.unremarkable(r.store, by, r.person)),
    "chart.open_chart": (HANDS, lambda r, by: chart.open_chart(r.store, by, r.person)),
    "people.create": (WRITE, lambda r, by: people.create(r.store, by, r.house.facts("新人"))),
    "people.change": (WRITE, lambda r, by: people.change(r.store, by, r.person, r.known(note="改"))),
    "people.change, resuscitation": (
        ("doctor", "director"),
        lambda r, by: people.change(r.store, by, r.person, r.known(no_resuscitation=True)),
    ),
    "people.change, oxygen scale": (
        ("doctor", "director"),
        lambda r, by: people.change(r.store, by, r.person, r.known(spo2_scale=2)),
    ),
    "people.create, resuscitation": (
        ("doctor", "director"),
        lambda r, by: people.create(r.store, by, r.house.facts("新人", no_resuscitation=True)),
    ),
    "people.create, oxygen scale": (
        ("doctor", "director"),
        lambda r, by: people.create(r.store, by, r.house.facts("新人", spo2_scale=2)),
    ),
    "stays.admit": (WRITE, lambda r, by: stays.admit(r.store, by, r.nobody, r.house.bed("103-1"))),
    "stays.move": (WRITE, lambda r, by: stays.move(r.store, by, r.person, r.house.bed("103-1"))),
    "stays.switch": (WRITE, lambda r, by: stays.switch(r.store, by, r.person, r.house.bed("病1-1"))),
    "stays.switch_home": (WRITE, lambda r, by: stays.switch_home(r.store, by, r.person, "白果村", "")),
    "stays.leave": (WRITE, lambda r, by: stays.leave(r.store, by, r.person, "family", None, "儿子")),
    "stays.back": (WRITE, lambda r, by: stays.back(r.store, by, r.out)),
    "stays.discharge": (WRITE, lambda r, by: stays.discharge(r.store, by, r.person, "home")),
    "beds.add_bed": (LEAD, lambda r, by: beds.add_bed(r.store, by, "101", "welfare")),
    "beds.add_home_bed": (WRITE, lambda r, by: beds.add_home_bed(r.store, by, "白果村", "")),
    "beds.close": (LEAD, lambda r, by: beds.close(r.store, by, r.house.bed("103-2"))),
    "beds.open": (LEAD, lambda r, by: beds.open(r.store, by, r.house.bed("103-2"))),
    "setup.change_pair": (LEAD, lambda r, by: setup.change_pair(r.store, by, mode="joint")),
    "setup.change_institution": (
        LEAD,
        lambda r, by: setup.change_institution(r.store, by, setup.institutions(r.store)[0].id, phone="1"),
    ),
    "staff.add": (LEAD, lambda r, by: staff.add(r.store, by, number="77", name="新人", role="carer")),
    "staff.change": (LEAD, lambda r, by: staff.change(r.store, by, r.house.carer, phone="1")),
    "staff.close": (LEAD, lambda r, by: staff.close(r.store, by, r.leaving)),
    "staff.reopen": (LEAD, lambda r, by: staff.reopen(r.store, by, r.house.carer)),
    "staff.give_pin": (LEAD, lambda r, by: staff.give_pin(r.store, by, r.leaving, "1470")),
    "same_person.merge_people": (
        (*SETTLE, "admin"),
        lambda r, by: same_person.merge_people(r.store, by, r.person, r.nobody),
    ),
    "same_person.part_people": (
        (*SETTLE, "admin"),
        lambda r, by: same_person.part_people(r.store, by, r.hidden()),
    ),
    "settling.keep_stay": (SETTLE, lambda r, by: settling.keep_stay(r.store, by, r.stay())),
    "settling.relabel": (LEAD, lambda r, by: settling.relabel(r.store, by, r.house.bed("103-2"), "103-9")),
    "settling.renumber": (LEAD, lambda r, by: settling.renumber(r.store, by, r.leaving, "79")),
    "roster.accept": (LEAD, lambda r, by: accept(r.store, RosterPlan((), (), 0, 0, 0, 0), by)),
}


@dataclass
class Room:
    """A house with one of each role, somebody in bed, somebody out, somebody in no bed."""

    house: Household
    person: UUID
    out: UUID
    nobody: UUID
    leaving: UUID
    who: dict[str, UUID] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The open record."""
        return self.house.store

    def known(self, **more: object) -> people.PersonFacts:
        """Their facts as they are, but for this."""
        return replace(people.facts(self.store, self.person), **more)  # type: ignore[arg-type]

    def hidden(self) -> UUID:
        """A registration that was united with another."""
        same_person.merge_people(self.store, self.house.director, self.person, self.nobody)
        return self.nobody

    def stay(self) -> UUID:
        """Where the person lies."""
        with self.store.reading() as conn:
            found = place_of(conn, self.person)
        assert found is not None
        return found.stay_id


@pytest.fixture
def room(house: Household) -> Room:
    """A house with everybody in it."""
    house.it_is("2026-11-22 10:00")
    who = {role: house.colleague(role) for role in ROLES}
    out = house.person("周福", "101-2")
    stays.leave(house.store, house.director, out, "family", None, "儿子")
    here, nobody = house.person("李秀英", "101-1"), house.person("李秀英")
    return Room(house, here, out, nobody, house.colleague("nurse", "88"), who)


def count(store: Store) -> int:
    """How far the journal has come: an act that was refused has left nothing."""
    with store.reading() as conn:
        return int(conn.exec_driver_sql("SELECT seq FROM clock").scalar_one())


@pytest.mark.parametrize("act", ACTS)
def test_who_may_and_who_may_not(room: Room, act: str) -> None:
    allowed, do = ACTS[act]
    if act == "same_person.part_people":
        room.hidden()
        do = lambda r, by: same_person.part_people(r.store, by, r.nobody)  # noqa: E731
    before = count(room.store)
    for role in set(ROLES) - set(allowed):
        with pytest.raises(NoRight) as caught:
            do(room, room.who[role])
        assert caught.value.exit_code == 3
        assert caught.value.facts["role"] == role
    assert count(room.store) == before
    do(room, room.who[allowed[0]])
    # What it takes is what the other roles of the list have, too.
    wanted = rights_of(allowed[0]).intersection(*(rights_of(role) for role in allowed))
    assert wanted.difference(*(rights_of(role) for role in set(ROLES) - set(allowed))) or set(allowed) == set(ROLES)


def test_every_function_that_writes_is_in_the_table() -> None:
    """A new one must say who may; these are told of elsewhere."""
    elsewhere = {
        "disputes.settle", "disputes.settle_row", "rounds.correct", "rounds.void", "rounds.undo", "rounds.record",
        "same_person.choose_shown", "settling.still_out", "settling.came_back", "taken_back.take_back", "setup.found",
        "rounds.unremarkable",
    }  # fmt: skip
    modules = (beds, chart, disputes, people, rounds, same_person, settling, setup, staff, stays, taken_back)
    found = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if one.__module__ == module.__name__ and not name.startswith("_") and "by" in inspect.signature(one).parameters
    }
    helpers = {"staff.guard_edit", "taken_back.settled"}
    assert found - elsewhere - helpers - {name.partition(",")[0] for name in ACTS} == set()


def test_no_function_of_care_opens_an_act_past_the_rights() -> None:
    """Only ``care.roles`` does; what the program does by itself is founding a house and counting a wrong PIN."""
    folder = Path(str(care.__file__)).parent
    bare, unasked = set(), set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                where = str(path.relative_to(folder))
                if name == "act" and isinstance(node.func, ast.Attribute):
                    bare.add(where)
                elif name == "by_itself":
                    unasked.add(where)
    # What is noted beside the journal takes no right: opening, locking. Nobody acts while the county lets somebody in.
    assert bare == {"roles.py", "audit.py"}
    assert unasked <= {"setup.py", "pins.py", "vault_users.py"}


def test_saying_nobody_is_no_way_around(room: Room) -> None:
    for right in {right for role in ROLES for right in rights_of(role)} - {"backup.make", "pack.make"}:
        with refuses("staff_unknown"), doing(room.store, None, right):
            raise AssertionError("done by nobody")
    with doing(room.store, None, "backup.make"):
        pass
    with refuses("staff_unknown"), doing(room.store, UUID(int=1), "round.record"):
        raise AssertionError("done by a stranger")
    staff.close(room.store, room.house.director, room.leaving)
    with refuses("staff_closed"), doing(room.store, room.leaving, "round.record"):
        raise AssertionError("done by somebody who has left")


def test_the_lists_name_roles_that_there_are_and_a_right_that_is_not_there_is_nobodys(room: Room) -> None:
    assert roles() == ROLES
    with room.store.reading() as conn, pytest.raises(KeyError):
        require(conn, room.who["director"], "no.such")
    assert rights_of("stranger") == frozenset()


# --- whose record ---------------------------------------------------------------------------------

ABOVE = {
    "carer": SETTLE, "nurse": SETTLE, "doctor": ("doctor", "director"), "director": ("director",),
}  # fmt: skip
FIXED = rounds.Observation(note="改过的")


def by_both(house: Household, role: str) -> tuple[UUID, UUID]:
    """Two of a role, the second with a PIN."""
    two = house.colleague(role, f"8{ROLES.index(role)}"), house.colleague(role, f"9{ROLES.index(role)}1")
    staff.set_pin(house.store, two[1], PIN_OF_SECOND)
    return two


def test_the_record_of_another_takes_two_who_are_no_juniors(room: Room) -> None:
    store, crew = room.store, {role: by_both(room.house, role) for role in HANDS}
    for whose in HANDS:
        look = rounds.record(store, room.who[whose], room.person, rounds.Observation(note=whose))
        for role in (*HANDS, "admin", "county"):
            first = crew[role][0] if role in crew else room.who[role]
            if role in ABOVE[whose]:
                with refuses("second_needed"):
                    rounds.void(store, first, look.round_id, "认错人")
                continue
            for second in (None, Second(crew["director"][1], PIN_OF_SECOND)):
                with pytest.raises(NoRight):
                    rounds.void(store, first, look.round_id, "认错人", second=second)
                with pytest.raises(NoRight):
                    rounds.correct(store, first, look.round_id, FIXED, "认错人", second=second)
                with pytest.raises(NoRight):
                    amendable(store, first, look.round_id)
        # The second is looked at as closely as the first.
        able = crew[ABOVE[whose][-1]]
        for role in set(HANDS) - set(ABOVE[whose]):
            with pytest.raises(NoRight):
                rounds.void(store, able[0], look.round_id, "错", second=Second(crew[role][1], PIN_OF_SECOND))
        named = {one.id for one in amendable(store, able[0], look.round_id).seconds}
        assert named >= {crew[role][1] for role in ABOVE[whose]}
        assert not named & {crew[role][1] for role in set(HANDS) - set(ABOVE[whose])}
        rounds.void(store, able[0], look.round_id, "认错人", second=Second(able[1], PIN_OF_SECOND))
        with store.reading() as conn:
            event = conn.execute(select(AuditEvent).where(col(AuditEvent.about) == look.round_id)).one()
        assert (event.what, event.staff_id, event.second_id) == ("voided", *able)


def test_a_doctor_who_was_made_a_carer_wrote_as_a_doctor(room: Room) -> None:
    store, nurses = room.store, by_both(room.house, "nurse")
    written = rounds.record(store, room.who["doctor"], room.person, rounds.Observation(note="医生写的"))
    store.answer_clock(store.now() + 3600)
    staff.change(store, room.who["admin"], room.who["doctor"], role="carer")
    with pytest.raises(NoRight) as caught:
        rounds.void(store, nurses[0], written.round_id, "认错人", second=Second(nurses[1], PIN_OF_SECOND))
    assert (caught.value.rule, caught.value.facts["whose"]) == ("record_of_senior", "doctor")
    store.answer_clock(store.now() + 3600)
    since = rounds.record(store, room.who["doctor"], room.person, rounds.Observation(note="护理员写的"))
    rounds.void(store, nurses[0], since.round_id, "认错人", second=Second(nurses[1], PIN_OF_SECOND))


def test_a_role_of_a_newer_program_is_as_good_as_a_doctor(room: Room) -> None:
    store, crew = room.store, {role: by_both(room.house, role) for role in ("nurse", "doctor")}
    with store.act(None) as act:
        newer = act.insert(Staff, number="99", name="新人", role="therapist")
        look = act.insert(Round, person_id=room.person, at=act.now, staff_id=newer, kind="caregiver")
    for role in ("nurse", "doctor"):
        first, second = crew[role]
        with nullcontext() if role == "doctor" else pytest.raises(NoRight):
            rounds.void(store, first, look, "认错人", second=Second(second, PIN_OF_SECOND))


def test_no_pin_is_looked_at_of_a_second_who_may_not(room: Room) -> None:
    store, doctor, nurse = room.store, by_both(room.house, "doctor")[0], by_both(room.house, "nurse")[1]
    look = rounds.unremarkable(store, room.house.colleague("doctor", "85"), room.person).round_id
    with pytest.raises(NoRight):
        rounds.void(store, doctor, look, "认错人", second=Second(nurse, "0007"))
    with store.reading() as conn:
        assert conn.execute(select(PIN.c.tries).where(PIN.c.staff_id == nurse)).scalar_one() == 0


@pytest.mark.parametrize("lower", [0, 1], ids=["first", "second"])
def test_who_was_made_less_while_the_pin_was_looked_at_is_refused(room: Room, lower: int) -> None:
    store, two = room.store, by_both(room.house, "doctor")
    look = rounds.unremarkable(store, room.house.colleague("doctor", "85"), room.person).round_id
    waiting: list[UUID] = []

    def wall() -> float:
        # The clock is asked first when the PIN is, after the first look at who may and before the act.
        while waiting:
            staff.change(store, room.who["admin"], waiting.pop(), role="nurse")
        return at("2026-11-22 10:00")

    store.clock = Clock(wall=wall, steady=lambda: 0)
    waiting.append(two[lower])
    with pytest.raises(NoRight) as caught:
        rounds.void(store, two[0], look, "认错人", second=Second(two[1], PIN_OF_SECOND))
    assert (caught.value.rule, caught.value.facts["role"]) == ("record_of_senior", "nurse")
    assert [one.void for one in timeline(store, room.person)] == [False]


def test_the_second_is_somebody_else_with_the_right_pin(room: Room) -> None:
    store, (nurse, other) = room.store, by_both(room.house, "nurse")
    look = rounds.unremarkable(store, room.who["carer"], room.person).round_id
    with refuses("second_is_first"):
        rounds.void(store, other, look, "错", second=Second(other, PIN_OF_SECOND))
    with pytest.raises(staff.WrongPin):
        rounds.void(store, nurse, look, "错", second=Second(other, "0007"))
    with refuses("pin_not_set"):
        rounds.void(store, nurse, look, "错", second=Second(room.who["doctor"], PIN_OF_SECOND))
    assert [one.void for one in timeline(store, room.person)] == [False]


def test_a_pin_that_the_first_of_two_gave_proves_no_second_person(room: Room) -> None:
    store, director, doctor = room.store, room.who["director"], room.who["doctor"]
    look = rounds.unremarkable(store, room.who["carer"], room.person).round_id
    staff.give_pin(store, director, doctor, "2580")
    # Whoever gave it can also switch to them and change it.
    staff.change_pin(store, doctor, "2580", "2581")
    for pin in ("2580", "2581"):
        with refuses("second_pin_given"):
            rounds.void(store, director, look, "错", second=Second(doctor, pin))
    staff.set_pin(store, doctor, "2582")
    rounds.void(store, director, look, "错", second=Second(doctor, "2582"))
    assert next(one.void for one in timeline(store, room.person))


def test_ones_own_is_corrected_alone_but_not_what_was_made_of_anothers(room: Room) -> None:
    store, carer, (nurse, other) = room.store, room.who["carer"], by_both(room.house, "nurse")
    mine = rounds.unremarkable(store, carer, room.person)
    again = rounds.correct(store, carer, mine.round_id, FIXED, "补记")
    assert amendable(store, carer, again.round_id).own
    hers = rounds.correct(store, nurse, again.round_id, FIXED, "看错", second=Second(other, PIN_OF_SECOND))
    # Whoever has corrected the look of another has not made it theirs, and it is not the first one's any more.
    with refuses("second_needed"):
        rounds.void(store, nurse, hers.round_id, "认错人")
    with pytest.raises(NoRight):
        rounds.void(store, carer, hers.round_id, "认错人")
    # Within ten minutes it is taken back by whoever did it; the carer cannot take that back in turn.
    rounds.undo(store, nurse, hers.round_id)
    stands = next(one for one in timeline(store, room.person) if not one.void and one.superseded_by is None)
    with refuses("undo_not_yours"):
        rounds.undo(store, carer, stands.round_id)


# --- ways around ----------------------------------------------------------------------------------


def test_what_a_doctor_decides_is_not_settled_or_put_back_by_a_nurse(room: Room) -> None:
    store, nurse = room.store, room.who["nurse"]
    for name in ("no_resuscitation", "spo2_scale"):
        for act in (
            lambda name=name: disputes.settle(store, nurse, room.person, name, 1),
            lambda name=name: disputes.settle_row(store, nurse, "person", room.person, name, 1),
        ):
            with pytest.raises(NoRight):
                act()
        made_up = Settled(store.now(), nurse, (Edit("person", room.person, {name: 1}, {name: 0}),))
        with pytest.raises(NoRight):
            taken_back.take_back(store, nurse, made_up)
    with pytest.raises(NoRight):
        disputes.settle_row(store, nurse, "staff", nurse, "role", "director")


def test_nobody_makes_themselves_more_by_settling_or_by_taking_back(room: Room) -> None:
    admin = room.who["admin"]
    raised = Settled(room.store.now(), admin, (Edit("staff", admin, {"role": "director"}, {"role": "admin"}),))
    with refuses("own_role"):
        taken_back.take_back(room.store, admin, raised)
    with refuses("own_role"):
        staff.change(room.store, admin, admin, role="director")
    with pytest.raises(TypeError):
        staff.change(room.store, admin, admin, closed="1")


def test_somebody_who_manages_the_staff_stays(house: Household) -> None:
    admin = house.colleague("admin")
    staff.change(house.store, admin, house.director, role="doctor")
    with refuses("close_yourself"):
        staff.close(house.store, admin, admin)
    # Two laptops apart: the other one has let the last one go meanwhile.
    with house.store.act(None) as act:
        act.edit(Staff, house.director, role="director", closed=True)
    taken = Settled(house.store.now(), admin, (Edit("staff", admin, {"closed": True}, {"closed": False}),))
    with refuses("last_administrator"):
        taken_back.take_back(house.store, admin, taken)


def test_a_house_is_founded_by_somebody_who_can_take_on_the_others(vault: Store) -> None:
    from tests.care.household import PLAN

    for role in ("carer", "nurse", "doctor", "county"):
        with refuses("first_manages"):
            setup.found(vault, PLAN, number="1", name="王芳", role=role)
    setup.found(vault, PLAN, number="1", name="王芳", role="admin")


# --- PINs -----------------------------------------------------------------------------------------


def events(house: Household) -> list[tuple[str, UUID | None, UUID | None]]:
    """What, by whom, about whom."""
    with house.store.reading() as conn:
        asked = select(col(AuditEvent.what), col(AuditEvent.staff_id), col(AuditEvent.about))
        return [tuple(one) for one in conn.execute(asked.order_by(col(AuditEvent.id)))]  # type: ignore[misc]


def test_who_set_whose_pin_or_gave_a_wrong_one_is_in_the_journal(house: Household) -> None:
    staff.give_pin(house.store, house.director, house.carer, "2580")
    staff.change_pin(house.store, house.carer, "2580", "1470")
    with pytest.raises(staff.WrongPin):
        staff.change_pin(house.store, house.carer, "2580", "1471")
    assert events(house) == [
        ("pin_set", house.director, house.carer),
        ("pin_set", house.carer, house.carer),
        ("wrong_pin", None, house.carer),
    ]
    with refuses("pin_is_own"):
        staff.give_pin(house.store, house.director, house.director, "1470")


def test_whoever_leaves_takes_their_pin_along_and_leaves_their_record(house: Household) -> None:
    person = house.person("李秀英", "101-1")
    rounds.unremarkable(house.store, house.carer, person)
    staff.set_pin(house.store, house.carer, "2580")
    staff.close(house.store, house.director, house.carer)
    with house.store.reading() as conn:
        assert conn.execute(select(PIN)).first() is None
    assert [one.who for one in timeline(house.store, person)] == ["王芳"]
    staff.reopen(house.store, house.director, house.carer)
    with refuses("pin_not_set"):
        staff.check_pin(house.store, house.carer, "2580")


def test_an_act_of_two_that_fails_leaves_no_event(house: Household) -> None:
    with (
        pytest.raises(Refused, match="refused"),
        doing_together(house.store, house.director, house.second(), "record.correct_other", "voided"),
    ):
        raise Refused("record_superseded")
    assert [what for what, _, _ in events(house)] == ["pin_set"]
