"""Rounds: recording a look at a person, correcting it by a row that supersedes it, taking it back.

What screens read of rounds comes from here too: the board (``care.board``), the last measurements (``care.measured``)
and the words of the form (``care.observations``).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.engine import RowMapping

from care.amending import amending
from care.board import Board, BoardRow, board
from care.data import table
from care.groups import groups
from care.levels import is_night
from care.looks import ahead
from care.measured import LastVitals, last_vitals, news_of
from care.news2 import News2
from care.observations import Choice, ChoiceList, Finding, observations, say
from care.one_look import Observation, check, noted, reason_of
from care.places import place_of
from care.registered import facts_of
from care.rights import Second, doing
from db.errors import Refused
from db.identity import epoch_of
from db.journal import Value
from db.local import JOURNAL
from db.rows import shape_of
from db.store import Act, Store
from db.tables import Round, Synced, Vitals

__all__ = [
    "Board",
    "BoardRow",
    "Choice",
    "ChoiceList",
    "Finding",
    "LastVitals",
    "Observation",
    "Saved",
    "board",
    "correct",
    "last_vitals",
    "observations",
    "record",
    "say",
    "undo",
    "unremarkable",
    "void",
]

UNDO_S = 600
"""For so long after it was recorded a round can be taken back by whoever recorded it."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What one act wrote. ``news`` is the score of the measurements given, if it says anything."""

    round_id: UUID
    vitals_id: UUID | None
    news: News2 | None


def record(store: Store, by: UUID, person_id: UUID, observation: Observation, at: int | None = None) -> Saved:
    """Record one look, and its measurements if any were given, in one act. ``at``: when, if not now.

    Raises ``Refused``: nothing_observed, unremarkable_with_finding, kind_unknown, choice_unknown (field), text_too_long
    (most), water_impossible (lo, hi), sbp_not_above_dbp, acvpu_unknown, person_unknown, staff_unknown, time_ahead;
    ``ImpossibleValue``; ``KeyError`` for a measure that the table of vitals does not have.
    """
    check(observation)
    with doing(store, by, "round.record") as act:
        about = _about(act.conn, by, person_id, observation.reported_to)
        look = act.now if at is None else at
        if look > ahead(act.now):
            raise Refused("time_ahead")
        kind = observation.kind or _usual_kind(about.role, about.bed_kind, look)
        where: dict[str, Any] = {"person_id": about.person_id, "staff_id": by, "at": look}
        round_id = act.insert(Round, **where, bed_id=about.bed_id, kind=kind, **noted(observation))
        given = observation.measured
        if not given:
            return Saved(round_id, None, None)
        given["spo2_scale"] = about.spo2_scale
        return Saved(round_id, act.insert(Vitals, **where, round_id=round_id, **given), news_of(given))


def unremarkable(store: Store, by: UUID, person_id: UUID, kind: str | None = None) -> Saved:
    """Record that somebody looked and found nothing remarkable: one step, one act. Raises as ``record`` does."""
    return record(store, by, person_id, Observation(kind=kind or "", unremarkable=True))


def correct(
    store: Store,
    by: UUID,
    round_id: UUID,
    observation: Observation,
    reason: str,
    *,
    second: Second | None = None,
) -> Saved:
    """Put ``observation``, whole, in the place of a round and its measurements; the time of the look stays.

    Of a round of somebody else it takes a ``second`` person (``care.amending``). Raises what ``record`` and
    ``amending`` raise, and ``Refused``: reason_missing, round_superseded (somebody corrected it already).
    """
    check(observation)
    reason = reason_of(reason)
    with amending(store, by, round_id, second, "corrected") as act:
        old = _standing(act.conn, round_id)
        about = _about(act.conn, by, old["person_id"], observation.reported_to)
        vitals = _vitals_of(act.conn, round_id)
        where = {"person_id": old["person_id"], "staff_id": by, "at": old["at"], "reason": reason}
        kind = observation.kind or old["kind"]
        new_id = act.insert(Round, **where, bed_id=old["bed_id"], kind=kind, supersedes=round_id, **noted(observation))
        given = observation.measured
        if not given and vitals is None:
            return Saved(new_id, None, None)
        # The oxygen scale is the one of the time of the look.
        scale = about.spo2_scale if vitals is None else vitals["spo2_scale"]
        vitals_id = act.insert(
            Vitals,
            **where,
            round_id=new_id,
            supersedes=None if vitals is None else vitals["id"],
            void=not given,
            spo2_scale=scale,
            **given,
        )
        return Saved(new_id, vitals_id, news_of({**given, "spo2_scale": scale})) if given else Saved(new_id, None, None)


