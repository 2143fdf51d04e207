"""The worst week of a pair: apart, a stick, a line that breaks twenty times, a disk put back, and one record."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from care import disputes, people
from db.store import Store
from db.tables import SYNCED, Person, Staff
from sync import exchange, session
from sync.county.serving import running
from sync.proof.standing import Standing, standing
from sync.sticks import by_stick
from tests.links.bad_lines import noted
from tests.links.proxy import Line, Way, through
from tests.sync.county_tables import rows_of
from tests.sync.worlds import World, look, looks, who

CUTS = 20
APART = 60  # kB of notes


@pytest.fixture
def served(world: World) -> Iterator[World]:
    """The county answers over TLS all week; whether a laptop reaches it is another matter."""
    with running(world.county, tls=True) as url:
        world.url = url
        yield world


def allergic(store: Store, to: str) -> None:
    with store.act(staff(store)) as act:
        act.edit(Person, who(store), allergies=json.dumps([{"to": to, "reaction": "", "since": ""}]))


def staff(store: Store) -> UUID:
    with store.reading() as conn:
        return conn.execute(select(col(Staff.id))).scalar_one()


def warned_of(store: Store) -> set[str]:
    """The allergies that the chart warns of."""
    return {each.to for each in people.facts(store, who(store)).allergies}


def contested(store: Store) -> tuple[str, ...]:
    return tuple(name for each in disputes.disputes(store) for name in each.fields)


def told(store: Store) -> tuple[int, int, int]:
    """What the Sync screen says: here, at the county, not yet there."""
    now: Standing = standing(store)
    return now.total, now.at_county, now.unsent


def test_a_week_apart(served: World, tmp_path: Path) -> None:
    world, stick = served, tmp_path / "stick"
    stick.mkdir()
    world.point("home")
    world.point("clinic")
    home, clinic = world.start("home"), world.start("clinic")
    session.sync(home)
    session.sync(clinic)
    world.close()
    world.keep("home", "last week")

    # Apart. Each asks about allergies and hears another one; each goes on recording.
    home, clinic = world.start("home"), world.start("clinic")
    allergic(home, "青霉素")
    at_home = noted(home, APART)
    allergic(clinic, "磺胺")
    in_clinic = noted(clinic, APART)
    total, at_county, unsent = told(home)
    assert (at_county, unsent) == (total - len(at_home) - 1, len(at_home) + 1)
    assert contested(home) == contested(clinic) == ()

    # The doctor brings a stick. No allergy hides the other, and both laptops' screens stay true.
    by_stick.export(clinic, stick, clinic.now())
    taken = by_stick.bring_in(home, stick)
    assert [file.error for file in taken.files] == [None]
    assert looks(home) >= at_home | in_clinic
    assert warned_of(home) == {"青霉素", "磺胺"}
    assert contested(home) == ("allergies",)
    assert told(home)[2] == unsent, "a stick that the county has not seen proves nothing"
    assert warned_of(clinic) == {"磺胺"}

    # The line breaks twenty times while it goes up, the doctor's work with it.
    line = Line(up=Way(cut_at=[4_000 + 5_000 * nth for nth in range(CUTS)]))

    def true(_done: int, _total: int) -> None:
        assert told(home)[2] == unsent or world.at_county(home) == looks(home), "not there before the county has it"

    with through(line, world.url) as near:
        world.point("home", near)
        session.settle(home)
        exchange.run(world.folder(), true, sleep=briefly)
        world.point("home")
    assert line.cuts >= CUTS
    assert told(home)[2] == 0
    assert world.at_county(home) == looks(home)
    total = told(home)[0]

    # The disk dies. Last week's copy is put back; the day goes on before anybody syncs.
    home.close()
    world.put_back("home", "last week")
    home = world.start("home")
    assert warned_of(home) == set()
    since = look(home, "换了硬盘以后")
    assert told(home)[2] >= 1
    session.sync(home)
    session.sync(home)
    assert told(home) == (total + 1, total + 1, 0)
    assert looks(home) >= at_home | in_clinic | {since}

    session.sync(clinic)
    session.sync(home)
    assert told(clinic)[2] == 0
    same(world, home, clinic)
    for laptop in (home, clinic):
        assert warned_of(laptop) == {"青霉素", "磺胺"}
        assert contested(laptop) == ("allergies",)

    # Somebody asks again and settles it. That travels too.
    both = json.dumps([{"to": to, "reaction": "", "since": ""} for to in ("青霉素", "磺胺")])
    disputes.settle(clinic, staff(clinic), who(clinic), "allergies", both)
    session.sync(clinic)
    session.sync(home)
    same(world, home, clinic)
    assert contested(home) == contested(clinic) == ()
    assert warned_of(home) == {"青霉素", "磺胺"}


def briefly(seconds: float) -> None:
    """The pauses between tries, made short: the county hears of a break a little later than the laptop."""
    time.sleep(seconds / 20)


def same(world: World, *laptops: Store) -> None:
    """Laptops and county hold the same rows, value for value."""
    for table in SYNCED:
        there = rows_of(world.county, laptops[0].pair_id, table)
        for laptop in laptops:
            assert rows_of(laptop, None, table) == there, table.__name__
