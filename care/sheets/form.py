"""A form of one event (事件、不良事件), filled in or blank: its fields as they are asked, what followed, who signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from care.events.kinds import kind, kinds, known
from care.events.read import EventView, event, of_house, of_person, thread
from care.events.shape import CHOSEN, Field, Kind
from care.sheets.head import SheetHead, head_of
from care.words import Words
from db.errors import Refused
from db.store import Store

MOST_TICKS: Final = 14
"""Choices that stand on paper each with its box; of more only what was chosen is written."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One choice and whether it is ticked."""

    words: Words
    on: bool


@dataclass(frozen=True, slots=True)
class FormLine:
    """One field. ``said`` is its value in words, empty where nothing was said; ``long``: it needs lines to write on."""

    words: Words
    said: Words
    ticks: tuple[Tick, ...]
    long: bool


@dataclass(frozen=True, slots=True)
class EventForm:
    """``event`` is ``None`` on a blank form. ``after``: what followed, in its order."""

    head: SheetHead
    title: Words
    of_person: bool
    case: bool
    event: EventView | None
    lines: tuple[FormLine, ...]
    after: tuple[EventView, ...]


def event_form(store: Store, by: UUID, event_id: UUID) -> EventForm:
    """The form of one event as it stands. Raises ``NoRight``, ``Refused``: record_unknown."""
    found = event(store, event_id)
    with store.reading() as conn:
        head = head_of(store, conn, by, found.person_id)
    of = known(found.kind)
    lines = _unknown(found) if of is None else _lines(of, found)
    return EventForm(
        head, found.title, found.person_id is not None, found.case, found, lines, tuple(thread(store, found.id))
    )


def blank_form(store: Store, by: UUID, kind_id: str, person_id: UUID | None) -> EventForm:
    """The same to be filled in by hand. Raises ``NoRight``, ``Refused``: event_kind_unknown, person_unknown."""
    of = kind(kind_id)
    with store.reading() as conn:
        head = head_of(store, conn, by, person_id if of.of == "person" else None)
    return EventForm(
        head, of.words, of.of == "person", of.case, None, tuple(_line(field, None, None) for field in of.fields), ()
    )


def newest(store: Store, person_id: UUID | None, kind_id: str = "") -> UUID:
    """The last event of somebody, or of the house, of one kind or of those that are incidents.

    Raises ``Refused``: nothing_to_print, event_kind_unknown.
    """
    wanted = (kind(kind_id).id,) if kind_id else tuple(one.id for one in kinds() if one.case)
    if person_id is None:
        found = of_house(store, 0, kinds=wanted, limit=1)
    else:
        found = of_person(store, person_id, wanted, limit=1, gone=False)
    if not found:
        raise Refused("nothing_to_print")
    return found[0].id


def _lines(of: Kind, found: EventView) -> tuple[FormLine, ...]:
    # Two fields may have one name: what was said is in the order of the form.
    said = iter(found.words)
    words = {field.id: next(said)[1] for field in of.fields if field.id in found.facts}
    return tuple(
        _line(field, found.facts.get(field.id), words.get(field.id))
        for field in of.fields
        if field.id in found.facts or not field.when
    )


def _line(field: Field, value: Any, said: Words | None) -> FormLine:
    nothing = Words("", "")
    if field.type == "yes":
        on = (value is True, value is False)
        return FormLine(field.words, nothing, tuple(map(Tick, _YES_NO, on)), False)
    if field.type in CHOSEN and len(field.choices) <= MOST_TICKS and not any(one.sides for one in field.choices):
        chosen = _codes(value)
        ticks = tuple(Tick(one.words, one.code in chosen) for one in field.choices)
        return FormLine(field.words, nothing if _all_listed(field, chosen) else said or nothing, ticks, False)
    return FormLine(_with_unit(field), said or nothing, (), field.type == "words")


_YES_NO: Final = (Words("是", "yes"), Words("否", "no"))


def _codes(value: Any) -> Sequence[str]:
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return [str(one) for one in listed]


def _all_listed(field: Field, chosen: Sequence[str]) -> bool:
    return all(field.choice(code) is not None for code in chosen)


def _with_unit(field: Field) -> Words:
    if not field.unit.zh:
        return field.words
    return Words(f"{field.words.zh}（{field.unit.zh}）", f"{field.words.en} ({field.unit.en})")


def _unknown(found: EventView) -> tuple[FormLine, ...]:
    """What a newer program recorded is printed as it was kept."""
    facts: Mapping[str, Any] = found.facts
    each = ((Words(name, name), Words(str(value), str(value))) for name, value in facts.items())
    return tuple(FormLine(name, value, (), False) for name, value in each)
