"""Handover (交接班): drafted from what the shift did and found, completed by people, signed by both sides.

A handover is an event of the house that keeps every line as it was signed; whoever takes the shift over signs an event
about it. Whatever arrives afterwards changes nothing that was signed. The lines are ``care.handover_lines``.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from care.events.said import read_facts
from care.handover_lines import Counts, Line, Section, count, sections
from care.looks import InHouse, ahead
from care.rights import doing
from care.shifts import began, pattern, shift
from care.standing import effective, standing, undo_record
from care.words import Words
from care.work import Work
from db.errors import Refused
from db.store import Store
from db.tables import Event

RIGHT = "handover.sign"
GIVEN, TAKEN = "handover", "handover_taken"
SOON_S = 1800
"""So long before a shift ends its handover is work to do."""

ITEMS = ("keys", "medicines", "things", "safety", "other")
"""What people add, each in words; ``other`` is for whatever else."""

_LONGEST = 500
_NEWS = ("alerts", "incidents", "movements", "findings", "doses", "events")
_MOST_HOURS = 36

# The plus keeps to the index of what an event is about: by its kind all of five years would be looked through.
_PAST = text(
    f"""
SELECT e.id, e.staff_id, e.at, e.facts, s.name AS who, t.id AS taken_id, t.at AS taken_at, n.name AS taker,
       t.staff_id AS taker_id, t.facts AS taken_facts
FROM event AS e
LEFT JOIN staff AS s ON s.id = e.staff_id
LEFT JOIN event AS t ON t.id = (
    SELECT c.id FROM event AS c WHERE c.about = e.id AND +c.kind = 'handover_taken' AND {effective(Event, "c")}
    ORDER BY c.at, c.id LIMIT 1)
LEFT JOIN staff AS n ON n.id = t.staff_id
WHERE e.kind = 'handover' AND e.at BETWEEN :since AND :until AND {effective(Event, "e")}
ORDER BY e.at DESC, e.id DESC LIMIT :most
"""
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the program found for the shift; ``until_at`` is when it was drafted, or the shift's end before that."""

    shift: str
    words: Words
    from_at: int
    until_at: int
    counts: Counts
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Handover:
    """One that was given. ``taken_at`` is ``None`` until somebody has signed for it. ``items``: what people added."""

    id: UUID
    at: int
    giver: str
    giver_id: UUID
    draft: Draft
    items: Mapping[str, str]
    taken_id: UUID | None
    taken_at: int | None
    taker: str
    taker_id: UUID | None
    remarks: str


def draft(store: Store, now: int) -> Draft:
    """The shift that is on, or just ended: within the first half hour of a shift the one before is handed over."""
    start, code = _shift_of(now)
    with store.reading() as conn:
        return Draft(code, _words(code), start, now, count(conn, start, now), sections(conn, start, now))


def give(store: Store, by: UUID, drafted: Draft, items: Mapping[str, str]) -> UUID:
    """Sign and hand over. ``items``: what people added, by ``ITEMS``.

    Raises ``Refused``: handover_item_unknown, text_too_long (most), handover_already (somebody gave this shift);
    and as ``care.rights.require``.
    """
    said = {name: words for name, typed in items.items() if (words := typed.strip())}
    if not said.keys() <= set(ITEMS):
        raise Refused("handover_item_unknown")
    if any(len(words) > _LONGEST for words in said.values()):
        raise Refused("text_too_long", most=_LONGEST)
    facts: dict[str, Any] = {"draft": asdict(drafted), "items": said}
    if said.get("other"):
        facts["note"] = said["other"]
    with doing(store, by, RIGHT) as act:
        given = _past(act.conn, drafted.from_at, ahead(act.now), 50)
        if any(one.draft.from_at == drafted.from_at and one.draft.shift == drafted.shift for one in given):
            raise Refused("handover_already")
        text_of = json.dumps(facts, ensure_ascii=False, sort_keys=True)
        return act.insert(Event, staff_id=by, at=act.now, kind=GIVEN, facts=text_of)


def take(store: Store, by: UUID, handover_id: UUID, remarks: str = "") -> UUID:
    """Sign for a handover. Raises ``Refused``: handover_own (whoever gave it cannot take it), handover_taken,
    record_unknown, record_superseded, text_too_long (most); and as ``care.rights.require``.
    """
    remarks = remarks.strip()
    if len(remarks) > _LONGEST:
        raise Refused("text_too_long", most=_LONGEST)
    with doing(store, by, RIGHT) as act:
        row = standing(act.conn, Event, handover_id)
        if row["kind"] != GIVEN:
            raise Refused("record_unknown")
        if row["staff_id"] == by:
            raise Refused("handover_own")
        found = next((one for one in _past(act.conn, row["at"], row["at"], 50) if one.id == handover_id), None)
        if found is None:
            # A newer program's, which nobody could read here before signing.
            raise Refused("record_unknown")
        if found.taken_id is not None:
            raise Refused("handover_taken")
        facts = json.dumps({"note": remarks} if remarks else {}, ensure_ascii=False)
        return act.insert(Event, staff_id=by, at=act.now, kind=TAKEN, about=handover_id, facts=facts)


