"""What assessments and risks propose for somebody: a care level, a home bed, duties of the plan. A person decides.

What was accepted names the row that asked for it; what was declined keeps its reason. Either way the same row proposes
the same no more, until a newer assessment does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, text
from sqlmodel import col

from care.age import house_day
from care.codes import short
from care.county_facts import known_facts
from care.data import table
from care.duties import Asked, for_ability, for_risk, say_hours
from care.events.record import put
from care.groups import groups
from care.kept_json import object_of
from care.last_assessments import Last, last_of
from care.one_look import reason_of
from care.places import place_of
from care.plan import write_item
from care.registered import facts_of
from care.rights import doing
from care.risks import risks_of
from care.standing import check_undo, effective, standing, take_back
from care.words import Words
from db.errors import Refused
from db.store import Act, Store
from db.tables import Event, Person, PlanItem

RIGHT = "plan.change"
ACCEPTED, DECLINED = "accepted_proposal", "declined_proposal"
"""Kinds of events."""

LEVEL = "level_change"
"""The kind of event that tells the history of the care level."""

ABILITY = "gbt42195_2022"
"""The scale whose grade asks for duties."""

_LEVELS = "home_care_level"

_DECIDED = text(
    f"""
SELECT e.about, e.facts FROM event AS e
WHERE e.person_id IN :people AND e.kind IN :kinds AND {effective(Event, "e")}
"""
).bindparams(bindparam("people", expanding=True), bindparam("kinds", expanding=True))


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing to decide. ``value``: a care level, or a duty; ``every_min`` and ``times``: hours of a duty.

    ``assessment_id``: the row that asks for it, an assessment or, of a risk that something raised, an event; ``at``:
    when that was. ``certainty`` C is to be confirmed by the county.
    """

    kind: Literal["care_level", "home_bed", "duty"]
    words: Words
    value: str
    cause: Words
    assessment_id: UUID
    at: int
    certainty: str
    every_min: int | None = None
    times: str = ""

    @property
    def key(self) -> tuple[UUID, str, str]:
        """What makes it the same proposal."""
        return self.assessment_id, self.kind, self.value


@dataclass(frozen=True, slots=True)
class Accepted:
    """What accepting wrote. ``item_id``: the duty in the plan; ``before``: the care level there was, and ``level_id``
    the event that tells its history."""

    event_id: UUID
    person_id: UUID
    kind: str
    value: str
    item_id: UUID | None = None
    before: str = ""
    level_id: UUID | None = None


def proposals(store: Store, person_id: UUID) -> tuple[Proposal, ...]:
    """What waits for a decision: the care level, a home bed, then duties. Raises ``Refused``: person_unknown."""
    with store.reading() as conn:
        return _open(conn, person_id, store.now())


def accept(store: Store, by: UUID, person_id: UUID, proposal: Proposal) -> Accepted:
    """Do what is proposed, in one act: set the level, put the duty into the plan. A home bed is opened by its own form.

    Raises ``Refused``: proposal_gone (it is no longer proposed), and as ``care.plan.add`` and ``require``.
    """
    with doing(store, by, RIGHT) as act:
        shown = _still_open(act, person_id, proposal)
        item_id, before, level_id = None, "", None
        if proposal.kind == "care_level":
            before = facts_of(act.conn, shown).care_level
            for one in groups(act.conn).all(shown):
                act.edit(Person, one, care_level=proposal.value)
            today = house_day(act.now).isoformat()
            told = {"from": before, "to": proposal.value, "from_on": today, "why": proposal.cause.zh}
            level_id = put(act, by, LEVEL, told, person_id=shown, about=proposal.assessment_id)
        elif proposal.kind == "duty":
            hours: dict[str, Any] = {"every_min": proposal.every_min, "times": proposal.times}
            item_id = write_item(act, shown, proposal.value, cause=proposal.cause.zh, **hours)
        event_id = _decide(act, by, shown, proposal, ACCEPTED)
        return Accepted(event_id, shown, proposal.kind, proposal.value, item_id, before, level_id)


def decline(store: Store, by: UUID, person_id: UUID, proposal: Proposal, reason: str) -> UUID:
    """Decide against it. Gives the event. Raises ``Refused``: reason_missing, text_too_long (most), proposal_gone."""
    reason = reason_of(reason)
    with doing(store, by, RIGHT) as act:
        return _decide(act, by, _still_open(act, person_id, proposal), proposal, DECLINED, reason=reason)


def undo(store: Store, by: UUID, accepted: Accepted) -> None:
    """Take back what one has just accepted; what somebody has changed since stays as it is.

    Raises ``Refused``: undo_not_yours, undo_too_late (minutes), record_superseded; ``NoRight``.
    """
    with doing(store, by, RIGHT) as act:
        row = standing(act.conn, Event, accepted.event_id)
        check_undo(act, by, row)
        take_back(act, Event, row)
        if accepted.level_id is not None:
            take_back(act, Event, standing(act.conn, Event, accepted.level_id))
        if accepted.item_id is not None:
            said = table("rounds")["words"]["undo"]["zh"]
            act.edit(PlanItem, accepted.item_id, until_at=act.now, end_reason=said)
        if accepted.kind == "care_level":
            for one in groups(act.conn).all(accepted.person_id):
                level = act.conn.execute(select(col(Person.care_level)).where(col(Person.id) == one)).scalar()
                if level == accepted.value:
                    act.edit(Person, one, care_level=accepted.before)


