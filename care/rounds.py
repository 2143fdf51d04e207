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
from care.duties_done import NOTHING, Done, check_done, take_back_at, void_at, write_done
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
from care.standing import UNDO_S, row_of, standing, take_back, undo_record, void_record, void_row
from db.errors import Refused
from db.rows import shape_of
from db.store import Act, Store
from db.tables import Round, Vitals

__all__ = [
    "UNDO_S",
    "Board",
    "BoardRow",
    "Choice",
    "ChoiceList",
    "Done",
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


@dataclass(frozen=True, slots=True)
class Saved:
    """What one act wrote. ``news`` is the score of the measurements given, if it says anything."""

    round_id: UUID
    vitals_id: UUID | None
    news: News2 | None
    duties_id: UUID | None = None


def record(
    store: Store,
    by: UUID,
    person_id: UUID,
    observation: Observation,
    at: int | None = None,
    *,
    duties: Done = NOTHING,
) -> Saved:
    """Record one look, its measurements if any were given, and the duties done at it, in one act. ``at``: if not now.

    Raises as ``check_done``, ``Refused``: nothing_observed, unremarkable_with_finding, kind_unknown, choice_unknown
    (field), text_too_long (most), water_impossible (lo, hi), sbp_not_above_dbp, acvpu_unknown, person_unknown,
    staff_unknown, time_ahead; ``ImpossibleValue``; ``KeyError`` for a measure that the table of vitals does not have.
    """
    check(observation)
    check_done(duties)
    with doing(store, by, "round.record") as act:
        about = _about(act.conn, by, person_id, observation.reported_to)
        look = act.now if at is None else at
        if look > ahead(act.now):
            raise Refused("time_ahead")
        kind = observation.kind or _usual_kind(about.role, about.bed_kind, look)
        where: dict[str, Any] = {"person_id": about.person_id, "staff_id": by, "at": look}
        round_id = act.insert(Round, **where, bed_id=about.bed_id, kind=kind, **noted(observation))
        done_id = write_done(act, by, about.person_id, duties, round_id, look) if duties else None
        given = observation.measured
        if not given:
            return Saved(round_id, None, None, done_id)
        given["spo2_scale"] = about.spo2_scale
        return Saved(round_id, act.insert(Vitals, **where, round_id=round_id, **given), news_of(given), done_id)


def unremarkable(store: Store, by: UUID, person_id: UUID, kind: str | None = None, *, duties: Done = NOTHING) -> Saved:
    """Record that somebody looked and found nothing remarkable, and did what was due: one step, one act.

    Raises as ``record`` does.
    """
    return record(store, by, person_id, Observation(kind=kind or "", unremarkable=True), duties=duties)


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
    ``amending`` raise, and ``Refused``: reason_missing, record_superseded (somebody corrected it already).
    """
    check(observation)
    reason = reason_of(reason)
    with amending(store, by, round_id, second, "corrected", Round) as act:
        old = standing(act.conn, Round, round_id)
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

    With a round that was no correction go the duties that were done at it. What somebody took back is put back by
    nobody but them, as a new round. Raises as ``undo_record``.
    """

    def measurements(act: Act, new_id: UUID) -> None:
        vitals = _vitals_of(act.conn, round_id, void_too=True)
        if vitals is not None:
            take_back(act, Vitals, vitals, round_id=new_id)
        if row_of(act.conn, Round, round_id)["supersedes"] is None:
            take_back_at(act, round_id)

    undo_record(store, by, Round, round_id, measurements)


def void(store: Store, by: UUID, round_id: UUID, reason: str, *, second: Second | None = None) -> None:
    """Say that a round counts no more, by a void row with a reason: it was of somebody else, say. At any time.

    Of a round of somebody else it takes a ``second`` person (``care.amending``). Raises as ``void_record``, and
    ``Refused``: staff_unknown.
    """

    def measurements(act: Act, new_id: UUID) -> None:
        vitals = _vitals_of(act.conn, round_id)
        if vitals is not None:
            void_row(act, Vitals, vitals, round_id=new_id, staff_id=by, reason=reason_of(reason))
        void_at(act, round_id, by, reason_of(reason))

    void_record(store, by, Round, round_id, reason, second=second, beside=measurements)


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


def _vitals_of(conn: Connection, round_id: UUID, *, void_too: bool = False) -> RowMapping | None:
    """The measurements that stand for a round; ``void_too``: or the row by which a correction took them away."""
    core = shape_of(Vitals).table
    newer = core.alias("newer")
    asked = select(core).where(
        core.c.round_id == round_id, ~select(newer.c.id).where(newer.c.supersedes == core.c.id).exists()
    )
    return conn.execute(asked if void_too else asked.where(~core.c.void)).mappings().first()
