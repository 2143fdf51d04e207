"""What must hold once everything works again and everybody has synced."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from db.store import Store
from db.versions import RowHeads
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from sync.seal import held
from tests.simulation import sides
from tests.simulation.broken import Broken
from tests.simulation.laptop import Laptop
from tests.simulation.model import TOKEN, Fact, Written
from tests.simulation.sides import PLACES, Rows
from tests.simulation.world import World


def check(world: World) -> None:
    """Raise ``Broken`` for the first promise that was not kept.

    ``doubled`` are facts whose entry or row has the name of another one. That may happen where a machine was resumed
    from a memory image, and nowhere else; then each side must have it in its tables, or show that it does not.
    """
    model = world.model
    gone = model.written.keys() - world.expected - model.lost
    if gone:
        raise Broken(f"acknowledged, and written down nowhere: {_told(gone)}")
    doubled = model.doubled()
    if doubled and not any(laptop.images for laptop in world.laptops.values()):
        raise Broken(f"two entries have one name: {_told(doubled)}")
    confused = {model.written[fact].row for fact in doubled if fact in model.written}
    facts = world.expected & model.written.keys()
    county = sides.of_county(world)
    aside = _aside_anywhere(world)
    if sides.aside(world) and not doubled:
        raise Broken("the county has set entries aside")
    for laptop in world.laptops.values():
        with laptop.working() as store:
            mine = sides.of_laptop(store)
            _alike(laptop, mine, county, confused)
            _present_once(laptop, mine, facts - doubled)
            _surfaced(laptop, mine, world, [model.written[fact] for fact in facts - doubled], confused)
            _shown(laptop, mine, world, facts & doubled - aside)
            _proven(laptop, store, anything_aside=bool(doubled))


def _told(facts: Iterable[Fact]) -> str:
    return ", ".join(sorted(f"{fact.table}.{fact.field}={str(fact.value)[:24]}" for fact in facts)[:6])


def _alike(laptop: Laptop, mine: Rows, county: Rows, confused: set[UUID]) -> None:
    for name, there in county.items():
        here = mine[name]
        for key in sorted(here.keys() | there.keys(), key=repr):
            if here.get(key) != there.get(key) and key[-1] not in confused:
                raise Broken(f"{name}: {laptop.name} has {here.get(key)}, the county {there.get(key)}")


def _present_once(laptop: Laptop, mine: Rows, facts: set[Fact]) -> None:
    for table, field in TOKEN.items():
        counted = Counter(row[PLACES[table][field]] for row in mine[table].values())
        for fact in facts:
            if (fact.table, fact.field) == (table, field) and counted[fact.value] != 1:
                raise Broken(f"{laptop.name} has {_told([fact])} {counted[fact.value]} times")


def _surfaced(laptop: Laptop, mine: Rows, world: World, written: list[Written], confused: set[UUID]) -> None:
    """Of each field, exactly those edits stand that nobody who had seen them wrote over."""
    fields: dict[tuple[str, UUID, str], list[Fact]] = {}
    for each in written:
        if each.op == "edit" and each.row not in confused:
            fields.setdefault((each.fact.table, each.row, each.fact.field), []).append(each.fact)
    for (table, row, field), edits in fields.items():
        stand = {fact.value for fact in world.model.heads(edits)}
        heads = RowHeads.decode(bytes(mine["row_version"][table, row][2])).of(field)
        shown = mine[table][row,][PLACES[table][field]]
        values = {shown} if len(heads) == 1 else {head.value for head in heads}
        if values != stand:
            has, ought = (sorted(map(str, some)) for some in (values, stand))
            raise Broken(f"{laptop.name} has {has} for {field}, and what nobody wrote over is {ought}")


def _aside_anywhere(world: World) -> set[Fact]:
    found = sides.facts_aside(world)
    for laptop in world.laptops.values():
        with laptop.working() as store:
            found |= sides.facts_aside(world, store)
    return found


def _shown(laptop: Laptop, mine: Rows, world: World, facts: set[Fact]) -> None:
    """Of two entries with one name, each is in the tables of all, or somebody counts it among what is set aside."""
    present = {value for rows in mine.values() for row in rows.values() for value in row}
    for row in mine["row_version"].values():
        heads = RowHeads.decode(bytes(row[2]))
        present |= {head.value for name in heads.fields for head in heads.of(name)}
    replaced = {seen for each in world.model.written.values() for seen in each.saw}
    for fact in facts - replaced:
        if fact.value not in present:
            raise Broken(f"{laptop.name} drops {_told([fact])} in silence")


def _proven(laptop: Laptop, store: Store, *, anything_aside: bool) -> None:
    wrong = differences(store)
    if wrong:
        raise Broken(f"{laptop.name}: tables are not what their batches say: {wrong}")
    stands = standing(store)
    if (stands.unsent, stands.agrees, stands.refused) != (0, True, ()):
        raise Broken(f"{laptop.name}: {stands.unsent} unsent, agrees {stands.agrees}, refused {stands.refused}")
    if stands.set_aside and not anything_aside:
        raise Broken(f"{laptop.name} has set {stands.set_aside} entries aside")
    with store.reading() as conn:
        before: set[bytes] = set()
        for name, parents in held(conn).items():
            if not before.issuperset(parents):
                raise Broken(f"{laptop.name} applied {name.hex()[:8]} before what it stands on")
            before.add(name)
