"""From application to closed file: where somebody stands, derived from their stays, leaves and events. Nothing stored.

A stay in the house is a *spell*: from admission over all changes of bed until they leave. What was recorded before the
last spell ended belongs to it; somebody who applies anew begins a new one. No step refuses anything: whoever comes at
night is put to bed, and the steps say what is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, text
from sqlmodel import col

from care.age import house_day
from care.codes import label, short
from care.data import table
from care.ended import running
from care.events.kinds import kind, known
from care.events.said import NOTHING, brief, names_of, read_facts
from care.groups import groups
from care.papers import Paper, papers
from care.registered import facts_of
from care.retention import kept_until
from care.standing import effective
from care.words import Words
from db.store import Store
from db.tables import Bed, Event, Leave, Staff, Stay

State = Literal[
    "registered",
    "applied",
    "assessed",
    "contracted",
    "trial",
    "resident",
    "leave",
    "hospital",
    "left",
    "died",
    "closed",
]
"""Where somebody stands; their words are in the message catalogues (``lifecycle.state``)."""

StepState = Literal["done", "open", "may"]
"""``open``: it is asked for now; ``may``: it can be done."""

_PRESSING: Final = ("here", "death", "coming", "leaving", "file")
"""The phases, what is asked for first: somebody who is back, or has died, before papers."""

_LEVELS: Final = "home_care_level"
_BEFORE: Final = ("application", "pre_entry")
_BESIDE: Final = ("belongings_in", "custody", "papers")
"""Kinds that no step is done by, and that steps look at."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``said``: what was recorded; ``missing``: what is not there yet; ``opens``: see ``rules/lifecycle``."""

    code: str
    phase: str
    words: Words
    state: StepState
    done_at: int | None = None
    who: str = ""
    said: Words = NOTHING
    missing: Words = NOTHING
    opens: str = ""
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LevelChange:
    """From one care level to another, as from a day (ISO text)."""

    at: int
    from_on: str
    old: str
    new: str
    why: str
    who: str


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Where somebody stands. ``since``: when their spell began; ``kept``: the day until which the file is kept,
    empty for life; ``next_code``: the step that is asked for first, empty when none is.
    """

    person_id: UUID
    name: str
    care_level: str
    state: State
    since: int | None
    until: int | None
    bed_kind: str
    bed_label: str
    steps: tuple[Step, ...]
    papers: tuple[Paper, ...]
    level_history: tuple[LevelChange, ...]
    kept: str | None = None

    @property
    def next_code(self) -> str:
        """The step asked for first: of what presses, what stands first."""
        waiting = [one for one in self.steps if one.state == "open"]
        return min(waiting, key=lambda one: _PRESSING.index(one.phase)).code if waiting else ""

    def step(self, code: str) -> Step:
        """A step by its code. Raises ``KeyError`` where it does not apply."""
        for one in self.steps:
            if one.code == code:
                return one
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class _Told:
    """An event that stands."""

    id: UUID
    at: int
    kind: str
    about: UUID | None
    who: str
    facts: Mapping[str, Any]


@dataclass(slots=True)
class _Spell:
    since: int
    until: int | None
    reason: str
    bed_kind: str
    bed_label: str


def lifecycle(store: Store, person_id: UUID) -> Lifecycle:
    """All of it for one person under all registrations. Raises ``Refused``: person_unknown."""
    with store.reading() as conn:
        return _Derived(conn, person_id, store.now()).lifecycle()


def rules() -> Mapping[str, Any]:
    """The rules of the steps."""
    return table("rules/lifecycle")


_EVENTS = text(
    f"SELECT e.id, e.at, e.kind, e.about, e.staff_id, e.facts FROM event AS e WHERE e.person_id IN :people"
    f" AND e.kind IN :kinds AND {effective(Event, 'e')} ORDER BY e.at, e.id"
).bindparams(bindparam("people", expanding=True), bindparam("kinds", expanding=True))


class _Derived:
    """One look at one person: what was read once, and each step made of it."""

    def __init__(self, conn: Connection, person_id: UUID, now: int) -> None:
        self.conn, self.now, self.today = conn, now, house_day(now).isoformat()
        merged = groups(conn)
        self.shown, self.ids = merged.of(person_id), merged.all(person_id)
        self.facts = facts_of(conn, self.shown)
        kinds = {kind for step in rules()["step"] for kind in step["kinds"]} | set(_BESIDE)
        told = self._events(sorted(kinds))
        self.levels = [one for one in told if one.kind == "level_change"]
        spells = _spells(conn, self.ids)
        self.spell, before = (spells[-1] if spells else None), (spells[-2] if len(spells) > 1 else None)
        begins = ("application", "pre_entry", "contract")
        gone = self.spell.until if self.spell is not None else None
        if gone is not None and any(one.at > gone and one.kind in begins for one in told):
            self.spell, before = None, self.spell
        since = before.until if before is not None and before.until is not None else 0
        self.told: dict[str, list[_Told]] = {}
        for one in told:
            if one.at > since:
                self.told.setdefault(one.kind, []).append(one)
        self.inside = self.spell is not None and self.spell.until is None
        self.gone = self.spell is not None and self.spell.until is not None
        self.died = bool(self.told.get("death")) or (
            self.gone and self.spell is not None and self.spell.reason == "death"
        )
        self.ours = self.spell is None or self.spell.bed_kind in rules()["beds"]
        self.papers = papers(
            conn, self.ids, self.facts, {one: [each.facts for each in all] for one, all in self.told.items()}, now
        )
        self.leave = self._last_leave()

    def lifecycle(self) -> Lifecycle:
        """Everything."""
        spell = self.spell
        steps = [step for rule in rules()["step"] if (step := self._step(rule)) is not None]
        return Lifecycle(
            person_id=self.shown,
            name=self.facts.name,
            care_level=self.facts.care_level,
            state=self._state(),
            since=spell.since if spell else None,
            until=spell.until if spell else None,
            bed_kind=spell.bed_kind if spell and self.inside else "",
            bed_label=spell.bed_label if spell and self.inside else "",
            steps=tuple(steps),
            papers=self.papers,
            level_history=tuple(_level(one) for one in reversed(self.levels)),
            kept=kept_until(self.conn, self.shown, self.now) if self.gone else None,
        )

    # --- what was read ----------------------------------------------------------------------------

    def _events(self, kinds: Sequence[str]) -> list[_Told]:
        rows = self.conn.execute(_EVENTS, {"people": [one.bytes for one in self.ids], "kinds": kinds}).all()
        staff = {UUID(bytes=row.staff_id) for row in rows}
        names = dict(self.conn.execute(select(col(Staff.id), col(Staff.name)).where(col(Staff.id).in_(staff))).all())
        return [
            _Told(
                UUID(bytes=row.id),
                row.at,
                row.kind,
                None if row.about is None else UUID(bytes=row.about),
                names.get(UUID(bytes=row.staff_id), ""),
                read_facts(row.facts),
            )
            for row in rows
        ]

    def _last_leave(self) -> Any:
        """The newest leave of this spell: ``id``, ``kind``, ``left_at``, ``expected_at``, ``back_at``."""
        if self.spell is None:
            return None
        asked = select(
            col(Leave.id), col(Leave.kind), col(Leave.left_at), col(Leave.expected_at), col(Leave.back_at)
        ).where(col(Leave.person_id).in_(self.ids), col(Leave.left_at) >= self.spell.since)
        return self.conn.execute(asked.order_by(col(Leave.left_at).desc(), col(Leave.id).desc())).first()

    def last(self, kind_id: str) -> _Told | None:
        """The newest event of a kind."""
        return next(iter(self.told.get(kind_id, [])[-1:]), None)

    @property
    def out(self) -> bool:
        """Whether they are out of the house while their bed is kept."""
        return self.inside and self.leave is not None and self.leave.back_at is None

    def trial_until(self) -> str:
        """The last day of a trial stay that has no result yet, or empty."""
        trial, result = self.last("trial"), self.last("trial_result")
        if trial is None:
            return ""
        if result is None or result.at < trial.at:
            return str(trial.facts.get("until_on", ""))
        return str(result.facts.get("until_on", "")) if result.facts.get("result") == "longer" else ""

    def _state(self) -> State:
        if self.told.get("file_closed") and not self.inside:
            return "closed"
        if self.died and not self.inside:
            return "died"
        if self.gone:
            return "left"
        if self.inside:
            if self.out:
                return "hospital" if self.leave.kind == "hospital" else "leave"
            return "trial" if self.trial_until() else "resident"
        if self.told.get("contract"):
            return "contracted"
        if self.told.get("pre_entry"):
            return "assessed"
        return "applied" if self.told.get("application") else "registered"

    # --- the steps --------------------------------------------------------------------------------

    def _step(self, rule: Mapping[str, Any]) -> Step | None:
        """A step as it stands, or ``None`` where it does not apply."""
        if not self._applies(rule["phase"], rule["code"]):
            return None
        done = max((one for kind in rule["kinds"] for one in self.told.get(kind, ())), key=_when, default=None)
        missing = self._missing(rule, done)
        # Once somebody is in, nobody asks for what comes before; once they have gone, for no papers.
        late = rule["code"] in _BEFORE if self.inside else self.gone and rule["phase"] == "coming"
        must = bool(rule.get("must")) and self.ours and not late
        state: StepState = "open" if must else "may"
        if done is not None and missing == NOTHING:
            state = "done"
        special = _SPECIAL.get(rule["code"])
        step = Step(
            code=rule["code"],
            phase=rule["phase"],
            words=Words(rule["zh"], rule["en"]),
            state=state,
            done_at=done.at if done else None,
            who=done.who if done else "",
            said=self._said(done),
            missing=missing,
            opens=rule["opens"],
            event_id=done.id if done else None,
        )
        return step if special is None else special(self, step)

    def _applies(self, phase: str, code: str) -> bool:
        match phase:
            case "coming":
                # Of somebody who has gone nobody asks for an application any more.
                return not self.gone or bool(self.told.get(code)) or code == "admitted"
            case "here":
                return self.inside
            case "leaving":
                if code == "death":
                    return self.inside or self.died
                if code == "discharge":
                    return self.inside or (self.gone and not self.died)
                return self.spell is not None
            case "death":
                return self.died
        return self.gone or self.died

    def _said(self, one: _Told | None) -> Words:
        of = None if one is None else known(one.kind)
        if one is None or of is None:
            return NOTHING
        return brief(of, one.facts, names_of(self.conn, [(of, one.facts)]))

    def _missing(self, rule: Mapping[str, Any], done: _Told | None) -> Words:
        """What an event of the step has not said yet, of the choices of which all are asked for."""
        for field_id, codes in rule.get("all", {}).items():
            got = {
                str(code)
                for kind_id in rule["kinds"]
                for one in self.told.get(kind_id, ())
                for code in _codes(one.facts.get(field_id))
            }
            field = kind(rule["kinds"][0]).field(field_id)
            left = [choice.words for code in codes if code not in got and (choice := field.choice(code)) is not None]
            if done is not None and left:
                return _list(left)
        return NOTHING


def _codes(said: object) -> Sequence[object]:
    """What a field of many holds; nothing of what another program put there."""
    return said if isinstance(said, list) else ()


def _when(one: _Told) -> tuple[int, bytes]:
    return one.at, one.id.bytes


def _list(words: Sequence[Words]) -> Words:
    return Words("、".join(one.zh for one in words), ", ".join(one.en for one in words))


def _level(one: _Told) -> LevelChange:
    said = {name: str(one.facts.get(name, "")) for name in ("from_on", "from", "to", "why")}
    return LevelChange(one.at, said["from_on"], said["from"], said["to"], said["why"], one.who)


def _spells(conn: Connection, ids: Sequence[UUID]) -> list[_Spell]:
    asked = (
        select(
            col(Stay.from_at),
            col(Stay.until_at),
            col(Stay.begun_by),
            col(Stay.end_reason),
            col(Bed.kind),
            col(Bed.label),
        )
        .join_from(Stay, Bed, col(Stay.bed_id) == col(Bed.id))
        .where(col(Stay.person_id).in_(ids))
        .order_by(col(Stay.from_at), col(Stay.id))
    )
    found: list[_Spell] = []
    for row in conn.execute(asked):
        last = found[-1] if found else None
        goes_on = last is not None and (row.begun_by != "admission" or last.until is None or last.until > row.from_at)
        if last is None or not goes_on:
            found.append(_Spell(row.from_at, row.until_at, row.end_reason, row.kind, row.label))
        else:
            # Two laptops may each have put them on a bed: they are in as long as one of the stays goes on.
            if last.until is not None or row.until_at is None:
                last.until, last.reason = row.until_at, row.end_reason
            last.bed_kind, last.bed_label = row.kind, row.label
    return found


# --- steps that are known from more than their events ---------------------------------------------------


def _papers(of: _Derived, step: Step) -> Step:
    left = [one.words for one in of.papers if one.missing]
    if not left:
        return _with(step, "done")
    pressing = of.ours and not of.gone
    return _with(step, "open" if pressing else "may", missing=_list(left))


def _contract(of: _Derived, step: Step) -> Step:
    until = str(last.facts.get("until_on", "")) if (last := of.last("contract")) else ""
    if not until or not of.inside:
        return step
    soon = (house_day(of.now) + timedelta(days=rules()["contract_days"])).isoformat()
    said = rules()["words"]["contract"]
    if until > soon:
        return step
    return _with(step, "open" if of.ours else "may", missing=Words(f"{said['zh']} {until}", f"{said['en']} {until}"))


def _admitted(of: _Derived, step: Step) -> Step:
    if of.spell is None:
        return step
    said = Words(of.spell.bed_label, of.spell.bed_label)
    return _with(step, "done", done_at=of.spell.since, said=said)


def _trial_result(of: _Derived, step: Step) -> Step | None:
    until = of.trial_until()
    if not until:
        return step if step.done_at is not None else None
    soon = (house_day(of.now) + timedelta(days=rules()["trial_days"])).isoformat()
    said = rules()["words"]["trial"]
    missing = Words(f"{said['zh']} {until}", f"{said['en']} {until}")
    return _with(step, "open" if until <= soon else "may", missing=missing)


def _care_level(of: _Derived, step: Step) -> Step:
    level = of.facts.care_level
    return _with(
        step, "may", said=Words(short(_LEVELS, level, "zh"), short(_LEVELS, level, "en")) if level else NOTHING
    )


def _leave(of: _Derived, step: Step) -> Step | None:
    """Whoever is out can go out no more."""
    return None if of.out else _with(step, "may")


def _return_check(of: _Derived, step: Step) -> Step | None:
    leave = of.leave
    if leave is None:
        return None
    if leave.back_at is None:
        return _with(step, "open", done_at=None, who="", said=NOTHING)
    checked = any(one.about == leave.id or one.at >= leave.back_at for one in of.told.get("return_check", ()))
    return step if checked else _with(step, "open", done_at=None, who="", said=NOTHING)


def _incidents(of: _Derived, step: Step) -> Step:
    from care.events.threads import open_events

    mine = [one for one in open_events(of.conn) if one.person_id in of.ids and one.kind.case]
    return _leaving(of, step, _list([one.kind.words for one in mine]))


def _medicines(of: _Derived, step: Step) -> Step:
    from care.medicines.ledger import all_lots

    names = sorted({one.item.name for one in all_lots(of.conn, of.shown, of.now) if one.left100 > 0})
    return _leaving(of, step, _list([Words(one, one) for one in names]))


def _belongings(of: _Derived, step: Step) -> Step:
    settled = of.last("settlement")
    brought = [str(one.facts.get("what", "")) for one in of.told.get("belongings_in", ())]
    back = step.done_at is not None or (settled is not None and settled.facts.get("belongings") is True)
    return _leaving(of, step, NOTHING if back else _list([Words(one, one) for one in brought if one]))


def _care(of: _Derived, step: Step) -> Step:
    orders, duties = running(of.conn, of.shown, of.now)
    words = [Words(f"医嘱 {len(orders)}", f"orders {len(orders)}")] if orders else []
    words += [Words(f"照护 {len(duties)}", f"duties {len(duties)}")] if duties else []
    return _leaving(of, step, _list(words))


def _settlement(of: _Derived, step: Step) -> Step:
    """Asked for once they have gone; before that it may be done."""
    return _with(step, "may") if of.inside and step.state == "open" else step


def _discharge(of: _Derived, step: Step) -> Step:
    if of.spell is None or not of.gone:
        return _with(step, "may")
    reason = of.spell.reason
    named = Words(label("discharge_reason", reason, "zh"), label("discharge_reason", reason, "en"))
    said = step.said if step.done_at else named
    return _with(step, "done", done_at=step.done_at or of.spell.until, said=said)


def _death(of: _Derived, step: Step) -> Step:
    if not of.died:
        return _with(step, "may")
    at = str(one.facts.get("died_at", "")) if (one := of.last("death")) else ""
    when = int(at) if at.isdigit() else step.done_at or (of.spell.until if of.spell else None)
    return _with(step, "done", done_at=when)


def _leaving(of: _Derived, step: Step, missing: Words) -> Step:
    """What is to be cleared before somebody goes: asked for once they have gone, or once it is settled."""
    if missing == NOTHING:
        return _with(step, "done")
    pressing = of.gone or bool(of.told.get("settlement"))
    return _with(step, "open" if pressing and of.ours else "may", missing=missing)


def _with(step: Step, state: StepState, **more: Any) -> Step:
    return replace(step, state=state, **more)


_SPECIAL: Final = {
    "papers": _papers,
    "contract": _contract,
    "admitted": _admitted,
    "trial_result": _trial_result,
    "level": _care_level,
    "leave": _leave,
    "hospital": _leave,
    "return_check": _return_check,
    "incidents": _incidents,
    "medicines": _medicines,
    "belongings": _belongings,
    "care": _care,
    "settlement": _settlement,
    "discharge": _discharge,
    "death": _death,
}
