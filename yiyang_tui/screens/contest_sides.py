"""The two or more values that stand against each other in a row, with who wrote each, where and when."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from yiyang_tui.cells import narrow
from yiyang_tui.screens.chart_facts import fact_word
from yiyang_tui.screens.person_words import allergy, condition, consent, contact
from yiyang_tui.words import has, language, t, times

if TYPE_CHECKING:
    from care.contests import Contest
    from db.journal import Value
    from db.store import Store

NAMED: Final = {"bed_id": "bed", "room_id": "room", "department_id": "department", "institution_id": "institution"}
PEOPLE: Final = ("person_id", "same_as")
CODED: Final = {
    ("staff", "role"): "role",
    ("bed", "kind"): "beds.bed_kind",
    ("leave", "kind"): "beds.leave",
    ("institution", "kind"): "cli.house.kind",
    ("stay", "begun_by"): "settle.begun",
    ("stay", "end_reason"): "settle.ended",
}
_MOMENT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Side:
    """One value. ``who`` is empty and ``at`` ``None`` where that is not known any more.

    ``laptop``: what the county calls the laptop where it was written; empty for this one, and where that is not known.
    """

    value: "Value"
    who: str
    at: int | None
    here: bool
    laptop: str = ""


@dataclass(frozen=True, slots=True)
class Contested:
    """A field with its sides. ``shown`` is what the record shows meanwhile: one of them, or what is safest of all.

    ``table`` is empty for a person's facts; ``names`` are those of whatever the values name by its id.
    """

    field: str
    shown: "Value"
    sides: Sequence[Side]
    table: str
    names: Mapping[UUID, str]

    @property
    def label(self) -> str:
        """What the field is called."""
        return field_word(self.table, self.field)

    def words(self, value: "Value") -> list[str]:
        """A value in words, an item of a list a line."""
        return row_words(self.table, self.field, value, self.names) if self.table else value_words(self.field, value)


def field_word(table: str, name: str) -> str:
    """What a field of a table is called; an unknown one, of a newer version, by its own name."""
    known = (f"column.{table}.{name}", f"column.{name}", f"field.{name}")
    return next((t(key) for key in known if (table or key.startswith("field.")) and has(key)), name)


def read_contested(store: "Store", person_id: UUID) -> list[Contested]:
    """What two laptops disagree on about one person. Blocks."""
    from care.chart import contested
    from care.people import facts
    from care.person_facts import to_columns

    contests = contested(store, person_id)
    if not contests:
        return []
    shown = to_columns(facts(store, person_id), [one.field for one in contests])
    return _with_authors(store, contests, shown, "")


def read_row(store: "Store", table: str, row_id: UUID) -> list[Contested]:
    """The same of a bed, a stay, a leave, staff, a room, the house. Blocks."""
    from care.disputes import shown, sides

    return _with_authors(store, sides(store, table, row_id), shown(store, table, row_id), table)


def _with_authors(
    store: "Store", contests: "Sequence[Contest]", shown: "Mapping[str, Value]", table: str
) -> list[Contested]:
    from care.staff import everyone
    from sync.link import Folder
    from sync.proof.fellows import names as laptops_of
    from sync.proof.written import written

    known = written(store, [value.ref for contest in contests for value in contest.values])
    staff = {one.id: one.name for one in everyone(store)}
    laptops = laptops_of(Folder(store.path))
    found = []
    for contest in contests:
        sides = []
        for value in contest.values:
            entry = known.get(value.ref)
            who = staff.get(entry.staff_id, "") if entry is not None and entry.staff_id is not None else ""
            here = entry is not None and entry.here
            laptop = laptops.get(entry.device, "") if entry is not None and not here else ""
            sides.append(Side(value.value, who, entry.at if entry else None, here, laptop))
        meant = [side.value for side in sides if isinstance(side.value, UUID)]
        names = {one: staff[one] for one in meant if one in staff} | _names(store, contest.field, meant)
        found.append(Contested(contest.field, shown[contest.field], sides, table, names))
    return found


def _names(store: "Store", name: str, ids: Sequence[UUID]) -> dict[UUID, str]:
    from care.disputes import shown

    table = "person" if name in PEOPLE else NAMED.get(name, "")
    rows = {one: shown(store, table, one) for one in ids} if table else {}
    return {one: str(row.get("label") or row.get("name") or "") for one, row in rows.items() if row}


def value_words(field: str, value: "Value") -> list[str]:
    """A value of a person's facts in words, an item of a list a line."""
    from care.person_facts import Allergy, Condition, Consent, Contact, read_items

    if field == "allergies":
        said = [allergy(one) for one in read_items(Allergy, str(value))]
    elif field == "conditions":
        said = [condition(one) for one in read_items(Condition, str(value))]
    elif field == "contacts":
        said = [contact(one) for one in read_items(Contact, str(value))]
    elif field == "consents":
        said = [consent(one) for one in read_items(Consent, str(value))]
    else:
        said = [fact_word(field, value)] if value not in ("", None) else []
    return said or [t("person.empty")]


def row_words(table: str, field: str, value: "Value", names: Mapping[UUID, str]) -> list[str]:
    """A value of any other row in words."""
    if value in ("", None):
        nothing = f"settle.nothing.{field}"
        return [t(nothing) if has(nothing) else t("person.empty")]
    if isinstance(value, UUID):
        return [names.get(value) or t("settle.gone")]
    if isinstance(value, bool):
        return [t("dialog.yes" if value else "dialog.no")]
    if isinstance(value, int):
        return [moment(value) if field.endswith("_at") else str(value)]
    coded = f"{CODED.get((table, field), '')}.{value}"
    if has(coded):
        return [t(coded)]
    return [_left_for(value) if (table, field) == ("stay", "end_reason") else str(value)]


def _left_for(reason: str) -> str:
    from care.codes import label

    return label("discharge_reason", reason, language())


def moment(at: int) -> str:
    """A time that can be typed back: ``2026-11-22 21:04``."""
    return times.local(at).strftime("%Y-%m-%d %H:%M")


def typable(one: Contested) -> bool:
    """Whether another value than those of the sides can be typed: texts, days and times, no codes and no names."""
    if (one.table, one.field) in CODED or one.table == "person":
        return False
    kinds = {type(side.value) for side in one.sides} - {type(None)}
    return kinds == {str} or (kinds == {int} and one.field.endswith("_at"))


def read_typed(one: Contested, typed: str) -> "Value":
    """What was typed, as the column keeps it. Raises ``ValueError`` for what is no time where one is asked for."""
    said = typed.strip()
    if one.field.endswith("_at"):
        found = _MOMENT.fullmatch(narrow(said))
        if found is None:
            raise ValueError("no time")
        year, month, day, hour, minute = map(int, found.groups())
        return int(datetime(year, month, day, hour, minute, tzinfo=times.HOUSE).timestamp())
    if not said and any(side.value is None for side in one.sides):
        return None
    return said
