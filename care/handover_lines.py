"""What a handover says, line by line, from the record of one shift: who is where, who is worse, what is undone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from care.alerts import OF_HOUSE, Alert, alerts_of
from care.codes import codes
from care.duties_due import duties_due
from care.events.kinds import kinds, known
from care.events.read import views
from care.events.said import read_facts
from care.events.threads import dues, open_events
from care.groups import groups
from care.levels import overdue_minutes
from care.looks import EFFECTIVE_ROUND, ROUND_COLUMNS, in_house
from care.medicines.due import open_orders, span, unrecorded
from care.observations import brief, round_findings
from care.risks import risks
from care.standing import effective
from care.words import Words
from db.tables import Dose, Event

_MOST = 200
"""Lines of one section at most: a shift has fewer."""

_EVERYDAY = 7
"""The quick kinds up to this place, meals and turning, happen dozens of times a shift: nobody tells them."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people of the welfare home and the wards: on the books, there, out, in hospital; come and gone."""

    expected: int
    present: int
    out: int
    hospital: int
    came: int
    left: int
    moved: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line: of whom (nobody: of the house), what, and when if it was at one time."""

    bed_label: str
    name: str
    what: Words
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of one kind; the heading is ``handover.section.<code>`` of the message catalogues."""

    code: str
    lines: tuple[Line, ...]


def count(conn: Connection, since: int, until: int) -> Counts:
    """Who is where at ``until``, and who came, left or changed beds since. Practice persons are left out."""
    people = [one for one in in_house(conn, until) if not one.practice and one.bed_kind != "home"]
    away = [one for one in people if one.on_leave]
    hospital = _in_hospital(conn) & {one.person_id for one in away}
    changed = _stays(conn, since, until)
    return Counts(
        expected=len(people),
        present=len(people) - len(away),
        out=len(away) - len(hospital),
        hospital=len(hospital),
        came=sum(row.begun_by == "admission" and since <= row.from_at <= until for row in changed),
        left=sum(_ended(row, since, until) and row.end_reason not in ("move", "switch") for row in changed),
        moved=sum(_ended(row, since, until) and row.end_reason in ("move", "switch") for row in changed),
    )


def sections(conn: Connection, since: int, until: int) -> tuple[Section, ...]:
    """Every section that has lines, in the order in which a shift is told."""
    house = _House(conn, since, until)
    found = ((code, tuple(lines(house))[:_MOST]) for code, lines in _SECTIONS.items())
    return tuple(Section(code, lines) for code, lines in found if lines)


class _House:
    """One snapshot of one shift."""

    def __init__(self, conn: Connection, since: int, until: int) -> None:
        self.conn, self.since, self.until = conn, since, until
        self.people = [one for one in in_house(conn, until) if not one.practice]
        self.merged = groups(conn)
        self.by_id = {one.person_id: one for one in self.people}
        self.alerts = tuple(one for one in alerts_of(conn, self.people, until) if one.at <= until)

    def line(self, person: UUID | bytes | None, what: Words, at: int | None = None) -> Line | None:
        """A line of somebody in the house, or of the house itself; ``None`` of anybody else."""
        if person is None:
            return Line("", "", what, at)
        one = self.by_id.get(self.merged.of(person if isinstance(person, UUID) else UUID(bytes=person)))
        return None if one is None else Line(one.bed_label, one.name, what, at)


def _alerts(house: _House) -> Iterator[Line]:
    for alert in house.alerts:
        yield Line(alert.bed_label, alert.name, _alert(alert), alert.at)


def _alert(alert: Alert) -> Words:
    """What raised it, what was done about it, and whether somebody is still waited for."""
    score = "" if alert.news is None else f"NEWS2 {alert.news.total}"
    done = Words("", "") if alert.answer is None else alert.answer.words
    told = "" if alert.answer is None else alert.answer.told
    state = Words("已回应", "answered") if alert.answered else Words("未应答", "not answered")
    zh = (score, *(brief(one, "zh") for one in alert.text_facts), done.zh, told, state.zh)
    en = (score, *(brief(one, "en") for one in alert.text_facts), done.en, told, state.en)
    return Words("  ".join(filter(None, zh)), "  ".join(filter(None, en)))


