"""What two laptops changed apart and nobody has settled: whose facts, which beds, stays, staff; and settling it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.age import house_day, is_day
from care.contests import Contest, contested_of, contests_of_row, heads_of, row_of
from care.fact_check import check
from care.groups import Groups, groups
from care.person_facts import from_columns, to_columns
from care.places import natural, places
from care.registered import FACTS, columns_of, differing, joined, registrations_of, spread
from care.roles import doing, require_all, rights_to_settle, roles
from care.staff import guard_edit
from care.taken_back import Settled, edit, settled
from db.errors import Refused
from db.journal import Value
from db.local import ROW_VERSION
from db.rows import shape_of
from db.store import Store
from db.tables import BY_NAME, Bed, Person
from db.versions import RowHeads

LONGEST: Final = 200
"""So many characters has a text that is typed to settle a field."""

_SETTLES = "dispute.settle"
_NEEDED = ("name", "number", "label")


@dataclass(frozen=True, slots=True)
class Dispute:
    """A person with contested ``fields`` (names of ``person`` columns)."""

    person_id: UUID
    name: str
    bed_label: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContestedRow:
    """A row that is no person's facts with contested ``fields``.

    ``about`` names it in the words of the record: the label of a bed, the name of whose stay it is and the bed, of a
    member of staff number and name.
    """

    table: str
    row_id: UUID
    about: tuple[str, ...]
    fields: tuple[str, ...]


def disputes(store: Store, limit: int = 200) -> list[Dispute]:
    """People with contested fields, by bed; at most ``limit``."""
    with store.reading() as conn:
        return disputes_of(conn, groups(conn), limit)


def disputes_of(conn: Connection, merged: Groups, limit: int = 200) -> list[Dispute]:
    """The same in the reader's snapshot. Registrations of one person that differ in what can hurt are contested."""
    asked = select(ROW_VERSION.c.row_id, ROW_VERSION.c.heads).where(
        ROW_VERSION.c.contested > 0, ROW_VERSION.c.table_name == "person"
    )
    fields: dict[UUID, set[str]] = {}
    for row_id, heads in conn.execute(asked.limit(limit)):
        named = set(RowHeads.decode(bytes(heads)).contested) & set(FACTS)
        fields.setdefault(merged.of(row_id), set()).update(named)
    for shown, members in merged.members.items():
        fields.setdefault(shown, set()).update(differing([one for _, one in registrations_of(conn, members)]))
    here = places(conn)
    names = columns_of(conn, merged, fields, ("name",))
    found = [
        Dispute(id, names[id]["name"], here[id].label if id in here else "", tuple(sorted(named)))
        for id, named in fields.items()
        if named and id in names
    ]
    return sorted(found, key=lambda one: natural(one.bed_label))


def contested_rows(conn: Connection, limit: int = 200) -> list[ContestedRow]:
    """The contested rows that are no person's facts: the house, beds, staff, stays, leaves, who is whom."""
    asked = select(ROW_VERSION.c.table_name, ROW_VERSION.c.row_id, ROW_VERSION.c.heads).where(
        ROW_VERSION.c.contested > 0
    )
    found = []
    for table, row_id, heads in conn.execute(asked.order_by(ROW_VERSION.c.table_name).limit(limit)):
        fields = RowHeads.decode(bytes(heads)).contested
        if table == "person":
            fields = tuple(name for name in fields if name not in FACTS)
        row = row_of(conn, table, row_id) if table in BY_NAME else None
        if fields and row is not None:
            found.append(ContestedRow(table, row_id, _about(conn, table, row), fields))
    return found


def sides(store: Store, table: str, row_id: UUID) -> list[Contest]:
    """The values that stand against each other in a row, field by field."""
    with store.reading() as conn:
        return contests_of_row(conn, table, row_id)


def shown(store: Store, table: str, row_id: UUID) -> Mapping[str, Value]:
    """What the record shows of a row meanwhile; nothing if there is no such row."""
    with store.reading() as conn:
        return dict(row_of(conn, table, row_id) or {})


def settle(store: Store, by: UUID, person_id: UUID, field: str, value: Value) -> Settled:
    """Write down what is true of a contested field, also when it is what is shown already: that closes the matter.

    ``value`` as the column keeps it (a list is JSON text). Of somebody registered twice it becomes true of all their
    registrations. Raises ``NoRight``, and ``Refused``: person_unknown, settled_already (nothing is contested there any
    more), or the code of an error in the field.
    """
    with doing(store, by, _SETTLES) as act:
        require_all(act.conn, by, rights_to_settle("person", [field]))
        ids = groups(act.conn).all(person_id)
        registered = registrations_of(act.conn, ids)
        if field not in contested_of(act.conn, ids):
            raise Refused("settled_already")
        whole = from_columns(to_columns(joined([one for _, one in registered]), FACTS) | {field: value})
        for problem in check(whole, house_day(act.now)):
            if problem.severity == "error" and problem.field == field:
                raise Refused(problem.code, field=field)
        edits = []
        for one, values in spread(registered, whole, [field]).items():
            heads = heads_of(act.conn, "person", one)
            if heads is not None and field in heads.contested:
                values.setdefault(field, value)
            if values:
                edits.append(edit(act, Person, one, **values))
        return settled(act, by, edits)


def settle_row(store: Store, by: UUID, table: str, row_id: UUID, field: str, value: Value) -> Settled:
    """The same of any other row: a bed, a stay, a leave, staff, a room, the house.

    Of the staff nobody raises themselves this way either. Raises ``NoRight``; ``Refused``: settled_already,
    text_too_long (most), text_missing, date_shape (field), role_unknown, and what ``staff.guard_edit`` raises;
    ``TypeError`` for a value that the column cannot hold.
    """
    needed = rights_to_settle(table, [field])
    with doing(store, by, min(needed)) as act:
        heads = heads_of(act.conn, table, row_id)
        if heads is None or field not in heads.contested:
            raise Refused("settled_already")
        _refuse_unfit(field, value)
        if table == "staff":
            guard_edit(act, by, row_id, {field: value})
        return settled(act, by, [edit(act, BY_NAME[table], row_id, **{field: value})])


def _refuse_unfit(field: str, value: Value) -> None:
    if not isinstance(value, str):
        return
    if len(value) > LONGEST:
        raise Refused("text_too_long", most=LONGEST)
    if field in _NEEDED and not value.strip():
        raise Refused("text_missing")
    if field == "role" and value not in roles():
        raise Refused("role_unknown", roles=" ".join(roles()))
    if field.endswith(("_from", "_until")) and not is_day(value):
        raise Refused("date_shape", field=field)


def _about(conn: Connection, table: str, row: Mapping[Any, Any]) -> tuple[str, ...]:
    names = {"bed": ("label",), "staff": ("number", "name")}.get(table, ("name",))
    if table in ("stay", "leave", "medical_order"):
        person = columns_of(conn, groups(conn), [groups(conn).of(row["person_id"])], ("name",))
        bed = (
            conn.execute(select(col(Bed.label)).where(col(Bed.id) == row["bed_id"])).scalar() if table == "stay" else ""
        )
        drug = str(row["name"]) if table == "medical_order" else ""
        return tuple(filter(None, (bed, *(one["name"] for one in person.values()), drug)))
    return tuple(str(row[name]) for name in names if name in shape_of(BY_NAME[table]).columns and row[name])


def count_contested(conn: Connection, merged: Groups) -> int:
    """How many people and other rows have something contested."""
    return len(disputes_of(conn, merged)) + len(contested_rows(conn))
