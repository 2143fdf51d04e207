"""What people write: acts on the real store, remembered by the model once they are acknowledged."""

import hashlib
from collections.abc import Callable
from uuid import UUID

from db.act import Act
from db.store import Store
from db.tables import Leave, Person, Round, Stay, Synced
from tests.simulation import sides
from tests.simulation.broken import Broken
from tests.simulation.laptop import Laptop
from tests.simulation.model import TOKEN, Fact, Written
from tests.simulation.older import NEW_COLUMN
from tests.simulation.steps import Step
from tests.simulation.world import World

# A few fields, and one of them often: edits made apart must meet.
_FIELDS = ("phone", "phone", "allergies", "care_level", "note", NEW_COLUMN[1])


def look(world: World, laptop: Laptop, step: Step) -> None:
    """One act with one to three rounds."""
    people, tokens = _rows(world, laptop, "person"), _tokens(world, 1 + step.pick % 3)
    if people:
        person = people[step.pick % len(people)]
        if step.pick % 4 == 0:
            # Longer than what is carried in one piece, and no two alike: such a message is gone on with after a cut.
            tokens = [token + hashlib.shake_256(token.encode()).hexdigest(2000) for token in tokens]
        _write(world, laptop, lambda act: [_round(act, person, token) for token in tokens])


def correct(world: World, laptop: Laptop, step: Step) -> None:
    """A new round that supersedes or voids another one."""
    rounds, people, [token] = _rows(world, laptop, "round"), _rows(world, laptop, "person"), _tokens(world, 1)
    if rounds and people:
        wrong, void = rounds[step.pick % len(rounds)], bool(step.pick & 1)
        _write(world, laptop, lambda act: [_round(act, people[0], token, supersedes=wrong, void=void)])


def register(world: World, laptop: Laptop, step: Step) -> None:
    """A new person."""
    [token] = _tokens(world, 1)
    # A birth is what an older program does not know.
    birth = {} if laptop.old or step.pick % 2 else {"birth": f"born {token}"}
    _write(world, laptop, lambda act: [_new(act, Person, token, name=token, sex="1", **birth)])


def leave(world: World, laptop: Laptop, step: Step) -> None:
    """Out of the house: a table that an older program does not know."""
    people, [token] = _rows(world, laptop, "person"), _tokens(world, 1)
    if people and not laptop.old:
        person = people[step.pick % len(people)]
        _write(
            world,
            laptop,
            lambda act: [_new(act, Leave, token, person_id=person, stay_id=person, left_at=act.now, companion=token)],
        )


def stay(world: World, laptop: Laptop, step: Step) -> None:
    """Onto a bed, or off it."""
    stays, people, [token] = _rows(world, laptop, "stay"), _rows(world, laptop, "person"), _tokens(world, 1)
    if stays and step.pick & 1:
        _edit(world, laptop, Stay, stays[step.pick % len(stays)], {"end_reason": token})
    elif people:
        person = people[step.pick % len(people)]
        _write(
            world,
            laptop,
            lambda act: [_new(act, Stay, token, person_id=person, bed_id=person, from_at=act.now, begun_by=token)],
        )


def edit(world: World, laptop: Laptop, step: Step) -> None:
    """One or two fields of a person."""
    people, tokens = _rows(world, laptop, "person"), _tokens(world, 2)
    if not people:
        return
    fields = _FIELDS[: -1 if laptop.old else None]
    names = dict.fromkeys([fields[step.pick % len(fields)], fields[step.pick // 7 % len(fields)]])
    person = people[0] if step.pick % 3 else people[step.pick % len(people)]
    values = {name: _value(name, token) for name, token in zip(names, tokens, strict=False)}
    _edit(world, laptop, Person, person, values)


def _value(name: str, token: str) -> str:
    return f'[{{"to": "{token}"}}]' if name == "allergies" else token


def _tokens(world: World, many: int) -> list[str]:
    return [f"{world.number}{letter}" for letter in "abc"[:many]]


def _rows(world: World, laptop: Laptop, table: str) -> list[UUID]:
    """The rows that this laptop knows of, in the order they were written."""
    model = world.model
    known = model.seen(laptop.start()) & model.written.keys()
    found = [model.written[fact] for fact in known if fact.table == table and model.written[fact].op == "insert"]
    return list(dict.fromkeys(each.row for each in sorted(found, key=lambda each: (each.step, str(each.fact)))))


def _round(act: Act, person: UUID, token: str, **more: UUID | bool) -> tuple[Fact, UUID]:
    return _new(act, Round, token, person_id=person, staff_id=person, at=act.now, kind="carer", note=token, **more)


def _new(act: Act, table: type[Synced], token: str, **values: UUID | str | int | bool) -> tuple[Fact, UUID]:
    name = str(table.__tablename__)
    return Fact(name, TOKEN[name], token), act.insert(table, **values)


def _write(world: World, laptop: Laptop, work: Callable[[Act], list[tuple[Fact, UUID]]]) -> None:
    store: Store = laptop.start()
    with store.act(None) as act:
        made = work(act)
    _new_names(world, laptop)
    for fact, row in made:
        world.model.written[fact] = Written(fact, row, "insert", frozenset(), world.number)


def _edit(world: World, laptop: Laptop, table: type[Synced], row: UUID, values: dict[str, str]) -> None:
    store, model = laptop.start(), world.model
    name = str(table.__tablename__)
    # Nobody has seen a value that still waits, set aside, for a newer program to be shown.
    hidden = {fact for fact in sides.facts_aside(world, store) if (fact.table, fact.field) == NEW_COLUMN}
    known = [model.written[fact] for fact in (model.seen(store) - hidden) & model.written.keys()]
    with store.act(None) as act:
        act.edit(table, row, **values)
    _new_names(world, laptop)
    for field, value in values.items():
        fact = Fact(name, field, value)
        others = {each.fact for each in known if (each.row, each.op, each.fact.field) == (row, "edit", field)}
        model.written[fact] = Written(fact, row, "edit", model.heads(others), world.number)


def _new_names(world: World, laptop: Laptop) -> None:
    """No entry gets a name under which the record itself holds another one."""
    names, unsealed = world.model.in_vault(laptop.start())
    for name in names:
        sealed = world.model.batches[name].names
        if any(sealed[ref] != unsealed[ref] for ref in unsealed.keys() & sealed.keys()):
            raise Broken(f"{laptop.name} gives out a name again that stands in a batch it holds")