def _incidents(house: _House) -> Iterator[Line]:
    # Those of the shift, and older ones that nobody has closed.
    opened = {one.id for one in open_events(house.conn) if one.kind.case}
    rows = [
        row
        for row in _events(house)
        if ((of := known(row["kind"])) is not None and of.case) or UUID(bytes=row["id"]) in opened
    ]
    for view in views(house.conn, rows, house.merged):
        said = Words(*(f"{a}  {b}".rstrip() for a, b in zip(view.title, view.brief, strict=True)))
        if (line := house.line(view.person_id, said, view.at)) is not None:
            yield line


def _findings(house: _House) -> Iterator[Line]:
    """The newest remarkable look of the shift at everybody who had one and stands in no alert."""
    told = {one.person_id for one in house.alerts if one.at >= house.since}
    rows = house.conn.execute(_LOOKS, {"since": house.since, "until": house.until}).mappings()
    for row in rows:
        person = house.merged.of(UUID(bytes=row["person_id"]))
        facts = [one for one in round_findings(row) if one.remarkable]
        if facts and person not in told:
            told.add(person)
            said = Words("  ".join(brief(one, "zh") for one in facts), "  ".join(brief(one, "en") for one in facts))
            if (line := house.line(person, said, row["at"])) is not None:
                yield line


def _doses(house: _House) -> Iterator[Line]:
    """What was refused, held or missed in the shift, and what is late now."""
    results = codes("med_result")
    for row in house.conn.execute(_NOT_TAKEN, {"since": house.since, "until": house.until}).mappings():
        of = results.get(row["result"])
        said = Words(row["result"], row["result"]) if of is None else Words(of.zh, of.en)
        what = Words(*(f"{row['name']}  {word}  {row['cause']}".rstrip() for word in said))
        if (line := house.line(row["person_id"], what, row["due_at"] or row["at"])) is not None:
            yield line
    orders = open_orders(house.conn, *span(house.until))
    for order, due_at in unrecorded(house.conn, orders, house.until):
        if due_at < house.until and (one := house.line(order["person_id"], _ungiven(order["name"]), due_at)):
            person = house.by_id[house.merged.of(UUID(bytes=order["person_id"]))]
            # Who lies at home takes their own medicine.
            if not person.on_leave and person.bed_kind != "home":
                yield one


def _ungiven(name: str) -> Words:
    return Words(f"{name}  还没给", f"{name}  not given yet")


def _undone(house: _House) -> Iterator[Line]:
    """Rounds that are late, duties that went by."""
    due = duties_due(house.conn, house.people, house.until)
    for one in house.people:
        late = 0 if one.due_at is None else overdue_minutes(one.due_at, house.until)
        if late > 0:
            yield Line(one.bed_label, one.name, Words(f"巡视超 {late} 分", f"round {late} min late"), one.due_at)
        for duty in due.get(one.person_id, ()):
            if duty.missed:
                said = Words(f"{duty.words.zh} 漏 {duty.missed} 次", f"{duty.words.en}: missed {duty.missed}")
                yield Line(one.bed_label, one.name, said, duty.due_at)


def _follow_ups(house: _House) -> Iterator[Line]:
    for due in dues(house.conn, open_events(house.conn)):
        said = Words(*(f"{a}  {b}" for a, b in zip(due.words, due.opened.kind.words, strict=True)))
        if due.due_at <= house.until + 12 * 3600 and (line := house.line(due.opened.person_id, said, due.due_at)):
            yield line


def _risks(house: _House) -> Iterator[Line]:
    found = risks(house.conn, house.people, house.until)
    for one in house.people:
        high = [risk for risk in found.get(one.person_id, ()) if risk.level == "high"]
        if high:
            said = Words("  ".join(risk.words.zh for risk in high), ", ".join(risk.words.en for risk in high))
            yield Line(one.bed_label, one.name, said)


def _movements(house: _House) -> Iterator[Line]:
    """Who came, left or changed beds; who went out and came back; who should be back."""
    for row in _stays(house.conn, house.since, house.until):
        came = row.begun_by == "admission" and house.since <= row.from_at <= house.until
        gone = _ended(row, house.since, house.until)
        if came:
            yield Line(row.label, row.name, Words("新入住", "admitted"), row.from_at)
        if gone:
            moved = row.end_reason in ("move", "switch")
            said = Words("换床", "changed beds") if moved else Words("离院", "left")
            yield Line(row.label, row.name, said, row.until_at)
    for row in house.conn.execute(_LEAVES, {"since": house.since, "until": house.until}).mappings():
        back = row["back_at"] is not None and row["back_at"] <= house.until
        what = Words("返回", "came back") if back else Words("外出", "went out")
        if (line := house.line(row["person_id"], what, row["back_at"] if back else row["left_at"])) is not None:
            yield line


