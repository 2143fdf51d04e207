"""Papers of the staff: health certificates, licences, training; which are missing, which run out.

``data/rules/certificates.toml`` says which role needs which, for how long one holds, and when it is work to do. Whoever
passed a training holds its paper from that day: it is entered once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlmodel import col

from care.age import house_day, is_day
from care.data import table
from care.events.facts import row_id
from care.events.kinds import kind
from care.events.record import put
from care.looks import InHouse
from care.places import natural
from care.rights import doing
from care.standing import effective, row_of
from care.words import Words
from care.work import Work
from db.errors import Refused
from db.store import Store
from db.tables import Certificate, Event, Staff

RIGHT = "certificate.change"
_LONGEST = 60
_Held = tuple[UUID, str, date | None, date | None, bool]

# The last of each colleague and topic: years of them are one line each.
_TRAININGS = text(
    f"""
SELECT e.id, max(e.at) AS at, json_extract(e.facts, '$.staff') AS who, json_extract(e.facts, '$.topic') AS topic
FROM event AS e
WHERE e.kind = 'training' AND CASE WHEN json_valid(e.facts) THEN json_extract(e.facts, '$.passed') END
    AND {effective(Event, "e")}
GROUP BY who, topic
"""
)
_STATES = {"over": ("过期", "over"), "missing": ("缺", "missing"), "soon": ("快到期", "soon over")}


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of somebody, or that it is missing (``id`` is ``None``). ``days_left`` is ``None`` for good ones.

    ``trained``: it stands for a training, whose event ``id`` is.
    """

    id: UUID | None
    staff_id: UUID
    number: str  # the colleague's
    name: str
    role: str
    kind: str
    words: Words
    paper_no: str
    issued_on: date | None
    until_on: date | None
    days_left: int | None
    state: str  # good, soon, over, missing
    trained: bool = False


def kinds(role: str | None = None) -> dict[str, Words]:
    """What kinds of papers there are, or those of a role, in the order of the list."""
    rows = table("rules/certificates")["kind"].items()
    return {code: Words(row["zh"], row["en"]) for code, row in rows if role is None or role in row["roles"]}


def papers(store: Store, now: int) -> list[Paper]:
    """The paper that counts of each kind of everybody who works here, and those that are needed and missing."""
    with store.reading() as conn:
        return list(_papers(conn, house_day(now)))


def add(
    store: Store,
    by: UUID,
    staff_id: UUID,
    *,
    kind: str,
    number: str = "",
    issued_on: str | None = None,
    until_on: str | None = None,
) -> UUID:
    """Enter a paper; without an end it holds as long as its kind says.

    Raises ``Refused``: certificate_kind_unknown, staff_unknown, text_too_long (most), date_impossible,
    certificate_ends_first; and as ``care.rights.require``.
    """
    number = number.strip()
    rule = table("rules/certificates")["kind"].get(kind)
    if rule is None:
        raise Refused("certificate_kind_unknown")
    if len(number) > _LONGEST:
        raise Refused("text_too_long", most=_LONGEST)
    if any(day is not None and not is_day(day) for day in (issued_on, until_on)):
        raise Refused("date_impossible")
    if issued_on is not None and until_on is None and rule["months"]:
        until_on = _months_later(date.fromisoformat(issued_on), rule["months"]).isoformat()
    if issued_on is not None and until_on is not None and until_on < issued_on:
        raise Refused("certificate_ends_first")
    with doing(store, by, RIGHT) as act:
        if act.conn.execute(select(col(Staff.id)).where(col(Staff.id) == staff_id)).first() is None:
            raise Refused("staff_unknown")
        return act.insert(
            Certificate, staff_id=staff_id, kind=kind, number=number, issued_on=issued_on, until_on=until_on
        )


def train(
    store: Store, by: UUID, staff_ids: Iterable[UUID], *, topic: str, what: str, hours10: int, teacher: str = ""
) -> tuple[UUID, ...]:
    """The same training of several colleagues, who all passed, as one act. Gives the ids of the events.

    ``hours10``: tenths of hours. Raises ``Refused``: staff_missing, and what ``care.events.record.put`` raises.
    """
    each = tuple(dict.fromkeys(staff_ids))
    if not each:
        raise Refused("staff_missing")
    said = {"topic": topic, "what": what, "hours": hours10, "passed": True, **({"by": teacher} if teacher else {})}
    with doing(store, by, kind("training").right) as act:
        return tuple(put(act, by, "training", {**said, "staff": one.hex}) for one in each)