def undo(store: Store, by: UUID, event_id: UUID) -> None:
    """Take a signature back that one has just given. Raises as ``care.standing.undo_record``."""
    undo_record(store, by, Event, event_id)


def waiting(store: Store, now: int) -> list[Handover]:
    """Those of the last day and a half that nobody has signed for, newest first."""
    return [one for one in past(store, now, limit=20) if one.taken_id is None and one.at > now - _MOST_HOURS * 3600]


def past(store: Store, now: int, limit: int = 50) -> list[Handover]:
    """The last handovers, newest first."""
    with store.reading() as conn:
        return _past(conn, 0, ahead(now), limit)


def since(store: Store, given: Handover, now: int) -> tuple[Section, ...]:
    """What happened after it was drafted, for whoever reads it later: what has a time, and lies after it."""
    with store.reading() as conn:
        found = sections(conn, given.draft.until_at + 1, now)
    later = ((one.code, tuple(line for line in one.lines if _after(line, given.draft.until_at))) for one in found)
    return tuple(Section(code, lines) for code, lines in later if lines and code in _NEWS)


def due(conn: Connection, _people: list[InHouse], now: int) -> Iterator[Work]:
    """Work: a handover to sign for, and one to give where the shift ends soon or just ended."""
    given = _past(conn, now - _MOST_HOURS * 3600, ahead(now), 20)
    for one in given:
        if one.taken_id is None:
            said = Words(f"{one.draft.words.zh} {one.giver} 已签 等你签收", f"{one.draft.words.en}: {one.giver} signed")
            yield Work("handover", one.id.hex, said, "handover", due_at=one.at, about=one.id)
    start, code = _shift_of(now)
    ends = _end_of(start, code)
    if now >= ends - SOON_S and not any(one.draft.from_at == start and one.draft.shift == code for one in given):
        words = _words(code)
        said = Words(f"{words.zh}要交班", f"{words.en}: to be handed over")
        yield Work("handover", f"{code}{start}", said, "handover", due_at=ends, late_min=max(0, now - ends) // 60)


def _after(line: Line, at: int) -> bool:
    return line.at is not None and line.at > at


def _shift_of(now: int) -> tuple[int, str]:
    """When the shift began that is handed over at ``now``, and its code."""
    start = began(now)
    if now - start < SOON_S:
        return began(start - 60), shift(start - 60).id
    return start, shift(now).id


def _end_of(start: int, code: str) -> int:
    # The first minute that another shift covers.
    end = start
    while shift(end).id == code:
        end += 900
    return began(end)


def _words(code: str) -> Words:
    for one in pattern():
        if one.id == code:
            return Words(one.zh, one.en)
    return Words(code, code)


def _past(conn: Connection, since: int, until: int, most: int) -> list[Handover]:
    rows = conn.execute(_PAST, {"since": since, "until": until, "most": most}).mappings()
    return [one for row in rows if (one := _read(row)) is not None]


def _read(row: Mapping[Any, Any]) -> Handover | None:
    facts, taken = read_facts(row["facts"]), read_facts(row["taken_facts"] or "{}")
    items = facts.get("items")
    try:
        drafted = _drafted(facts.get("draft"))
    except (AttributeError, KeyError, TypeError, ValueError):
        # What a newer program wrote otherwise is in the list of events; here it could only be shown in part.
        return None
    return Handover(
        id=UUID(bytes=row["id"]),
        at=row["at"],
        giver=row["who"] or "",
        giver_id=UUID(bytes=row["staff_id"]),
        draft=drafted,
        items={name: str(items[name]) for name in ITEMS if name in items} if isinstance(items, dict) else {},
        taken_id=None if row["taken_id"] is None else UUID(bytes=row["taken_id"]),
        taken_at=row["taken_at"],
        taker=row["taker"] or "",
        taker_id=None if row["taker_id"] is None else UUID(bytes=row["taker_id"]),
        remarks=str(taken.get("note") or ""),
    )


def _drafted(said: Any) -> Draft:
    return Draft(
        str(said["shift"]),
        _both(said["words"]),
        int(said["from_at"]),
        int(said["until_at"]),
        Counts(**{name: int(n) for name, n in said["counts"].items()}),
        tuple(
            Section(
                str(one["code"]),
                tuple(_line(row) for row in one["lines"]),
            )
            for one in said["sections"]
        ),
    )


def _line(row: Any) -> Line:
    at = row["at"]
    return Line(str(row["bed_label"]), str(row["name"]), _both(row["what"]), None if at is None else int(at))


def _both(said: Any) -> Words:
    zh, en = said
    return Words(str(zh), str(en))
