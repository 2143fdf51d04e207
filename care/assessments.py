"""Assessments (评估): a filled-in scale is recorded, corrected, voided, taken back, and read again years later.

What the scale made of the answers is kept with its version: a later version changes nothing that was signed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.engine import RowMapping

from care.assess_due import DueScale, due, due_of
from care.assess_facts import usual_facts
from care.county_facts import known_facts, set_here
from care.groups import groups
from care.kept_json import object_of
from care.looks import ahead
from care.rights import Second, doing
from care.scales import Answers, Facts, Result, Scale, scale, score
from care.standing import correct_record, effective, standing, undo_record, void_record
from care.words import Words
from db.errors import Refused
from db.journal import Value
from db.store import Act, Store
from db.tables import Assessment

__all__ = [
    "Assessed",
    "DueScale",
    "Recorded",
    "correct",
    "due",
    "due_of",
    "history",
    "put",
    "record",
    "settings_of",
    "undo",
    "usual_facts",
    "void",
]

RIGHT = "assess.record"

MOST_NOTE = 500
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one act wrote."""

    id: UUID
    result: Result


@dataclass(frozen=True, slots=True)
class Assessed:
    """One assessment as it was signed. ``words``: its grade; ``stands``: nothing has taken its place.

    ``total`` is ``None`` where the scale has none. ``facts`` hold what else decided it. ``same_version``: the scale of
    today still is the one that it was filled in by.
    """

    id: UUID
    at: int
    who: str
    scale: str
    name: Words
    version: str
    total: int | None
    grade: str
    words: Words
    answers: Mapping[str, int]
    facts: Mapping[str, Any]
    note: str
    reason: str
    stands: bool
    void: bool
    same_version: bool


_OF_PERSON = f"""
SELECT a.id, a.at, a.scale, a.version, a.total, a.grade, a.answers, a.facts, a.note, a.reason, a.void,
       a.supersedes, coalesce(s.name, '') AS who, {effective(Assessment, "a")} AS stands
FROM assessment AS a LEFT JOIN staff AS s ON s.id = a.staff_id
WHERE a.person_id = :person
"""


def record(
    store: Store,
    by: UUID,
    person_id: UUID,
    scale_id: str,
    answers: Answers,
    facts: Facts,
    *,
    note: str = "",
    at: int | None = None,
) -> Recorded:
    """Score what was filled in and keep it, in one act. ``at``: when, if not now.

    Numbers that the county confirms are looked up here and kept with the result. Raises what ``care.scales.score``
    raises, and ``Refused``: scale_unknown (scale), person_unknown, text_too_long (most), time_ahead; ``NoRight``.
    """
    with doing(store, by, RIGHT) as act:
        return put(act, by, person_id, scale_id, answers, facts, note=note, at=at)


def put(
    act: Act,
    by: UUID,
    person_id: UUID,
    scale_id: str,
    answers: Answers,
    facts: Facts,
    *,
    note: str = "",
    at: int | None = None,
) -> Recorded:
    """The same inside an act of somebody who may."""
    of = _of_people(scale_id)
    result = _score(act.conn, of, answers, facts)
    moment = act.now if at is None else at
    if moment > ahead(act.now):
        raise Refused("time_ahead")
    person = groups(act.conn).of(person_id)
    _check_person(act.conn, person)
    where: dict[str, Value] = {"person_id": person, "staff_id": by, "at": moment, "note": _short(note)}
    return Recorded(act.insert(Assessment, **where, **_columns(of, result)), result)


def correct(
    store: Store,
    by: UUID,
    assessment_id: UUID,
    answers: Answers,
    facts: Facts,
    reason: str,
    *,
    note: str = "",
    second: Second | None = None,
) -> Recorded:
    """Put other answers in the place of an assessment, scored by the scale as it is now; its time stays.

    Of one of somebody else it takes a ``second`` person. Raises as ``record`` and ``care.standing.correct_record``.
    """
    with store.reading() as conn:
        row = standing(conn, Assessment, assessment_id)
        of = _of_people(row["scale"])
        result = _score(conn, of, answers, facts)
    values = {**_columns(of, result), "note": _short(note)}
    new_id = correct_record(store, by, Assessment, assessment_id, values, reason, second=second)
    return Recorded(new_id, result)


