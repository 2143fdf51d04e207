"""Work of stays: papers that are missing, an agreement or a trial stay that ends, what follows a death, files to close.

One question for the whole house, one line a person.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, text

from care.age import house_day
from care.data import table
from care.groups import groups
from care.kept_json import object_of
from care.levels import overdue_minutes
from care.looks import InHouse
from care.papers import asked_for, handed_in, is_needed
from care.standing import effective
from care.words import Words
from care.work import Work
from db.clock import LOCAL
from db.tables import Event

SECTION: Final = "stay"
PLACE: Final = "lifecycle"

_DAY_S: Final = 86400
_INSIDE: Final = (
    "application", "papers", "contract", "trial", "trial_result", "custody", "belongings_in",
)  # fmt: skip
_AFTER: Final = ("settlement", "death_told", "death_certificate", "estate", "funeral", "allowance_stopped")

# Of those in the house what was told of them and what is known of who has just come; of those who have gone since
# `closed_since` whether their file is closed and what was told since. Seeks by person, or by kind and time.
_ASKED = text(
    f"""
SELECT 'told' AS what, e.person_id, e.kind, e.at, e.facts AS said FROM event AS e
WHERE e.person_id IN :people AND e.kind IN :inside AND {effective(Event, "e")}
UNION ALL
SELECT 'came', s.person_id, p.category, s.from_at, json_array(
    p.id_number <> '',
    EXISTS (SELECT 1 FROM assessment AS a WHERE a.person_id = p.id AND a.scale = 'gbt42195_2022' AND NOT a.void),
    EXISTS (SELECT 1 FROM assessment AS a WHERE a.person_id = p.id AND a.scale = 'morse' AND NOT a.void), p.consents)
FROM stay AS s JOIN person AS p ON p.id = s.person_id
WHERE s.person_id IN :people AND s.begun_by = 'admission' AND s.from_at BETWEEN :came_since AND :came_until
UNION ALL
SELECT 'gone', e.person_id, e.kind, e.at, json_array(p.name,
    (SELECT group_concat(DISTINCT a.kind) FROM event AS a WHERE a.person_id = e.person_id AND a.kind IN :after
        AND {effective(Event, "a")}))
FROM event AS e JOIN person AS p ON p.id = e.person_id
WHERE e.kind IN ('discharge', 'death') AND e.at >= :closed_since AND NOT p.practice AND {effective(Event, "e")}
    AND NOT EXISTS (SELECT 1 FROM event AS c WHERE c.person_id = e.person_id AND c.kind = 'file_closed'
        AND c.at >= e.at AND {effective(Event, "c")})
    AND NOT EXISTS (SELECT 1 FROM stay AS s WHERE s.person_id = e.person_id AND s.until_at IS NULL)