def close(store: Store, by: UUID, paper_id: UUID) -> None:
    """It was entered wrongly, or withdrawn. Raises ``Refused``: record_unknown."""
    with doing(store, by, RIGHT) as act:
        row_of(act.conn, Certificate, paper_id)
        act.edit(Certificate, paper_id, closed=True)


def reopen(store: Store, by: UUID, paper_id: UUID) -> None:
    """It counts after all. Raises ``Refused``: record_unknown."""
    with doing(store, by, RIGHT) as act:
        row_of(act.conn, Certificate, paper_id)
        act.edit(Certificate, paper_id, closed=False)


def due(conn: Connection, _people: list[InHouse], now: int) -> Iterator[Work]:
    """Work, in one line: how many papers are missing, over, or run out soon."""
    states = [one.state for one in _papers(conn, house_day(now))]
    counted = [(n, *words) for state, words in _STATES.items() if (n := states.count(state))]
    if counted:
        zh = "证书 " + " ".join(f"{word} {n}" for n, word, _ in counted)
        en = "Papers: " + ", ".join(f"{n} {word}" for n, _, word in counted)
        yield Work("house", "certificates", Words(zh, en), "house", waits_for="director")


def _papers(conn: Connection, today: date) -> Iterator[Paper]:
    asked = select(
        col(Certificate.id),
        col(Certificate.staff_id),
        col(Certificate.kind),
        col(Certificate.number),
        col(Certificate.issued_on),
        col(Certificate.until_on),
    ).where(~col(Certificate.closed))
    best: dict[tuple[UUID, str], _Held] = {}
    held = [
        ((row.staff_id, row.kind), (row.id, row.number, _day(row.issued_on), _day(row.until_on), False))
        for row in conn.execute(asked)
    ]
    for place, found in (*held, *_trainings(conn)):
        # Of several the one that holds longest counts; one without an end holds for good.
        if place not in best or (found[3] or date.max, found[0]) > (best[place][3] or date.max, best[place][0]):
            best[place] = found
    rules = table("rules/certificates")["kind"]
    crew = conn.execute(
        select(col(Staff.id), col(Staff.number), col(Staff.name), col(Staff.role)).where(~col(Staff.closed))
    ).all()
    for who, staff_no, name, role in sorted(crew, key=lambda one: natural(one.number)):
        for code, rule in rules.items():
            has = best.get((who, code))
            if has is None and not (rule["needed"] and role in rule["roles"]):
                continue
            id, paper_no, issued, until, trained = (None, "", None, None, False) if has is None else has
            left = None if until is None else (until - today).days
            state = "missing" if id is None else _state(left, rule["warn_days"])
            words = Words(rule["zh"], rule["en"])
            yield Paper(id, who, staff_no, name, role, code, words, paper_no, issued, until, left, state, trained)


def _trainings(conn: Connection) -> Iterator[tuple[tuple[UUID, str], _Held]]:
    rules = table("rules/certificates")["kind"]
    for row in conn.execute(_TRAININGS):
        rule, who = rules.get(row.topic), row_id(row.who)
        if rule is not None and rule.get("trained") and who is not None:
            day = house_day(row.at)
            until = _months_later(day, rule["months"]) if rule["months"] else None
            yield (who, row.topic), (UUID(bytes=row.id), "", day, until, True)


def _state(left: int | None, warn_days: int) -> str:
    if left is None or left > warn_days:
        return "good"
    return "over" if left < 0 else "soon"


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if is_day(said) and said is not None else None


def _months_later(day: date, months: int) -> date:
    """The last day that a paper of so many months holds: of a year from 1 March, 28 February."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    ordinal = first.toordinal() + day.day - 1
    nxt = date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    return date.fromordinal(min(ordinal, nxt.toordinal()) - 1)
