"""The papers of a file: which are wanted of whom, which are there, handed in or known to the record from elsewhere."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from care.consents import standing
from care.data import table
from care.events.kinds import kind
from care.last_assessments import last_of
from care.person_facts import PersonFacts
from care.words import Words

KIND: Final = "papers"
"""The kind of event by which papers are handed in."""

ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. ``have``: handed in, or known from elsewhere; ``waived``: somebody said that it is not needed."""

    code: str
    words: Words
    needed: bool
    have: bool
    waived: bool

    @property
    def missing(self) -> bool:
        """Whether it is still to be asked for."""
        return self.needed and not self.have and not self.waived


def papers(
    conn: Connection,
    ids: tuple[Any, ...],
    facts: PersonFacts,
    events: Mapping[str, list[Mapping[str, Any]]],
    now: int,
) -> tuple[Paper, ...]:
    """All papers of somebody with these registrations. ``events``: the facts of events by their kind."""
    wanted = {one["from"].partition(":")[2] for one in _rules() if one.get("from", "").startswith("scale:")}
    assessed = last_of(conn, [ids[0]], sorted(wanted), now).get(ids[0], {})
    agreed = {one.kind for one in standing(facts.consents) if one.last is not None}
    got, waived = handed_in(events.get(KIND, ())), handed_in(events.get(KIND, ()), "waived")

    def known(source: str) -> bool:
        what, _, code = source.partition(":")
        match what:
            case "id_number":
                return bool(facts.id_number)
            case "event":
                return bool(events.get(code))
            case "scale":
                return code in assessed
            case "consent":
                return code in agreed
        return False

    field = kind(KIND).field("received")
    return tuple(
        Paper(
            choice.code,
            choice.words,
            is_needed(rule, facts.category),
            choice.code in got or known(rule.get("from", "")),
            choice.code in waived,
        )
        for rule in _rules()
        if (choice := field.choice(rule["code"])) is not None
    )


def handed_in(events: Iterable[Mapping[str, Any]], field: str = "received") -> set[str]:
    """The codes of all papers that these events name."""
    listed = (facts.get(field) for facts in events)
    return {str(code) for codes in listed if isinstance(codes, list) for code in codes}


def is_needed(rule: Mapping[str, Any], category: str) -> bool:
    """Whether a paper is wanted of somebody of this category."""
    needed: Collection[str] = rule["needed"]
    return ALL in needed or category in needed


def asked_for() -> tuple[Mapping[str, Any], ...]:
    """The rules of all papers."""
    return _rules()


def _rules() -> tuple[Mapping[str, Any], ...]:
    return tuple(table("rules/lifecycle")["paper"])
