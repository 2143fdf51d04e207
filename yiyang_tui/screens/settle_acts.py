"""Settling step by step: ask what is needed, do it by one act of ``care``, answer in words, tell what undo there is."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from yiyang_tui.screens import settle_beds, settle_doses
from yiyang_tui.screens.dialogs import Choose, Type
from yiyang_tui.screens.settle_done import do, settle, told
from yiyang_tui.words import t

if TYPE_CHECKING:
    from care.disputes import ContestedRow, Dispute
    from care.findings import Finding, LabelTwice, NumberTwice
    from yiyang_tui.screens.base import Place
    from yiyang_tui.screens.contest import Settled as Contested
    from yiyang_tui.screens.contest_sides import Contested as Contest

RENAME, CLOSE = "rename", "close"


def begin(place: "Place", found: "Finding") -> None:
    """To where it is settled."""
    from care.disputes import ContestedRow, Dispute
    from care.findings import (
        DoseTwice,
        LabelTwice,
        LeaveAstray,
        NumberTwice,
        OnTwoBeds,
        RegisteredTwice,
        ShownAsEachOther,
        TwoInBed,
    )

    for right in _takes(found):
        if (why := place.yiyang.why_no_right(right)) is not None:
            place.say(why)
            return
    match found:
        case Dispute():
            _contest(place, found)
        case ContestedRow():
            _contest_row(place, found)
        case TwoInBed():
            settle_beds.two_in_bed(place, found)
        case DoseTwice():
            settle_doses.dose_twice(place, found)
        case OnTwoBeds():
            settle_beds.two_beds(place, found)
        case LeaveAstray():
            settle_beds.leave(place, found)
        case NumberTwice():
            _number(place, found)
        case LabelTwice():
            _label(place, found)
        case RegisteredTwice():
            same_people(place, found.people[0], found.people[1])
        case ShownAsEachOther():
            _circle(place, found.people)


def _takes(found: "Finding") -> frozenset[str]:
    """The rights that settling it takes: refused before anything is asked or typed."""
    from care.disputes import ContestedRow
    from care.findings import DoseTwice, LabelTwice, NumberTwice, RegisteredTwice, ShownAsEachOther, TwoInBed
    from care.roles import rights_to_settle

    match found:
        case ContestedRow():
            return rights_to_settle(found.table, found.fields)
        case TwoInBed():
            return frozenset(("stay.change",))
        case DoseTwice():
            return frozenset(("alert.answer",))
        case NumberTwice():
            return frozenset(("staff.change",))
        case LabelTwice():
            return frozenset(("house.change",))
        case RegisteredTwice() | ShownAsEachOther():
            return frozenset(("person.same",))
    return frozenset(("dispute.settle",))


# --- what was written apart -------------------------------------------------------------------------


def _contest(place: "Place", found: "Dispute") -> None:
    from yiyang_tui.screens.contest_sides import read_contested

    name = f"{found.bed_label} {found.name}".strip()
    place.run_care(
        read_contested,
        place.session.store,
        found.person_id,
        then=lambda contests: _sides(place, found.person_id, name, contests),
    )


def _contest_row(place: "Place", found: "ContestedRow") -> None:
    from yiyang_tui.screens.contest_sides import read_row

    name = f"{t(f'settle.table.{found.table}')} {' '.join(found.about)}"
    place.run_care(
        read_row,
        place.session.store,
        found.table,
        found.row_id,
        then=lambda contests: _sides(place, found.row_id, name, contests),
    )


def _sides(place: "Place", row_id: UUID, name: str, contests: "list[Contest]") -> None:
    from yiyang_tui.screens.contest import Contests

    def settled(done: "Contested | None") -> None:
        for what, undo in done.done if done else ():
            place.saved(what, undo, t("chart.settled", what=what), undone=t("chart.contest_undone", what=what))
        if done and done.edit:
            place.yiyang.call_later(place.yiyang.open, "person", person_id=row_id, field=done.edit)
        place.load()

    if contests:
        place.app.push_screen(Contests(place.session, row_id, name, contests), settled)
    else:
        place.load()


# --- labels and numbers -----------------------------------------------------------------------------


def _label(place: "Place", found: "LabelTwice") -> None:
    from care.settling import relabel

    options = [
        (bed, t("settle.relabel", n=n, room=room or "-"))
        for n, (bed, room) in enumerate(zip(found.beds, found.rooms, strict=True), 1)
    ]

    def chosen(bed: UUID | None) -> None:
        if bed is None:
            return

        def typed(label: str | None) -> None:
            if label is not None:
                settle(place, t("settle.relabelled", bed=label.strip()), relabel, bed, label)

        place.app.push_screen(Type(t("settle.new_label", bed=found.label), found.label, longest=20), typed)

    place.app.push_screen(Choose(t("settle.label_title", bed=found.label), options), chosen)


def _number(place: "Place", found: "NumberTwice") -> None:
    """Another number for one of them, or one of them was taken on twice."""
    from care.staff import close, reopen

    whom = [f"{name} {t(f'role.{role}')}" for name, role in zip(found.names, found.roles, strict=True)]
    options: list[tuple[Any, str]] = [
        ((RENAME, one), t("settle.renumber", who=who)) for one, who in zip(found.staff, whom, strict=True)
    ]
    options += [((CLOSE, one), t("settle.close_one", who=who)) for one, who in zip(found.staff, whom, strict=True)]
    store, by = place.session.store, place.session.staff.id

    def chosen(way: tuple[str, UUID] | None) -> None:
        if way is None:
            return
        kind, one = way
        if kind == CLOSE:
            said = t("settle.closed_one", number=found.number)
            do(place, close, one, then=lambda _closed: told(place, said, lambda: reopen(store, by, one)))
        else:
            _renumber(place, one, found.number)

    place.app.push_screen(Choose(t("settle.number_title", number=found.number), options), chosen)


def _renumber(place: "Place", one: UUID, number: str) -> None:
    from care.settling import renumber

    def typed(new: str | None) -> None:
        if new is not None:
            settle(place, t("settle.renumbered", number=new.strip()), renumber, one, new)

    place.app.push_screen(Type(t("settle.new_number", number=number), hint=t("settle.new_number_more")), typed)


# --- one person, two registrations --------------------------------------------------------------------


def same_people(place: "Place", one: UUID, other: UUID) -> None:
    """Both side by side, then which is kept."""
    from care.same_person import merge_people, side_by_side
    from yiyang_tui.screens.settle_same import BOTH_OWN, SamePeople

    def read(both: Any) -> None:
        place.app.push_screen(SamePeople(place.session, both), lambda way: chosen(way, both))

    def chosen(way: Any, both: Any) -> None:
        if way is None:
            return
        if way == BOTH_OWN:
            place.say(t("settle.own_todo"))
            return
        kept, hidden = both if way == both[0].person_id else both[::-1]
        settle(place, t("settle.merged", name=kept.facts.name), merge_people, kept.person_id, hidden.person_id)

    place.run_care(side_by_side, place.session.store, one, other, then=read)


def _circle(place: "Place", people: tuple[UUID, ...]) -> None:
    """Two laptops merged the other way round: which is shown from now on."""
    from care.same_person import choose_shown, each_alone
    from yiyang_tui.screens.settle_same import SamePeople

    def read(both: Any) -> None:
        place.app.push_screen(SamePeople(place.session, both[:2], merged=True), lambda way: chosen(way, both))

    def chosen(way: UUID | None, both: Any) -> None:
        if way is not None:
            name = next(one.facts.name for one in both if one.person_id == way)
            settle(place, t("settle.merged", name=name), choose_shown, way)

    place.run_care(each_alone, place.session.store, people, then=read)
