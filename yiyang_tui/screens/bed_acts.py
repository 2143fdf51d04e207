"""The acts on beds, step by step: ask what is needed, do it by one act of ``care``, answer in words.

Ctrl+Z is promised only where going back leaves a true record: a move, a switch of somebody who was in, a leave, a bed
taken out of use. Coming back, coming in and leaving for good are what happened; they are asked about before.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from yiyang_tui.drafts import Draft
from yiyang_tui.screens.bed_dialogs import AskHome, AskRoom, FindPerson, Home
from yiyang_tui.screens.dialogs import Ask, Choose
from yiyang_tui.screens.leave_ask import AskLeave, Leaving
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.words import language, t

if TYPE_CHECKING:
    from care.bed_detail import Lying
    from care.beds import BedCell
    from care.ended import Ended
    from care.lifecycle import Lifecycle
    from care.people import PersonFacts, PersonRow
    from yiyang_tui.screens.beds import Beds, Picking


def chart(beds: "Beds", _cell: "BedCell", one: "Lying") -> None:
    """Open the chart."""
    beds.yiyang.call_later(beds.yiyang.open, "chart", person_id=one.person_id)


def steps(beds: "Beds", _cell: "BedCell", one: "Lying") -> None:
    """Open the steps of the stay."""
    beds.yiyang.call_later(beds.yiyang.open, "lifecycle", person_id=one.person_id)


# --- another bed --------------------------------------------------------------------------------


def move(beds: "Beds", cell: "BedCell", one: "Lying") -> None:
    """Pick a free bed of the same kind on the map."""
    _pick(beds, cell, one, cell.kind)


def switch(beds: "Beds", cell: "BedCell", one: "Lying") -> None:
    """Choose the other kind, then the bed; a bed at home is made for them."""
    from care.beds import BED_KINDS

    free = _free(beds)
    options = [
        (kind, t(f"beds.to.{kind}") if kind == "home" else t(f"beds.to.{kind}", n=free.get(kind, 0)))
        for kind in BED_KINDS
        if kind != cell.kind
    ]

    def chosen(kind: str | None) -> None:
        if kind == "home":
            _to_home(beds, cell, one)
        elif kind:
            _pick(beds, cell, one, kind)

    beds.app.push_screen(Choose(t("beds.switch_title", name=one.name, bed=cell.label), options), chosen)


def question(picking: "Picking", cell: "BedCell") -> list[Cell]:
    """What is asked while a bed is picked."""
    same_kind = picking.kind == picking.cell.kind
    asked = t(
        "beds.pick" if same_kind else "beds.pick_switch", name=picking.one.name, here=picking.cell.label, bed=cell.label
    )
    said = [Cell(asked, "entry"), Cell(t("beds.pick_keys"), "quiet")]
    if picking.one.out is not None and not same_kind:
        said.append(Cell(t("beds.comes_back"), "due"))
    return said


def picked(beds: "Beds", picking: "Picking", bed: "BedCell") -> None:
    """The bed is picked: do it."""
    from care import stays

    beds.pick(None)
    store, by, one, here = beds.session.store, beds.session.staff.id, picking.one, picking.cell
    same_kind = picking.kind == here.kind
    act = stays.move if same_kind else stays.switch
    blanks = {"name": one.name, "here": here.label, "bed": bed.label}

    def undo() -> None:
        act(store, by, one.person_id, here.id)
        beds.wanted = here.id

    # A leave ends with a switch: going back would not bring it back. Of two on one bed neither can go back, nor
    # anybody to the bed for practice.
    back = undo if (same_kind or one.out is None) and not here.others and not here.practice else None
    what = t("beds.moved" if same_kind else "beds.switched", **blanks)
    said = t("beds.moved_saved" if same_kind else "beds.switched_saved", **blanks)
    beds.run_care(act, store, by, one.person_id, bed.id, then=lambda _stay: _done(beds, what, back, said, bed.id))


def _pick(beds: "Beds", cell: "BedCell", one: "Lying", kind: str) -> None:
    from yiyang_tui.screens.beds import Picking

    if _free(beds).get(kind):
        beds.say("")
        beds.pick(Picking(one, cell, kind))
    else:
        beds.say(t(f"beds.none_free.{kind}"))


def _free(beds: "Beds") -> dict[str, int]:
    return {ward.kind: ward.free for ward in beds.house.wards} if beds.house else {}


def _to_home(beds: "Beds", cell: "BedCell", one: "Lying") -> None:
    from care import people

    def known(facts: "PersonFacts") -> None:
        more = t("beds.comes_back") if one.out is not None else ""
        title = t("beds.home_title", name=one.name)
        beds.app.push_screen(AskHome(title, facts.village, facts.address, more), answered)

    def answered(home: Home | None) -> None:
        if home is not None:
            _open_home(beds, cell, one, home)

    beds.run_care(people.facts, beds.session.store, one.person_id, then=known)


def _open_home(beds: "Beds", cell: "BedCell", one: "Lying", home: Home) -> None:
    from care import beds as care_beds
    from care import stays

    store, by = beds.session.store, beds.session.staff.id

    def done(bed: UUID) -> None:
        def undo() -> None:
            stays.switch(store, by, one.person_id, cell.id)
            care_beds.close(store, by, bed)
            beds.wanted = cell.id

        back = undo if one.out is None and not cell.others and not cell.practice else None
        blanks = {"name": one.name, "here": cell.label, "bed": home.village}
        _done(beds, t("beds.switched", **blanks), back, t("beds.switched_saved", **blanks), bed)

    beds.run_care(stays.switch_home, store, by, one.person_id, home.village, home.address, then=done)


# --- out for a while ------------------------------------------------------------------------------


def leave(beds: "Beds", cell: "BedCell", one: "Lying") -> None:
    """Ask why, until when, with whom; somebody who is out comes back."""
    from care import stays

    if one.out is not None:
        beds.yiyang.call_later(_back, beds, cell, one)
        return
    draft = Draft(beds, beds.session, f"leave:{one.person_id}")

    def answered(found: Leaving | None) -> None:
        if found is not None:
            _leave(beds, cell, one, found, draft)

    beds.app.push_screen(AskLeave(beds.session, draft, one.name, stays.LEAVE_KINDS), answered)


def _leave(beds: "Beds", cell: "BedCell", one: "Lying", found: Leaving, draft: Draft) -> None:
    from care import stays

    store, by = beds.session.store, beds.session.staff.id

    def done(_leave: UUID) -> None:
        draft.forget()
        what = t("beds.left", name=one.name)
        _done(beds, what, lambda: stays.back(store, by, one.person_id), t("beds.left_saved", name=one.name), cell.id)

    beds.run_care(
        stays.leave,
        store,
        by,
        one.person_id,
        found.kind,
        found.expected_at,
        found.companion,
        found.note,
        then=done,
    )


async def _back(beds: "Beds", cell: "BedCell", one: "Lying") -> None:
    """The check on return, which brings them back."""
    assert one.out is not None
    beds.wanted = cell.id
    facts = {"from": "hospital" if one.out.kind == "hospital" else "home"}
    await beds.yiyang.open("event", kind="return_check", person_id=one.person_id, facts=facts)


# --- leaving for good, coming in --------------------------------------------------------------------


def discharge(beds: "Beds", cell: "BedCell", one: "Lying") -> None:
    """Why, then once more in words what happens."""
    from care.codes import codes, label
    from care.lifecycle import lifecycle

    reasons = [
        (code.code, label("discharge_reason", code.code, language())) for code in codes("discharge_reason").values
    ]

    def chosen(reason: str | None) -> None:
        if reason == "death":
            beds.yiyang.call_later(_death, beds, one)
        elif reason is not None:
            beds.run_care(lifecycle, beds.session.store, one.person_id, then=lambda found: ask(reason, found))

    def ask(reason: str, found: "Lifecycle") -> None:
        word = label("discharge_reason", reason, language())
        left = [
            f"! {step.words.of(language())}: {step.missing.of(language())}"
            for step in found.steps
            if step.phase == "leaving" and step.missing.zh
        ]
        more = "\n".join([t("beds.discharge_more", bed=cell.label), *left])
        question = Ask(t("beds.discharge_ask", name=one.name, reason=word), more)
        beds.app.push_screen(question, lambda yes: _discharge(beds, cell, one, reason) if yes else None)

    beds.app.push_screen(Choose(t("beds.discharge_title", name=one.name, bed=cell.label), reasons), chosen)


async def _death(beds: "Beds", one: "Lying") -> None:
    """A death has its own form: when, where, why."""
    await beds.yiyang.open("event", kind="death", person_id=one.person_id)


def _discharge(beds: "Beds", cell: "BedCell", one: "Lying", reason: str) -> None:
    from care import stays

    def done(ended: "Ended") -> None:
        said = t("beds.discharged", name=one.name, bed=cell.label)
        if ended.orders or ended.duties:
            said += t("beds.care_ended", orders=len(ended.orders), duties=len(ended.duties))
        _done(beds, said, None, said, cell.id)

    beds.run_care(stays.discharge, beds.session.store, beds.session.staff.id, one.person_id, reason, then=done)


def admit(beds: "Beds", cell: "BedCell") -> None:
    """Who, then once more: nobody comes in by one slip of a key."""

    def chosen(row: "PersonRow | None") -> None:
        if row is None:
            return
        question = Ask(t("beds.admit_ask", name=row.name, bed=cell.label), t("beds.admit_more"))
        beds.app.push_screen(question, lambda yes: _admit(beds, cell, row) if yes else None)

    beds.app.push_screen(FindPerson(beds.session, t("beds.admit_title", bed=cell.label)), chosen)


def _admit(beds: "Beds", cell: "BedCell", row: "PersonRow") -> None:
    from care import stays

    said = t("beds.admitted", name=row.name, bed=cell.label)
    beds.run_care(
        stays.admit,
        beds.session.store,
        beds.session.staff.id,
        row.id,
        cell.id,
        then=lambda _stay: _done(beds, said, None, said, cell.id),
    )


# --- the beds themselves ---------------------------------------------------------------------------


def close(beds: "Beds", cell: "BedCell") -> None:
    """Out of use, or back into use."""
    from care import beds as care_beds

    store, by, closed = beds.session.store, beds.session.staff.id, cell.state == "closed"
    act, inverse = (care_beds.open, care_beds.close) if closed else (care_beds.close, care_beds.open)
    what = t("beds.opened" if closed else "beds.closed", bed=cell.label)
    said = t("beds.opened_saved" if closed else "beds.closed_saved", bed=cell.label)

    def undo() -> None:
        inverse(store, by, cell.id)

    beds.run_care(act, store, by, cell.id, then=lambda _changed: _done(beds, what, undo, said, cell.id))


def add(beds: "Beds", cell: "BedCell | None") -> None:
    """One more bed: in the room of the cursor or another, or at somebody's home."""
    from care import beds as care_beds

    kind = cell.kind if cell is not None else "welfare"
    store, by = beds.session.store, beds.session.staff.id

    def added(bed: UUID) -> None:
        said = t("beds.added")
        _done(beds, said, None, said, bed)

    def home(found: Home | None) -> None:
        if found is not None:
            beds.run_care(care_beds.add_home_bed, store, by, found.village, found.address, then=added)

    def room(name: str | None) -> None:
        if name is not None:
            beds.run_care(care_beds.add_bed, store, by, name, kind, then=added)

    if kind == "home":
        beds.app.push_screen(AskHome(t("beds.add_home_title")), home)
        return
    here, floor, _ = beds.house.room_of(cell.id) if beds.house and cell is not None else ("", 0, [])
    beds.app.push_screen(AskRoom(t(f"beds.add_title.{kind}"), here if floor else ""), room)


def _done(beds: "Beds", what: str, undo: Callable[[], object] | None, said: str, bed: UUID) -> None:
    """Durable: say so, and put the cursor where it happened."""
    beds.wanted = bed
    beds.saved(what, undo, said)
    beds.load()