def _open(conn: Connection, person_id: UUID, now: int) -> tuple[Proposal, ...]:
    merged = groups(conn)
    shown = merged.of(person_id)
    scales = [rule["scale"] for rule in table("rules/level_proposal")["level"]]
    bed = table("rules/level_proposal")["home_bed"]
    last = last_of(conn, [shown], [*scales, bed["scale"]], now).get(shown, {})
    found = [*_levels(conn, shown, last), *_home_bed(conn, shown, last, bed)]
    found += _duties(conn, shown, last, now)
    decided = _decided(conn, merged.all(shown))
    return tuple(one for one in found if one.key not in decided)


def _levels(conn: Connection, shown: UUID, last: Mapping[str, Last]) -> list[Proposal]:
    level = facts_of(conn, shown).care_level
    rule = next((one for one in table("rules/level_proposal")["level"] if one["scale"] in last), None)
    if rule is None or (of := last[rule["scale"]]).grade not in rule["grades"]:
        return []
    given = rule["grades"][of.grade]
    asked = isinstance(given, Mapping)
    new = given["of"][known_facts(conn)[given["fact"]] - given.get("from", 0)] if asked else given
    if new == level:
        return []
    grade = rule["words"][of.grade]
    return [
        Proposal(
            kind="care_level",
            words=_level_words(level, new),
            value=new,
            cause=Words(f"{rule['zh']}：{grade['zh']}", f"{rule['en']}: {grade['en']}"),
            assessment_id=of.id,
            at=of.at,
            certainty="C" if asked else "B",
        )
    ]


def _level_words(old: str, new: str) -> Words:
    words = table("rules/level_proposal")["words"]
    return Words(
        words["level_zh"].format(old=short(_LEVELS, old, "zh"), new=short(_LEVELS, new, "zh")),
        words["level_en"].format(old=short(_LEVELS, old, "en"), new=short(_LEVELS, new, "en")),
    )


def _home_bed(conn: Connection, shown: UUID, last: Mapping[str, Last], rule: Mapping[str, Any]) -> list[Proposal]:
    of = last.get(rule["scale"])
    if of is None or of.total is None or of.total > rule["most"]:
        return []
    place = place_of(conn, shown)
    if place is not None and place.kind == "home":
        return []
    cause = Words(rule["cause_zh"].format(total=of.total), rule["cause_en"].format(total=of.total))
    words = Words(rule["zh"], rule["en"])
    return [Proposal("home_bed", words, "home", cause, of.id, of.at, rule["certainty"])]


def _duties(conn: Connection, shown: UUID, last: Mapping[str, Last], now: int) -> list[Proposal]:
    """What risks and the ability grade ask for and the plan lacks; asked for twice, the shorter interval counts."""
    planned = _planned(conn, groups(conn).all(shown), now)
    asked: dict[str, Proposal] = {}
    for risk in risks_of(conn, [shown], now).get(shown, ()):
        cause = Words(f"{risk.words.zh}：{risk.cause.zh}", f"{risk.words.en}: {risk.cause.en}")
        for one in for_risk(risk.code):
            _ask(asked, one, cause, risk.about, risk.at)
    if (ability := last.get(ABILITY)) is not None:
        rule = table("rules/level_proposal")["level"][0]
        grade = rule["words"].get(ability.grade, {"zh": ability.grade, "en": ability.grade})
        cause = Words(f"{rule['zh']}：{grade['zh']}", f"{rule['en']}: {grade['en']}")
        for one in for_ability(ability.grade):
            _ask(asked, one, cause, ability.id, ability.at)
    return [proposal for duty, proposal in asked.items() if duty not in planned]


def _ask(asked: dict[str, Proposal], one: Asked, cause: Words, about: UUID, at: int) -> None:
    before = asked.get(one.duty.code)
    if before is not None and (one.every_min is None or (before.every_min or 0) <= one.every_min):
        return
    words = Words(*(f"{said} {say_hours(one.every_min, one.times, lang)}" for said, lang in _in_both(one.duty.words)))
    asked[one.duty.code] = Proposal(
        "duty", words, one.duty.code, cause, about, at, one.duty.certainty[:1], one.every_min, one.times
    )


def _in_both(words: Words) -> tuple[tuple[str, Literal["zh"]], tuple[str, Literal["en"]]]:
    return (words.zh, "zh"), (words.en, "en")


def _planned(conn: Connection, ids: tuple[UUID, ...], now: int) -> set[str]:
    asked = select(col(PlanItem.duty)).where(
        col(PlanItem.person_id).in_(ids), col(PlanItem.until_at).is_(None) | (col(PlanItem.until_at) > now)
    )
    return set(conn.execute(asked).scalars())


def _decided(conn: Connection, ids: tuple[UUID, ...]) -> set[tuple[UUID, str, str]]:
    asked = {"people": [one.bytes for one in ids], "kinds": [ACCEPTED, DECLINED]}
    rows = [(about, object_of(facts)) for about, facts in conn.execute(_DECIDED, asked) if about is not None]
    return {(UUID(bytes=about), str(facts.get("kind", "")), str(facts.get("value", ""))) for about, facts in rows}


def _still_open(act: Act, person_id: UUID, proposal: Proposal) -> UUID:
    """The person as shown. Between the look and the act another window may have decided."""
    if proposal.key not in {one.key for one in _open(act.conn, person_id, act.now)}:
        raise Refused("proposal_gone")
    return groups(act.conn).of(person_id)


def _decide(act: Act, by: UUID, shown: UUID, proposal: Proposal, kind: str, **more: str) -> UUID:
    facts = {
        "what": proposal.words.zh,
        "kind": proposal.kind,
        "value": proposal.value,
        "cause": proposal.cause.zh,
        **more,
    }
    return put(act, by, kind, facts, person_id=shown, about=proposal.assessment_id)
