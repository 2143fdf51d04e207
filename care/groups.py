"""Who was registered twice: which registrations are one person, and as whom that person is shown.

``Person.same_as`` says that a registration is shown as another. Both keep their rows; whoever reads rows of a person
reads those of the whole group. Two laptops apart may make chains of it, and circles: A is B, and B is A. A chain ends
in one person; of a circle the registration with the lowest id is shown, on every laptop the same, so that nobody
disappears, and the circle is work for a person to settle.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.engine import RowMapping


@dataclass(frozen=True, slots=True)
class Groups:
    """``hidden``: registration -> the one shown in its place. ``members``: shown -> all of its group, itself first.

    ``circles``: registrations that are shown as each other, in the order of their ids.
    """

    hidden: Mapping[UUID, UUID]
    members: Mapping[UUID, tuple[UUID, ...]]
    circles: tuple[tuple[UUID, ...], ...]

    def of(self, person_id: UUID) -> UUID:
        """As whom a registration is shown: itself, for nearly all."""
        return self.hidden.get(person_id, person_id)

    def all(self, person_id: UUID) -> tuple[UUID, ...]:
        """All registrations of the person, the shown one first."""
        shown = self.of(person_id)
        return self.members.get(shown, (shown,))

    def each(self, ids: Iterable[UUID]) -> set[UUID]:
        """All registrations of these people."""
        return {one for person_id in ids for one in self.all(person_id)}


# A registration that names itself, or somebody who is not here, is shown as it is.
_EDGES = text(
    "SELECT id, same_as FROM person AS p WHERE same_as IS NOT NULL AND same_as <> id"
    " AND EXISTS (SELECT 1 FROM person AS kept WHERE kept.id = p.same_as)"
)


def groups(conn: Connection) -> Groups:
    """Everybody registered twice: one look into an index that holds only them."""
    return resolve({UUID(bytes=one): UUID(bytes=other) for one, other in conn.execute(_EDGES)})


def resolve(same_as: Mapping[UUID, UUID]) -> Groups:
    """The groups that these arrows make, whatever they are."""
    ends: dict[UUID, UUID] = {}
    circles = []
    for start in same_as:
        path: dict[UUID, None] = {}
        at = start
        while at in same_as and at not in ends and at not in path:
            path[at] = None
            at = same_as[at]
        if at in path:
            way = list(path)
            circle = tuple(sorted(way[way.index(at) :]))
            circles.append(circle)
            end = circle[0]
        else:
            end = ends.get(at, at)
        ends |= dict.fromkeys(path, end)
    hidden = {one: end for one, end in ends.items() if one != end}
    members: dict[UUID, tuple[UUID, ...]] = {}
    for one in sorted(hidden):
        members[hidden[one]] = (*members.get(hidden[one], (hidden[one],)), one)
    return Groups(hidden, members, tuple(sorted(circles)))


def newest_first(
    conn: Connection, sql: TextClause, ids: Iterable[UUID], asked: Mapping[str, Any], most: int
) -> list[RowMapping]:
    """At most ``most`` rows of a person with all their registrations, newest first.

    ``sql`` asks for ``:person`` and ``:most`` and gives ``at`` and ``id``, newest first: each registration is one walk
    along its own index, however many years it has.
    """
    found = [[*conn.execute(sql, {**asked, "person": one.bytes, "most": most}).mappings()] for one in ids]
    if len(found) == 1:
        return found[0]
    return sorted((row for rows in found for row in rows), key=lambda row: (row["at"], row["id"]), reverse=True)[:most]


def place_of_row(conn: Connection, one_walk: str, ids: Iterable[UUID], asked: Mapping[str, Any]) -> Any:
    """The row after ``:skipped`` others, newest first, over all registrations of a person, or ``None``.

    ``one_walk`` gives ``at`` and ``id`` of the rows of ``:person``; walks are merged as they are read.
    """
    walks, values = [], dict(asked)
    for n, one in enumerate(ids):
        walks.append(one_walk.replace(":person", f":person{n}"))
        values[f"person{n}"] = one.bytes
    sql = f"{' UNION ALL '.join(walks)} ORDER BY at DESC, id DESC LIMIT 1 OFFSET :skipped"
    return conn.execute(text(sql), values).first()
