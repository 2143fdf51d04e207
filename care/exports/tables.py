"""What an export holds: its columns and rows as words and numbers, with names or without.

Only what ``rules/exports`` lists for a table gets into it. A code that no list here knows might be anything that
another program wrote: without names it is told as "other".
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, TextClause, select, text
from sqlmodel import col

from care.age import house_day
from care.codes import Lang, codes, label
from care.exports.coarse import age_band, day, moment, rule
from care.exports.pseudonyms import Keyed, pseudonym
from care.exports.suppress import HIDDEN, SMALL, suppressed
from care.groups import Groups, groups
from care.looks import EFFECTIVE_ROUND, EFFECTIVE_VITALS, ROUND_COLUMNS, VITALS_COLUMNS
from care.observations import observations
from care.person_facts import Allergy, Condition, read_items
from care.places import Place, places
from care.registered import columns_of
from db.clock import LOCAL
from db.errors import Refused
from db.tables import Person

Cell = str | int | float
_TOGETHER = 500
_OF_PERSON = (
    "name", "id_number", "sex", "birth", "category", "care_level", "conditions", "allergies", "allergies_known",
    "phone", "village", "address", "practice",
)  # fmt: skip
_BED_KINDS = ("welfare", "inpatient", "home")


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written. ``hidden``: how many cells are not told; ``pseudonyms``: whether its rows have them."""

    what: str
    headings: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    hidden: int = 0
    pseudonyms: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """Days in the house, both of them within."""

    since: date
    until: date

    @property
    def ends(self) -> tuple[int, int]:
        """From which second, up to which."""
        return _start(self.since), _start(self.until + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class _Asked:
    conn: Connection
    key: bytes
    named: bool
    lang: Lang
    today: date
    period: Period
    merged: Groups
    here: Mapping[UUID, Place]


def whats() -> tuple[str, ...]:
    """Everything that can be exported."""
    return (*rule()["table"], *rule()["count"])


def with_period(what: str) -> bool:
    """Whether the table is of a period."""
    return bool(rule()["table"].get(what, {}).get("period"))


def read(
    conn: Connection,
    what: str,
    key: Keyed,
    now: int,
    period: Period,
    *,
    named: bool,
    lang: Lang,
    most: int | None = None,
) -> Table:
    """The table ``what`` as it leaves the record, of at most ``most`` rows. Nobody to practise on is in it.

    Raises ``Refused``: export_unknown, export_counts_named, export_too_long (most).
    """
    asked = _Asked(conn, key.key, named, lang, house_day(now), period, groups(conn), places(conn))
    if what in rule()["count"]:
        if named:
            raise Refused("export_counts_named")
        return _counted(asked, what)
    if what not in rule()["table"]:
        raise Refused("export_unknown", known=" ".join(whats()))
    columns = [one for one in rule()["table"][what]["column"] if one["of"] in ("both", "named" if named else "plain")]
    most = int(rule()["most_rows"]) if most is None else most
    rows = [
        tuple(_cell(one["kind"], row.get(one["name"]), one["name"], asked) for one in columns)
        for row in islice(_ROWS[what](asked), most + 1)
    ]
    if len(rows) > most:
        raise Refused("export_too_long", most=most)
    # In the order of pseudonyms nothing is left of beds and of who was registered when.
    headings = tuple(one[lang] for one in columns)
    return Table(what, headings, rows if named else sorted(rows, key=_order), pseudonyms=not named)


def _order(row: tuple[Cell, ...]) -> tuple[str, ...]:
    return tuple(str(cell) for cell in row)


# --- rows ---------------------------------------------------------------------------------------


def _everybody(asked: _Asked) -> Iterator[tuple[UUID, Mapping[str, Any]]]:
    """Shown people with what a table may say of them, residents first, by bed."""
    registered = asked.conn.execute(select(col(Person.id)).order_by(col(Person.id))).scalars()
    shown = [*asked.here, *(one for one in registered if one not in asked.merged.hidden and one not in asked.here)]
    for start in range(0, len(shown), _TOGETHER):
        some = shown[start : start + _TOGETHER]
        found = columns_of(asked.conn, asked.merged, some, _OF_PERSON)
        for person_id in some:
            if not found[person_id]["practice"]:
                yield person_id, _about(asked, person_id, found[person_id])


def _about(asked: _Asked, person_id: UUID, one: Mapping[str, Any]) -> Mapping[str, Any]:
    place = asked.here.get(person_id)
    allergies = read_items(Allergy, one["allergies"])
    return {
        **one,
        "pseudonym": pseudonym(asked.key, asked.merged.all(person_id)),
        "age_band": age_band(one["birth"], asked.today),
        "bed_kind": place.kind if place else "",
        "bed_label": place.label if place else "",
        "conditions": len(read_items(Condition, one["conditions"])),
        "has_allergies": bool(allergies) if allergies or one["allergies_known"] else None,
    }


def _people(asked: _Asked) -> Iterator[Mapping[str, Any]]:
    return (one for _, one in _everybody(asked))


_ROUNDS = text(
    f"SELECT r.at, r.kind, {', '.join(f'r.{one}' for one in ROUND_COLUMNS)} FROM round AS r"
    f" WHERE r.person_id = :person AND r.at >= :since AND r.at < :until AND {EFFECTIVE_ROUND.format(r='r')}"
    " ORDER BY r.at, r.id"
)
_VITALS = text(
    f"SELECT v.at, {', '.join(f'v.{one}' for one in VITALS_COLUMNS)} FROM vitals AS v"
    f" WHERE v.person_id = :person AND v.at >= :since AND v.at < :until AND {EFFECTIVE_VITALS.format(v='v')}"
    " ORDER BY v.at, v.id"
)
_STAYS = text(
    "SELECT s.from_at, s.until_at, s.end_reason, b.kind AS bed_kind, b.label AS bed_label"
    " FROM stay AS s JOIN bed AS b ON b.id = s.bed_id"
    " WHERE s.person_id = :person AND s.from_at < :until AND (s.until_at IS NULL OR s.until_at >= :since)"
    " ORDER BY s.from_at, s.id"
)


def _of_each(sql: TextClause) -> Any:
    def rows(asked: _Asked) -> Iterator[Mapping[str, Any]]:
        since, until = asked.period.ends
        for person_id, about in _everybody(asked):
            name = {"pseudonym": about["pseudonym"], "name": about["name"]}
            for one in asked.merged.all(person_id):
                given = {"person": one.bytes, "since": since, "until": until}
                for row in asked.conn.execute(sql, given).mappings():
                    yield {**row, **name}

    return rows


_ROWS: Mapping[str, Any] = {
    "people": _people,
    "rounds": _of_each(_ROUNDS),
    "vitals": _of_each(_VITALS),
    "stays": _of_each(_STAYS),
}


# --- cells --------------------------------------------------------------------------------------


def _cell(kind: str, value: Any, name: str, asked: _Asked) -> Cell:
    lang, coarse = asked.lang, not asked.named
    if kind == "time":
        return moment(value, coarse=coarse)
    if kind == "day":
        return day(value)
    if kind == "flag":
        return _word("unknown" if value is None else "yes" if value else "no", lang)
    if kind == "number":
        return "" if value is None else int(value)
    if kind == "tenths":
        return "" if value is None else int(value) / 10
    return _said(kind, str(value or ""), name, asked)


def _said(kind: str, value: str, name: str, asked: _Asked) -> str:
    if not value or kind == "text":
        return value
    if kind == "bed_kind":
        return _word(value, asked.lang) if value in _BED_KINDS else _other(value, asked)
    if kind == "observation":
        choice = observations()[name].get(value)
        return (choice.zh if asked.lang == "zh" else choice.en) if choice else _other(value, asked)
    if value in ("move", "switch"):
        return _word(value, asked.lang)
    listed = kind.partition(":")[2]
    return label(listed, value, asked.lang) if codes(listed).get(value) else _other(value, asked)


def _other(value: str, asked: _Asked) -> str:
    return value if asked.named else _word("other", asked.lang)


def _word(name: str, lang: Lang) -> str:
    return str(rule()["word"][name][lang])


# --- counts -------------------------------------------------------------------------------------


def _counted(asked: _Asked, what: str) -> Table:
    of = rule()["count"][what]
    found: Counter[tuple[str, str]] = Counter()
    for _, one in _everybody(asked):
        if one["bed_kind"]:
            found[_label(of["rows"], one, asked), _label(of["columns"], one, asked)] += 1
    down, across = (
        _in_order(of["rows"], (r for r, _ in found), asked),
        _in_order(of["columns"], (c for _, c in found), asked),
    )
    counts = [[found[r, c] for c in across] for r in down]
    told = suppressed(counts, int(rule()["least_cell"]))
    words = {SMALL: _word("small", asked.lang), HIDDEN: _word("hidden", asked.lang)}
    total = _word("total", asked.lang)
    rows: list[tuple[Cell, ...]] = [
        (name, *(words.get(cell, cell) if isinstance(cell, str) else cell for cell in row))
        for name, row in zip([*down, total], told, strict=False)
    ]
    hidden = sum(isinstance(cell, str) for row in told for cell in row)
    return Table(what, (of[asked.lang], *across, total), rows, hidden)


def _label(name: str, one: Mapping[str, Any], asked: _Asked) -> str:
    value = str(one[name] or "")
    if name == "age_band":
        return value or _word("unknown", asked.lang)
    kinds = {"bed_kind": "bed_kind", "care_level": "code:home_care_level", "sex": "code:sex"}
    return _said(kinds[name], value, name, asked) or _word("unknown", asked.lang)


def _in_order(name: str, found: Iterable[str], asked: _Asked) -> list[str]:
    """The labels of a side: those that are there, in the order of their list."""
    lists: Mapping[str, Sequence[str]] = {
        "bed_kind": [_word(one, asked.lang) for one in _BED_KINDS],
        "care_level": [label("home_care_level", one.code, asked.lang) for one in codes("home_care_level").values],
        "sex": [label("sex", one.code, asked.lang) for one in codes("sex").values],
        "age_band": (),
    }
    known = list(lists[name])
    return sorted(set(found), key=lambda one: (known.index(one) if one in known else len(known), one))


def _start(of: date) -> int:
    return int(datetime(of.year, of.month, of.day, tzinfo=LOCAL).timestamp())
