"""Nothing lives in the tables alone: the rebuild finds every difference, and none where there is none."""

import pytest
from sqlalchemy import text

from db.tables import Person
from sync import session
from sync.proof.rebuild import differences
from tests.insider import tampering
from tests.sync.worlds import World, look, who


def test_a_record_in_the_middle_of_the_day_is_what_its_batches_and_its_tail_say(world: World) -> None:
    home, clinic = world.start(), world.start("clinic")
    with world.serving():
        for store in (home, clinic, home):
            look(store)
            with store.act(None) as act:
                act.edit(Person, who(store), phone=store.path.parent.name)
            session.sync(store)
        look(home)
        with home.act(None) as act:
            act.edit(Person, who(home), allergies='[{"to": "青霉素"}]')
    assert differences(home) == differences(clinic) == {}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE round SET note = 'nothing to see'", {"round": 1}),
        ("DELETE FROM round", {"round": 1}),
        ("UPDATE person SET phone = '110'", {"person": 1}),
        ("UPDATE row_version SET contested = 1 WHERE table_name = 'person'", {"row_version": 1}),
        ("INSERT INTO round SELECT * FROM round WHERE 0", {}),
    ],
)
def test_a_row_that_was_changed_behind_the_journal_is_found(
    world: World, statement: str, found: dict[str, int]
) -> None:
    home = world.start()
    look(home)
    session.settle(home)
    with tampering(home) as conn:
        conn.execute(text(statement))
    assert differences(home) == found


def test_a_batch_that_is_gone_is_found(world: World) -> None:
    home = world.start()
    look(home)
    session.settle(home)
    with tampering(home) as conn:
        conn.execute(text("DELETE FROM batch WHERE position = (SELECT max(position) FROM batch)"))
    assert differences(home) == {"round": 1}
    with home.reading() as conn:
        assert conn.execute(text("SELECT count(*) FROM round")).scalar_one() == 1
