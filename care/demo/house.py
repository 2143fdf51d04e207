"""The house of the demo: rooms, licences, staff and their PINs."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from care import setup
from care.age import house_day
from care.data import table
from care.staff import StaffView, add, everyone, set_pin
from db.store import Store


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works in the demo, by what they do, in the order of their data file."""

    carers: tuple[UUID, ...]
    nurses: tuple[UUID, ...]
    doctors: tuple[UUID, ...]
    everyone: tuple[UUID, ...]


def found_house(store: Store, rooms: int, now: int) -> UUID:
    """Make the house with about ``rooms`` rooms; both institutions hold both licences. Returns the director's id."""
    words = table("demo")["house"]
    floors = max(1, min(int(words["floors"]), rooms // 2))
    plan = setup.House(
        pair_name=words["pair_name"],
        township=words["township"],
        region=words["region"],
        health_centre=words["health_centre"],
        welfare_home=words["welfare_home"],
        floors=floors,
        rooms_per_floor=-(-rooms // floors),
        beds_per_room=words["beds_per_room"],
        wards=words["wards"],
        ward_beds=words["ward_beds"],
    )
    first = next(one for one in table("demo")["staff"] if one["role"] == "director")
    by = setup.found(store, plan, number=first["number"], name=first["name"], role=first["role"])
    until = date(house_day(now).year + 2, 12, 31).isoformat()
    for one in setup.institutions(store):
        dated = {"medical_licence_until": until, "care_licence_until": until}
        setup.change_institution(store, by, one.id, **words["institution"], **words["licences"], **dated)
    return by


def crew_of(store: Store, by: UUID, staff: int, pin: str) -> Crew:
    """Take on the staff of the data file until ``staff`` work here, and give each who has none the PIN.

    At least one carer, one nurse and one doctor come, as nobody else could make the rounds.
    """
    here = {one.number: one for one in everyone(store)}
    for one in table("demo")["staff"]:
        roles = {known.role for known in here.values()}
        wanted = len(here) < staff or (one["role"] in ("carer", "nurse", "doctor") and one["role"] not in roles)
        if wanted and one["number"] not in here:
            new = add(store, by, number=one["number"], name=one["name"], role=one["role"])
            here[one["number"]] = StaffView(new, one["number"], one["name"], one["role"], False, False)
    for known in here.values():
        if not known.has_pin and not known.closed:
            # As if each had set their own: of two persons the second cannot use a PIN that the first one gave.
            set_pin(store, known.id, pin)
    working = [known for known in here.values() if not known.closed]

    def who(role: str) -> tuple[UUID, ...]:
        return tuple(known.id for known in working if known.role == role)

    return Crew(who("carer"), who("nurse"), who("doctor"), tuple(known.id for known in working))