"""
).bindparams(*(bindparam(name, expanding=True) for name in ("people", "inside", "after")))


def due(conn: Connection, people: list[InHouse], now: int) -> Iterator[Work]:
    """Every line of the section."""
    rule, merged = table("rules/lifecycle"), groups(conn)
    ours = {one.person_id: one for one in people if one.bed_kind in rule["beds"]}
    asked = {
        "people": [one.bytes for one in merged.each(ours)],
        "inside": _INSIDE,
        "after": _AFTER,
        "came_since": now - rule["papers_days"] * _DAY_S,
        "came_until": now - rule["papers_after_hours"] * 3600,
        "closed_since": now - rule["close_days"] * _DAY_S,
    }
    told: dict[UUID, dict[str, list[Mapping[str, Any]]]] = {}
    came: dict[UUID, tuple[str, int, list[Any]]] = {}
    gone: dict[UUID, dict[str, tuple[int, list[Any]]]] = {}
    for what, person, kind, at, said in conn.execute(_ASKED, asked):
        shown = merged.of(UUID(bytes=person))
        if what == "told":
            told.setdefault(shown, {}).setdefault(kind, []).append({**object_of(said), "at": at})
        elif what == "came":
            came[shown] = (kind, at, json.loads(said))
        else:
            gone.setdefault(shown, {})[kind] = (at, json.loads(said))
    for person_id, one in ours.items():
        if (found := _inside(one, told.get(person_id, {}), came.get(person_id), rule, now)) is not None:
            yield found
    for person_id, ends in gone.items():
        if person_id not in ours and (found := _gone(person_id, ends, rule, now)) is not None:
            yield found


def _inside(
    one: InHouse,
    told: Mapping[str, list[Mapping[str, Any]]],
    came: tuple[str, int, list[Any]] | None,
    rule: Mapping[str, Any],
    now: int,
) -> Work | None:
    """One line of somebody in the house; what ends soonest is its hour."""
    words, dues = [], []
    for code, day in (("trial", trial_until(told)), ("contract", _until(told.get("contract", ())))):
        if day is not None and day <= house_day(now) + timedelta(days=rule[f"{code}_days"]):
            said = rule["words"][code]
            words.append(Words(f"{said['zh']} {day:%m-%d}", f"{said['en']} {day:%m-%d}"))
            dues.append(_end_of(day))
    if came is not None and (n := len(_missing(told, came))):
        said = rule["words"]["papers"]
        words.append(Words(said["zh"].format(n=n), said["en"].format(n=n)))
    if not words:
        return None
    what = Words("  ".join(one.zh for one in words), "  ".join(one.en for one in words))
    due_at = min(dues, default=None)
    late = 0 if due_at is None else max(overdue_minutes(due_at, now), 0)
    return Work(SECTION, f"in{one.person_id.hex}", what, PLACE, due_at, late, one.person_id, one.bed_label, one.name)


def _gone(person_id: UUID, ends: Mapping[str, tuple[int, list[Any]]], rule: Mapping[str, Any], now: int) -> Work | None:
    """One line of somebody who has gone, until their file is closed. What follows a death is asked for at once."""
    died = "death" in ends
    at, (name, after) = ends["death"] if died else max(ends.values(), key=lambda each: each[0])
    done = set((after or "").split(","))
    if died and (left := [kind for kind in _AFTER if kind not in done]):
        said, due_at = rule["words"]["death"], at
        what = Words(said["zh"].format(n=len(left)), said["en"].format(n=len(left)))
    else:
        due_at = at + rule["close_after_days"] * _DAY_S
        settled = "settlement" in done
        if settled and due_at > now:
            return None
        said = rule["words"]["close" if settled else "settle"]
        what = Words(said["zh"], said["en"])
    late = max(overdue_minutes(due_at, now), 0) if not died else 0
    return Work(SECTION, f"out{person_id.hex}", what, PLACE, due_at, late, person_id, "", name)


def trial_until(told: Mapping[str, list[Mapping[str, Any]]]) -> date | None:
    """The last day of a trial stay that has no result yet. ``told``: facts by kind, with ``at``."""
    trial = max(told.get("trial", ()), key=_at, default=None)
    result = max(told.get("trial_result", ()), key=_at, default=None)
    if trial is None:
        return None
    if result is None or result["at"] < trial["at"]:
        return _day(trial.get("until_on"))
    return _day(result.get("until_on")) if result.get("result") == "longer" else None


def _missing(told: Mapping[str, list[Mapping[str, Any]]], came: tuple[str, int, list[Any]]) -> list[str]:
    category, _, (numbered, ability, risk, consents) = came
    papers = told.get("papers", ())
    there = handed_in(papers) | handed_in(papers, "waived")
    there |= {code for code, known in (("id", numbered), ("ability", ability), ("risk", risk)) if known}
    for rule in asked_for():
        source, _, code = rule.get("from", "").partition(":")
        if (source == "event" and told.get(code)) or (source == "consent" and f'"{code}"' in consents):
            there.add(rule["code"])
    return [rule["code"] for rule in asked_for() if is_needed(rule, category) and rule["code"] not in there]


def _at(facts: Mapping[str, Any]) -> int:
    return int(facts["at"])


def _until(contracts: Any) -> date | None:
    days = [day for facts in contracts if (day := _day(facts.get("until_on"))) is not None]
    return max(days) if days and len(days) == len(contracts) else None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _end_of(day: date) -> int:
    return int(datetime.combine(day, time(23, 59), LOCAL).timestamp())
