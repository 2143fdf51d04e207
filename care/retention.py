"""How long files are kept: the terms with their law, longer ones that the pair agreed on, and which files pass them.

Nothing is deleted here or anywhere. ``due`` lists closed files for people to decide on, and what of them must stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from care.age import house_day
from care.agreed import agree, agreed
from care.data import table
from care.groups import groups
from care.registered import columns_of
from care.rights import doing, require
from db.errors import Refused
from db.store import Store

RIGHT = "retention.decide"


@dataclass(frozen=True, slots=True)
class Term:
    """One kind of record. ``law_years``: what the law asks for; ``years``: what counts here; 0 is for life.

    ``certainty``: A, B or C as in the data file. ``agreed``: the pair has made it longer.
    """

    code: str
    zh: str
    en: str
    law_years: int
    years: int
    after_zh: str
    after_en: str
    law: str
    certainty: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of record in somebody's file: since when the term runs, until when, ``None`` for life."""

    term: str
    since: date
    until: date | None
    passed: bool


@dataclass(frozen=True, slots=True)
class ClosedFile:
    """The file of somebody who has left, a part of which has passed its term. ``whole``: every part has."""

    person_id: UUID
    name: str
    ended: date
    parts: tuple[Part, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing of it must be kept any more."""
        return all(part.passed for part in self.parts)


def terms(store: Store) -> list[Term]:
    """All terms in the order of the list."""
    with store.reading() as conn:
        return _terms(conn)


def lengthen(store: Store, by: UUID, code: str, years: int) -> None:
    """Agree on a longer term for the pair, or on the law's again.

    Raises ``Refused``: retention_unknown (known), retention_shorter (least, most), and as ``care.rights.require``.
    """
    rule = table("rules/retention")
    found = {one["code"]: one for one in rule["term"]}
    if code not in found:
        raise Refused("retention_unknown", known=" ".join(found))
    least, most = _least(found[code]), int(rule["most_years"])
    if not found[code]["years"] or not least <= years <= most:
        raise Refused("retention_shorter", least=least, most=most)
    with doing(store, by, RIGHT) as act:
        agree(act, _setting(code), str(years))


def due(store: Store, by: UUID, now: int) -> list[ClosedFile]:
    """Closed files of which something has passed its term, the longest ended first. Nobody who is in the house.

    Raises as ``care.rights.require``.
    """
    today = house_day(now)
    with store.reading() as conn:
        require(conn, by, RIGHT)
        years = {one.code: one.years for one in _terms(conn)}
        merged = groups(conn)
        ended: dict[UUID, dict[str, int]] = {}
        inside: set[UUID] = set()
        for person, kind, until, still in conn.execute(_STAYS):
            shown = merged.of(UUID(bytes=person))
            if still:
                inside.add(shown)
            else:
                kinds = ended.setdefault(shown, {})
                kinds[kind] = max(until, kinds.get(kind, 0))
        gone = {one: kinds for one, kinds in ended.items() if one not in inside}
        about = columns_of(conn, merged, gone, ("name", "record_no", "practice"))
        found = []
        for person_id, kinds in gone.items():
            one = about.get(person_id)
            if one is None or one["practice"]:
                continue
            looks = _last_looks(conn, merged.all(person_id))
            parts = tuple(_parts(kinds, looks, bool(one["record_no"]), years, today))
            if any(part.passed for part in parts):
                last = house_day(max(kinds.values()))
                found.append(ClosedFile(person_id, one["name"], last, parts))
    return sorted(found, key=lambda each: (each.ended, each.person_id))


def kept_until(conn: Connection, person_id: UUID, now: int) -> str | None:
    """The day until which the file of somebody who has left must be kept; ``None`` for life, or with no stay at all."""
    merged = groups(conn)
    ids, kinds = merged.all(person_id), dict[str, int]()
    for one in ids:
        for kind, until in conn.execute(_ENDS, {"person": one.bytes}):
            kinds[kind] = max(until, kinds.get(kind, 0))
    if not kinds:
        return None
    numbered = any(one["record_no"] for one in columns_of(conn, merged, ids[:1], ("record_no",)).values())
    years = {one.code: one.years for one in _terms(conn)}
    ends = [part.until for part in _parts(kinds, _last_looks(conn, ids), numbered, years, house_day(now))]
    known = [one for one in ends if one is not None]
    return max(known).isoformat() if known and len(known) == len(ends) else None


_ENDS = text(
    "SELECT b.kind, max(s.until_at) FROM stay AS s JOIN bed AS b ON b.id = s.bed_id"
    " WHERE s.person_id = :person AND s.until_at IS NOT NULL GROUP BY b.kind"
)
_STAYS = text(
    "SELECT s.person_id, b.kind, max(s.until_at), sum(s.until_at IS NULL) FROM stay AS s"
    " JOIN bed AS b ON b.id = s.bed_id GROUP BY s.person_id, b.kind"
)
_LOOKS = text("SELECT kind, max(at) FROM round WHERE person_id = :person AND NOT void GROUP BY kind")


def _last_looks(conn: Connection, ids: tuple[UUID, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in ids:
        for kind, last in conn.execute(_LOOKS, {"person": one.bytes}):
            found[kind] = max(last, found.get(kind, 0))
    return found


def _parts(
    stays: Mapping[str, int], looks: Mapping[str, int], numbered: bool, years: Mapping[str, int], today: date
) -> list[Part]:
    found = []
    for one in table("rules/retention")["term"]:
        ends = [stays[kind] for kind in one.get("beds", ()) if kind in stays]
        ends += [looks[kind] for kind in one.get("rounds", ()) if kind in looks]
        if one.get("record_no") and numbered:
            ends.append(max(stays.values()))
        if ends:
            since = house_day(max(ends))
            until = _later(since, years[one["code"]]) if one["years"] else None
            found.append(Part(one["code"], since, until, until is not None and until < today))
    return found


def _terms(conn: Connection) -> list[Term]:
    return [
        Term(
            one["code"],
            one["zh"],
            one["en"],
            one["years"],
            max(_least(one), longer) if one["years"] else 0,
            one["after_zh"],
            one["after_en"],
            one["law"],
            one["certainty"],
            longer > _least(one),
        )
        for one in table("rules/retention")["term"]
        for longer in [_agreed(conn, one["code"])]
    ]


def _agreed(conn: Connection, code: str) -> int:
    found = agreed(conn, _setting(code))
    if found is None or not (found.value.isascii() and found.value.isdigit()):
        return 0
    return min(int(found.value[:4]), int(table("rules/retention")["most_years"]))


def _least(one: Mapping[str, Any]) -> int:
    return max(int(one["years"]), int(table("rules/retention")["least_years"]))


def _setting(code: str) -> str:
    return f"retention.{code}"


def _later(day: date, years: int) -> date:
    """The same day so many years on; the 29th of February becomes the 1st of March, so that no term is cut short."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
