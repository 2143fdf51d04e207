"""An event in words: each fact that was said with its name, and the one line that lists show."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.age import house_moment
from care.data import table
from care.events.facts import people_in, row_id
from care.events.shape import NUMBERS, Field, Kind
from care.kept_json import object_of
from care.words import Words
from db.tables import Person, Staff

Names = Mapping[UUID, str]

NOTHING: Final = Words("", "")
_YES, _NO = Words("是", "yes"), Words("否", "no")
_BRIEF_MOST = 3


def read_facts(kept: str) -> dict[str, Any]:
    """The facts of a row; nothing of what another program wrote that is no object."""
    return object_of(kept)


def names_of(conn: Connection, found: Iterable[tuple[Kind | None, Mapping[str, Any]]]) -> dict[UUID, str]:
    """The names of everybody whom these facts name."""
    wanted: dict[str, set[UUID]] = {"staff": set(), "person": set()}
    for of, facts in found:
        for kind, ids in (people_in(of, facts) if of else {}).items():
            wanted[kind] |= set(ids)
    names: dict[UUID, str] = {}
    for kind, column in (("staff", Staff), ("person", Person)):
        if wanted[kind]:
            asked = select(col(column.id), col(column.name)).where(col(column.id).in_(wanted[kind]))
            names |= dict(conn.execute(asked).all())
    return names


def told(field: Field, value: Any, names: Names) -> Words:
    """The value of a field in words; of one that is none of ours, as it is."""
    match field.type:
        case "choice":
            return _chosen(field, value)
        case "many" | "body":
            each = [_chosen(field, one) for one in value] if isinstance(value, list) else []
            return Words("、".join(one.zh for one in each), ", ".join(one.en for one in each))
        case "yes":
            return _YES if value else _NO
        case "tenths" if isinstance(value, int):
            return _with_unit(field, f"{value // 10}.{value % 10}")
        case "money" if isinstance(value, int):
            return Words(f"{value // 100}.{value % 100:02} 元", f"{value // 100}.{value % 100:02} yuan")
        case "int":
            return _with_unit(field, str(value))
        case "time" if isinstance(value, int):
            said = f"{house_moment(value):%m-%d %H:%M}"
            return Words(said, said)
        case "staff" | "person":
            id = row_id(value)
            said = names.get(id, "") if id else ""
            return Words(said, said)
    return Words(str(value), str(value))


def all_told(of: Kind, facts: Mapping[str, Any], names: Names) -> tuple[tuple[Words, Words], ...]:
    """Every fact that was said: its name and its value, in the order of the form."""
    return tuple((field.words, told(field, facts[field.id], names)) for field in of.fields if field.id in facts)


def brief(of: Kind, facts: Mapping[str, Any], names: Names) -> Words:
    """One line: the brief fields, or the first ones that were said; two blanks between them."""
    chosen = [field for field in of.fields if field.brief and field.id in facts]
    chosen = chosen or [field for field in of.fields if field.id in facts][:_BRIEF_MOST]
    # One number says by its unit what it is; of several each is named.
    numbers = sum(field.type in NUMBERS for field in chosen)
    each = [_alone(field, facts[field.id], names, named=numbers > 1) for field in chosen]
    each = [one for one in each if one.zh]
    return Words("  ".join(one.zh for one in each), "  ".join(one.en for one in each))


def _alone(field: Field, value: Any, names: Names, *, named: bool) -> Words:
    """Without its name a tick says what is ticked, and nothing where it is not."""
    if field.type == "yes":
        return field.words if value else NOTHING
    said = told(field, value, names)
    if field.type in NUMBERS and named:
        return Words(f"{field.words.zh} {said.zh}", f"{field.words.en} {said.en}")
    return said


def _chosen(field: Field, value: Any) -> Words:
    code, _, side = str(value).partition(":")
    found = field.choice(code)
    if found is None:
        return Words(str(value), str(value))
    for one in table("body_parts")["side"] if side else ():
        if one["code"] == side:
            return Words(one["zh"] + found.words.zh, f"{one['en']} {found.words.en}")
    return found.words


def _with_unit(field: Field, said: str) -> Words:
    if not field.unit.zh:
        return Words(said, said)
    return Words(f"{said} {field.unit.zh}", f"{said} {field.unit.en}")