def void(store: Store, by: UUID, assessment_id: UUID, reason: str, *, second: Second | None = None) -> UUID:
    """Say that an assessment counts no more. Raises as ``care.standing.void_record``."""
    return void_record(store, by, Assessment, assessment_id, reason, second=second)


def undo(store: Store, by: UUID, assessment_id: UUID) -> None:
    """Take back what was just recorded. Raises as ``care.standing.undo_record``."""
    undo_record(store, by, Assessment, assessment_id)


def history(store: Store, person_id: UUID, scale_id: str | None = None) -> list[Assessed]:
    """Every assessment of a person, newest first, of one scale or of all; what was corrected or voided among them.

    Rows that only say that something is void are not listed: what they void is, as no longer standing.
    """
    asked = _OF_PERSON + ("" if scale_id is None else " AND a.scale = :scale")
    with store.reading() as conn:
        found = [
            row
            for one in groups(conn).all(person_id)
            for row in conn.execute(text(asked), {"person": one.bytes, "scale": scale_id}).mappings()
        ]
    lines = [_assessed(row) for row in found if not row["void"]]
    return sorted(lines, key=lambda one: (one.at, one.id), reverse=True)


def _assessed(row: RowMapping) -> Assessed:
    of, grade = _known(row["scale"]), row["grade"]
    band = None if of is None else of.band(grade)
    return Assessed(
        id=UUID(bytes=row["id"]),
        at=row["at"],
        who=row["who"],
        scale=row["scale"],
        name=Words(row["scale"], row["scale"]) if of is None else of.name,
        version=row["version"],
        total=row["total"],
        grade=grade,
        words=Words(grade, grade) if band is None else band.words,
        answers=object_of(row["answers"]),
        facts=object_of(row["facts"]),
        note=row["note"],
        reason=row["reason"],
        stands=bool(row["stands"]),
        void=bool(row["void"]),
        same_version=of is not None and of.version == row["version"],
    )


def _known(scale_id: str) -> Scale | None:
    """The scale, or ``None`` for one of a newer program: what was signed by it is shown all the same."""
    try:
        return scale(scale_id)
    except Refused:
        return None


def _of_people(scale_id: str) -> Scale:
    """A scale that people fill in."""
    of = scale(scale_id)
    if of.hidden:
        raise Refused("scale_unknown", scale=scale_id)
    return of


def settings_of(conn: Connection, of: Scale) -> tuple[dict[str, int], frozenset[str]]:
    """The numbers that the scale takes from the county facts as they count here, and which of them are confirmed."""
    if not of.settings:
        return {}, frozenset()
    counting, confirmed = known_facts(conn), frozenset(set_here(conn))
    return {name: counting.get(name, value) for name, value in of.settings}, confirmed


def _score(conn: Connection, of: Scale, answers: Answers, facts: Facts) -> Result:
    """Nobody chooses a cut-off for one person: the settings are looked up here."""
    settings, confirmed = settings_of(conn, of)
    return score(of, answers, {**facts, **settings}, confirmed)


def _columns(of: Scale, result: Result) -> dict[str, Value]:
    return {
        "scale": of.id,
        "version": of.version,
        "answers": json.dumps(dict(result.answers)),
        "facts": json.dumps(dict(result.facts), ensure_ascii=False),
        "total": result.total,
        "grade": "" if result.grade is None else result.grade.code,
    }


def _check_person(conn: Connection, person_id: UUID) -> None:
    if conn.execute(text("SELECT 1 FROM person WHERE id = :id"), {"id": person_id.bytes}).first() is None:
        raise Refused("person_unknown")


def _short(note: str) -> str:
    note = note.strip()
    if len(note) > MOST_NOTE:
        raise Refused("text_too_long", most=MOST_NOTE)
    return note
