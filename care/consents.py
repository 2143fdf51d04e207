"""What people agreed to, refused, or took back: each kind by itself, who answered, on which day, how (单独同意).

Answers are only ever added, the last one to a kind counts. None of them opens or closes anything by itself: care goes
on while nobody has asked, and that nobody has is shown as work to do.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection

from care.age import house_day, is_day
from care.codes import codes
from care.data import table
from care.groups import groups
from care.person_facts import Consent, read_items
from care.places import natural, places
from care.registered import columns_of, facts_of, joined, registrations_of, spread
from care.rights import doing
from db.errors import Refused
from db.store import Store
from db.tables import Person

State = Literal["given", "refused", "withdrawn"]
COUNTY: Final = "county_upload"
"""The kind without which nothing written says why a record goes to the county."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing to agree to. ``articles`` of the law; ``needed``: "all", "home" (on a home bed), or "" of nobody."""

    code: str
    zh: str
    en: str
    short_zh: str
    short_en: str
    articles: tuple[int, ...]
    needed: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says to a kind. ``on``: ISO date; ``relation``: codes/relation, of self or who stands in for them.

    ``how``: paper, or oral with a ``witness``. ``reason``: why it is refused or taken back, if they say.
    """

    on: str
    relation: str
    by: str = ""
    how: str = "paper"
    witness: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one kind stands: the last answer, ``None`` while nobody has asked. ``work``: it should be asked."""

    kind: str
    last: Consent | None
    work: bool = False

    @property
    def state(self) -> str:
        """given, refused, withdrawn, or empty."""
        return self.last.state if self.last else ""


@dataclass(frozen=True, slots=True)
class Unasked:
    """Somebody in the house who has not been asked what they should be."""

    person_id: UUID
    name: str
    bed_label: str
    kinds: tuple[str, ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """Everything that can be agreed to, in the order of the list."""
    return tuple(
        Kind(
            one["code"],
            one["zh"],
            one["en"],
            one["short_zh"],
            one["short_en"],
            tuple(one["articles"]),
            one["needed"],
        )
        for one in table("rules/consents")["kind"]
    )


def standing(consents: Iterable[Consent], bed_kind: str = "") -> list[Standing]:
    """How every kind stands, then what an older record calls otherwise. ``bed_kind``: of their bed, if any."""
    last: dict[str, Consent] = {}
    for one in consents:
        # Two laptops may have written apart: the later day counts, of one day the later in the list.
        if one.kind not in last or one.on >= last[one.kind].on:
            last[one.kind] = one
    found = [Standing(one.code, last.pop(one.code, None), _needed(one, bed_kind)) for one in kinds()]
    found = [replace(one, work=one.work and one.last is None) for one in found]
    return found + [Standing(kind, one) for kind, one in last.items()]


def state(store: Store, person_id: UUID) -> list[Standing]:
    """How everything stands for one person. Raises ``Refused``: person_unknown."""
    with store.reading() as conn:
        facts = facts_of(conn, person_id)
        here = places(conn).get(groups(conn).of(person_id))
    return standing(facts.consents, here.kind if here else "")


def unasked(store: Store) -> list[Unasked]:
    """Everybody in the house with something left to ask, by bed; nobody to practise on."""
    with store.reading() as conn:
        return _unasked(conn)


def give(store: Store, by: UUID, person_id: UUID, kind: str, answer: Answer) -> None:
    """They agree. Raises ``Refused``: consent_kind, consent_relation, consent_by, consent_witness, consent_how,
    date_shape, date_ahead, text_too_long (most), person_unknown, and as ``care.rights.require``.
    """
    _add(store, by, person_id, kind, "given", answer)


def refuse(store: Store, by: UUID, person_id: UUID, kind: str, answer: Answer) -> None:
    """They do not agree. Raises as ``give``."""
    _add(store, by, person_id, kind, "refused", answer)


def withdraw(store: Store, by: UUID, person_id: UUID, kind: str, answer: Answer) -> None:
    """They take back what they gave. Raises as ``give``, and ``Refused``: consent_not_given."""
    _add(store, by, person_id, kind, "withdrawn", answer)


def _add(store: Store, by: UUID, person_id: UUID, kind: str, said: State, answer: Answer) -> None:
    if kind not in {one.code for one in kinds()}:
        raise Refused("consent_kind")
    with doing(store, by, "person.write") as act:
        new = _checked(kind, said, answer, house_day(act.now).isoformat())
        registered = registrations_of(act.conn, groups(act.conn).all(person_id))
        whole = joined([one for _, one in registered])
        if said == "withdrawn" and not any(
            one.kind == kind and one.state == "given" for one in standing(whole.consents)
        ):
            raise Refused("consent_not_given")
        changed = replace(whole, consents=(*whole.consents, new))
        for one, values in spread(registered, changed, ["consents"]).items():
            act.edit(Person, one, **values)


def _checked(kind: str, said: State, answer: Answer, today: str) -> Consent:
    rule = table("rules/consents")
    name, witness, reason = (" ".join(text.split()) for text in (answer.by, answer.witness, answer.reason))
    if not is_day(answer.on):
        raise Refused("date_shape", field="on")
    if answer.on > today:
        raise Refused("date_ahead")
    if codes("relation").get(answer.relation) is None:
        raise Refused("consent_relation")
    if answer.relation != rule["self"] and not name:
        raise Refused("consent_by")
    if answer.how not in {one["code"] for one in rule["how"]}:
        raise Refused("consent_how")
    if answer.how == "oral" and not witness:
        raise Refused("consent_witness")
    for text, most in ((name, rule["most_name"]), (witness, rule["most_name"]), (reason, rule["most_reason"])):
        if len(text) > most:
            raise Refused("text_too_long", most=most)
    return Consent(kind, answer.on, name, said, answer.relation, answer.how, witness, reason)


def _needed(kind: Kind, bed_kind: str) -> bool:
    return kind.needed == "all" or (kind.needed == "home" and bed_kind == "home")


def _unasked(conn: Connection) -> list[Unasked]:
    here = places(conn)
    about = columns_of(conn, groups(conn), here, ("name", "consents", "practice"))
    found = []
    for person_id, one in about.items():
        if one["practice"]:
            continue
        place = here[person_id]
        stands = standing(read_items(Consent, one["consents"]), place.kind)
        missing = tuple(each.kind for each in stands if each.work)
        if missing:
            found.append(Unasked(person_id, one["name"], place.label, missing))
    return sorted(found, key=lambda each: natural(each.bed_label))