def _others(house: _House) -> Iterator[Line]:
    """Every other event of the shift that lists show: visits, wounds, baths with something to tell."""
    rows = [
        row
        for row in _events(house)
        if (of := known(row["kind"])) is not None
        and of.listed
        and not of.case
        and of.id not in _OWN
        and not 0 < of.quick <= _EVERYDAY
        and not _in_order(row)
    ]
    for view in views(house.conn, rows, house.merged):
        said = Words(*(f"{a}  {b}".rstrip() for a, b in zip(view.title, view.brief, strict=True)))
        if (line := house.line(view.person_id, said, view.at)) is not None:
            yield line


def _in_order(row: Any) -> bool:
    # Whoever walks through the house looks at dozens of things: told is what was not in order.
    return row["kind"] == "equipment_check" and read_facts(row["facts"]).get("result") == "ok"


_OWN = frozenset(("handover", "handover_taken", "answer", "duties", "accepted_proposal", "declined_proposal"))

_SECTIONS: dict[str, Callable[[_House], Iterable[Line]]] = {
    "alerts": _alerts,
    "incidents": _incidents,
    "movements": _movements,
    "findings": _findings,
    "doses": _doses,
    "follow_up": _follow_ups,
    "undone": _undone,
    "events": _others,
    "risks": _risks,
}

_LOOKS = text(
    f"""
SELECT r.person_id, r.at, {", ".join(f"r.{column}" for column in ROUND_COLUMNS)}
FROM {OF_HOUSE} CROSS JOIN round AS r ON r.person_id = s.person_id
WHERE r.at BETWEEN :since AND :until AND NOT r.unremarkable AND {EFFECTIVE_ROUND.format(r="r")}
ORDER BY r.at DESC, r.id DESC
"""
)
_NOT_TAKEN = text(
    f"""
SELECT d.person_id, d.due_at, d.at, d.result, d.cause, o.name
FROM {OF_HOUSE} CROSS JOIN dose AS d ON d.person_id = s.person_id JOIN medical_order AS o ON o.id = d.order_id
WHERE d.at BETWEEN :since AND :until AND d.result NOT IN ('given', 'late', 'away') AND {effective(Dose, "d")}
ORDER BY d.at, d.id
"""
)
_EVENTS = text(
    f"""
SELECT e.* FROM event AS e
WHERE e.kind = :kind AND e.at BETWEEN :since AND :until AND {effective(Event, "e")}
ORDER BY e.at, e.id
"""
)
_LEAVES = text(
    """
SELECT person_id, left_at, back_at FROM leave
WHERE left_at BETWEEN :since AND :until OR back_at BETWEEN :since AND :until ORDER BY left_at, id
"""
)
_HOSPITAL = text("SELECT person_id FROM leave WHERE back_at IS NULL AND kind = 'hospital'")
_STAYS = text(
    """
SELECT t.from_at, t.until_at, t.begun_by, t.end_reason, p.name, b.label
FROM stay AS t JOIN person AS p ON p.id = t.person_id JOIN bed AS b ON b.id = t.bed_id
WHERE NOT p.practice AND b.kind <> 'home'
    AND (t.from_at BETWEEN :since AND :until OR t.until_at BETWEEN :since AND :until)
ORDER BY coalesce(t.until_at, t.from_at), t.id
"""
)


def _events(house: _House) -> list[Any]:
    span = {"since": house.since, "until": house.until}
    found: list[Any] = []
    # By kind and time there is an index; by time alone there is none.
    for of in kinds():
        found += house.conn.execute(_EVENTS, {**span, "kind": of.id}).mappings().all()
    return sorted(found, key=lambda row: (row["at"], bytes(row["id"])))


def _in_hospital(conn: Connection) -> set[UUID]:
    merged = groups(conn)
    return {merged.of(UUID(bytes=person)) for (person,) in conn.execute(_HOSPITAL)}


def _stays(conn: Connection, since: int, until: int) -> list[Any]:
    return list(conn.execute(_STAYS, {"since": since, "until": until}))


def _ended(row: Any, since: int, until: int) -> bool:
    return row.until_at is not None and since <= row.until_at <= until