def undo(store: Store, by: UUID, round_id: UUID) -> None:
    """Take back a round just recorded, by a void row; taking back a correction puts what it corrected in its place.

    What somebody took back is put back by nobody but them, as a new round. Raises ``Refused``: undo_not_yours,
    undo_too_late (minutes after it was recorded), round_superseded.
    """
    with doing(store, by, "round.correct") as act:
        row = _standing(act.conn, round_id)
        if row["staff_id"] != by or _put_back(row):
            raise Refused("undo_not_yours")
        if act.now - _recorded_at(act.conn, row) > UNDO_S:
            raise Refused("undo_too_late", minutes=UNDO_S // 60)
        vitals = _vitals_of(act.conn, round_id, void_too=True)
        new_id = _take_back(act, Round, row)
        if vitals is not None:
            _take_back(act, Vitals, vitals, round_id=new_id)


def void(store: Store, by: UUID, round_id: UUID, reason: str, *, second: Second | None = None) -> None:
    """Say that a round counts no more, by a void row with a reason: it was of somebody else, say. At any time.

    Of a round of somebody else it takes a ``second`` person (``care.amending``). Raises what ``amending`` raises, and
    ``Refused``: reason_missing, text_too_long (most), staff_unknown, round_superseded.
    """
    reason = reason_of(reason)
    with amending(store, by, round_id, second, "voided") as act:
        row = _standing(act.conn, round_id)
        _about(act.conn, by, row["person_id"], None)
        vitals = _vitals_of(act.conn, round_id)
        said: dict[str, Value] = {"staff_id": by, "reason": reason}
        new_id = _void_row(act, Round, row, **said)
        if vitals is not None:
            _void_row(act, Vitals, vitals, round_id=new_id, **said)


_ABOUT = text(
    """
SELECT p.spo2_scale, (SELECT role FROM staff WHERE id = :by) AS role,
       b.id AS bed_id, b.kind AS bed_kind, EXISTS (SELECT 1 FROM person WHERE same_as IS NOT NULL) AS merged,
       :told IS NULL OR EXISTS (SELECT 1 FROM staff WHERE id = :told) AS told_known
FROM person AS p
LEFT JOIN bed AS b ON b.id = (
    SELECT bed_id FROM stay WHERE person_id = p.id AND until_at IS NULL ORDER BY from_at DESC, id DESC LIMIT 1)
WHERE p.id = :person
"""
)


class _About(NamedTuple):
    """Whom a look is of, and who looks. ``person_id``: as whom the person is shown."""

    person_id: UUID
    spo2_scale: int
    role: str
    bed_id: UUID | None
    bed_kind: str | None


def _about(conn: Connection, by: UUID, person_id: UUID, told: UUID | None) -> _About:
    asked = {"by": by.bytes, "person": person_id.bytes, "told": None if told is None else told.bytes}
    row = conn.execute(_ABOUT, asked).mappings().first()
    if row is None:
        raise Refused("person_unknown")
    if row["role"] is None or not row["told_known"]:
        raise Refused("staff_unknown")
    if row["merged"] and len(ids := groups(conn).all(person_id)) > 1:
        place = place_of(conn, person_id)
        bed = (None, None) if place is None else (place.bed_id, place.kind)
        return _About(ids[0], facts_of(conn, person_id).spo2_scale, row["role"], *bed)
    bed_id = None if row["bed_id"] is None else UUID(bytes=row["bed_id"])
    return _About(person_id, int(row["spo2_scale"]), row["role"], bed_id, row["bed_kind"])


def _usual_kind(role: str, bed_kind: str | None, at: int) -> str:
    kinds = table("rounds")["kind_at_home" if bed_kind == "home" else "kind_by_role"]
    kind: str = kinds.get(role, kinds["carer"])["night" if is_night(at) else "day"]
    return kind


def _row(conn: Connection, of: type[Synced], row_id: UUID) -> RowMapping:
    """A row by its id. Raises ``LookupError`` if there is none."""
    core = shape_of(of).table
    found = conn.execute(select(core).where(core.c.id == row_id)).mappings().first()
    if found is None:
        raise LookupError(f"{core.name}: no such row")
    return found


def _standing(conn: Connection, round_id: UUID) -> RowMapping:
    row = _row(conn, Round, round_id)
    core = shape_of(Round).table
    if row["void"] or conn.execute(select(core.c.id).where(core.c.supersedes == round_id)).first() is not None:
        raise Refused("round_superseded")
    return row


def _vitals_of(conn: Connection, round_id: UUID, *, void_too: bool = False) -> RowMapping | None:
    """The measurements that stand for a round; ``void_too``: or the row by which a correction took them away."""
    core = shape_of(Vitals).table
    newer = core.alias("newer")
    asked = select(core).where(
        core.c.round_id == round_id, ~select(newer.c.id).where(newer.c.supersedes == core.c.id).exists()
    )
    return conn.execute(asked if void_too else asked.where(~core.c.void)).mappings().first()


def _recorded_at(conn: Connection, row: RowMapping) -> int:
    """When a row was written. Once its journal entry is sealed, the time of the look has to stand for it."""
    entry = (
        select(JOURNAL.c.wall)
        .where(JOURNAL.c.epoch == epoch_of(row["id"]), JOURNAL.c.row_id == row["id"])
        .order_by(JOURNAL.c.seq.desc())  # what was just written is found first
        .limit(1)
    )
    wall: int | None = conn.execute(entry).scalar()
    return row["at"] if wall is None else wall


def _take_back(act: Act, of: type[Synced], row: RowMapping, **now: Value) -> UUID:
    """Insert what stands after ``row`` is taken back: what it had superseded, or a void row."""
    before = row if row["supersedes"] is None else _row(act.conn, of, row["supersedes"])
    values: dict[str, Value] = {name: before[name] for name in shape_of(of).columns}
    values |= {"supersedes": row["id"], "void": row["supersedes"] is None, "reason": _undone(), **now}
    return act.insert(of, **values)


def _undone() -> str:
    said: str = table("rounds")["words"]["undo"]["zh"]
    return said


def _put_back(row: RowMapping) -> bool:
    """Whether a row stands again because a correction of it was taken back: its writer did not just write it."""
    return row["supersedes"] is not None and row["reason"] == _undone()


def _void_row(act: Act, of: type[Synced], row: RowMapping, **now: Value) -> UUID:
    values: dict[str, Value] = {name: row[name] for name in shape_of(of).columns}
    return act.insert(of, **{**values, "supersedes": row["id"], "void": True, **now})
