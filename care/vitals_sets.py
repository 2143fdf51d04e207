"""Every set of measurements of a person, also those that were corrected or voided: what a chart's table shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from care.groups import groups, newest_first
from care.looks import VITALS_COLUMNS
from care.measured import Measured, news_of, plain
from care.news2 import News2
from db.store import Store

_MOST = 500


@dataclass(frozen=True, slots=True)
class VitalsSet:
    """One set. ``values`` are what was measured; ``stands`` says whether it still counts."""

    id: UUID
    at: int
    who: str
    values: Mapping[str, Measured]
    news: News2 | None
    stands: Literal["yes", "corrected", "void"]


_SETS = text(
    f"""
SELECT v.id, v.at, {", ".join(f"v.{column}" for column in VITALS_COLUMNS)}, w.name AS who,
       n.id IS NOT NULL AS ended, n.void AS voided
FROM vitals AS v
LEFT JOIN staff AS w ON w.id = v.staff_id
LEFT JOIN vitals AS n ON n.id = (
    SELECT id FROM vitals AS newer WHERE newer.supersedes = v.id ORDER BY newer.void, newer.id DESC LIMIT 1)
WHERE v.person_id = :person AND NOT v.void
ORDER BY v.at DESC, v.id DESC LIMIT :most
"""
)


def vitals_sets(store: Store, person_id: UUID, limit: int = 100) -> list[VitalsSet]:
    """The newest sets first, at most 500."""
    with store.reading() as conn:
        rows = newest_first(conn, _SETS, groups(conn).all(person_id), {}, max(0, min(limit, _MOST)))
    found = []
    for row in rows:
        whole = plain(row)
        values = {name: value for name, value in whole.items() if value is not None and name != "spo2_scale"}
        stands: Literal["yes", "corrected", "void"] = "yes"
        if row["ended"]:
            stands = "void" if row["voided"] else "corrected"
        found.append(VitalsSet(UUID(bytes=row["id"]), row["at"], row["who"] or "", values, news_of(whole), stands))
    return found
