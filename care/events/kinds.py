"""The kinds of events, read from ``data/events`` and checked strictly: an added kind is an added file.

A file says what happened (``zh``, ``en``), its ``group``, ``of`` whom it is (person or house) and its ``fields``. A
field is defined in the file or, where several kinds ask the same, in ``event_fields.toml``. What else a file may say:

``opens``: it is in force until an event that follows it closes it, or for ``open_days`` at most. ``case``: an incident,
which somebody with the right ``event.close`` closes. ``urgent``: the county and the doctor must know at once; always
(``true``) or where fields hold certain values. ``follows``: the kinds that it follows, ``@group`` for all of a group
that open something; ``closes`` that it ends them; ``alone`` that it may also follow nothing. ``then``: what must come
after it (``Follow``).
``many``: may be of several people at once. ``quick``: its place among the frequent ones. ``second``: takes two persons.
``does``: what it also changes in the record, in the same act (``care.stay_acts``).
``form = false``: the program writes it, nobody fills it in. ``listed = false``: too frequent for the list of the house.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from care.data import table
from care.events.files import read_kind
from care.events.shape import Choice, Field, Follow, Kind, applies, holds_any
from care.words import Words
from db.errors import Refused

__all__ = [
    "Choice",
    "Field",
    "Follow",
    "Kind",
    "applies",
    "closers",
    "event_groups",
    "followers",
    "follows",
    "holds_any",
    "kind",
    "kinds",
    "known",
]


def kinds(group: str | None = None) -> tuple[Kind, ...]:
    """All kinds, or those of a group, in the order in which screens list them."""
    return tuple(one for one in _all() if group in (None, one.group))


def kind(id: str) -> Kind:
    """One kind. Raises ``Refused``: event_kind_unknown."""
    found = known(id)
    if found is None:
        raise Refused("event_kind_unknown")
    return found


@cache
def known(id: str) -> Kind | None:
    """One kind, or ``None`` for one that a newer program wrote. Reads its file alone: Today needs few of them."""
    try:
        row = table(f"events/{id}")
    except KeyError:
        return None
    return read_kind(id, row)


def event_groups() -> Mapping[str, Words]:
    """The groups by their codes, in order."""
    return {code: Words(row["zh"], row["en"]) for code, row in table("event_groups")["group"].items()}


def followers(of: Kind, among: Iterable[Kind] | None = None) -> tuple[Kind, ...]:
    """The kinds that may be about an event of this kind, those that close it last; ``among`` these, or all."""
    found = [one for one in (_all() if among is None else among) if follows(one, of)]
    return tuple(sorted(found, key=lambda one: one.closes))


def follows(one: Kind, of: Kind) -> bool:
    """Whether an event of the first kind may be about one of the second."""
    return of.id in one.follows or (of.opens and f"@{of.group}" in one.follows)


def closers(of: Kind, among: Iterable[Kind] | None = None) -> tuple[str, ...]:
    """The kinds that close one of this kind."""
    return tuple(one.id for one in followers(of, among) if one.closes)


@cache
def _all() -> tuple[Kind, ...]:
    names = sorted(
        entry.name.removesuffix(".toml")
        for entry in files("care.data").joinpath("events").iterdir()
        if entry.name.endswith(".toml")
    )
    order = list(table("event_groups")["group"])
    return tuple(sorted(map(kind, names), key=lambda one: (order.index(one.group), one.order, one.id)))
