"""Where a record is (本机, 已发, 县里已收, 被退回) is true at every step, whatever was lost or put back."""

from dataclasses import replace
from uuid import UUID

import pytest

from db.identity import new_epoch, row_id
from db.store import Store
from sync import parcel, seal, session
from sync.errors import CountyUnreachable
from sync.proof import ledger
from sync.proof.handed import MOST, handed_over
from sync.proof.standing import outside, standing
from sync.proof.whereabouts import State, states
from tests.sync.worlds import World, look


def where(store: Store, *rows: UUID) -> list[State]:
    """The state of each row."""
    found = states(store, rows)
    return [found[row] for row in rows]


def test_a_record_goes_from_here_to_the_county(world: World) -> None:
    home = world.start()
    first = look(home)
    assert where(home, first) == ["local"]
    session.settle(home)
    second = look(home)
    assert where(home, first, second) == ["local", "local"]
    assert (standing(home).unsealed, standing(home).sealed) == (1, 1)
    with world.serving():
        session.sync(home)
    third = look(home)
    # One epoch, of which a part is at the county: its batches have to be looked into.
    assert where(home, first, second, third) == ["at_county", "at_county", "local"]
    session.settle(home)
    assert where(home, first, second, third) == ["at_county", "at_county", "local"]
    stands = standing(home)
    assert (stands.unsealed, stands.sealed, stands.sent, stands.sent_back) == (0, 1, 0, 0)


def test_handed_to_a_stick_is_sent_and_signed_for_is_let_go_of(world: World) -> None:
    home = world.start()
    first = look(home)
    session.settle(home)
    names = parcel.names(world.folder().outbox)
    handed_over(world.folder(), names)
    second = look(home)
    session.settle(home)
    assert where(home, first, second) == ["sent", "local"]
    stands = standing(home)
    assert (stands.sealed, stands.sent, stands.unsent) == (1, 1, 2)
    with world.serving():
        session.sync(home)
    assert where(home, first, second) == ["at_county", "at_county"]
    third = look(home)
    session.settle(home)
    handed_over(world.folder(), parcel.names(world.folder().outbox))
    assert set(names).isdisjoint(world.folder().news().sent)
    assert where(home, third) == ["sent"]


def test_what_is_remembered_as_handed_over_is_bounded(world: World) -> None:
    folder = world.folder()
    handed_over(folder, (number.to_bytes(32, "big") for number in range(MOST + 5)))
    assert len(folder.news().sent) == MOST
    assert folder.news().sent[-1] == (MOST + 4).to_bytes(32, "big")


def test_what_the_county_sent_back(world: World) -> None:
    home = world.start()
    row = look(home)
    (name,) = seal.seal(home)
    folder = world.folder()
    folder.save_news(replace(folder.news(), refused=((name.hex(), "counter_leap"),)))
    assert where(home, row) == ["refused"]
    stands = standing(home)
    assert (stands.sealed, stands.sent_back, stands.unsent) == (0, 1, 1)


def test_what_another_laptop_wrote_is_where_the_county_says(world: World) -> None:
    clinic, home = world.start("clinic"), world.start()
    row = look(clinic)
    with world.serving():
        session.sync(clinic)
        session.sync(home)
    assert where(home, row) == ["at_county"]
    assert where(clinic, row) == ["at_county"]


def test_nothing_is_proven_by_a_receipt_that_is_not_one(world: World) -> None:
    home = world.start()
    row = look(home)
    with world.serving():
        session.sync(home)
    folder = world.folder()
    good = folder.news()
    for receipt in ("", "x", good.receipt[:-3] + "AAA"):
        folder.save_news(replace(good, receipt=receipt))
        assert where(home, row) == ["local"]


def test_a_county_put_back_from_its_backup_holds_no_more_than_it_signs_for(world: World) -> None:
    home = world.start()
    old, news = look(home), world.folder().news()
    with world.serving():
        session.sync(home)
    assert where(home, old) == ["at_county"]
    world.folder().save_news(replace(world.folder().news(), receipt=news.receipt, county_heads=news.county_heads))
    assert where(home, old) == ["local"]
    assert standing(home).county_lost == 1


def test_the_tail_of_a_record_put_back_is_where_its_batch_is(world: World) -> None:
    with world.serving():
        home = world.start()
        row = look(home)
        world.keep("home")
        session.sync(home)
        world.close()
        world.put_back("home", only=("yiyang.db", "yiyang.db-wal", "yiyang.keys"))
        home = world.start()
        session.sync(home)
        assert where(home, row) == ["at_county"]


def test_a_row_of_nowhere_has_no_state(world: World) -> None:
    home = world.start()
    assert states(home, [row_id(new_epoch(1), 1)]) == {}
    assert states(home, []) == {}


# --- the same, told beside the closed vault ----------------------------------------------------------


def test_beside_the_closed_vault_the_same_is_told_of_what_is_sealed(world: World) -> None:
    home = world.start()
    look(home)
    with world.serving():
        session.sync(home)
    look(home)
    session.settle(home)
    within = standing(home)
    assert within.inside
    world.close()
    beside = outside(world.folder())
    assert beside == replace(within, inside=False)
    assert (beside.at_county, beside.total) == (within.total - 1, within.total)


def test_a_torn_or_strange_ledger_is_passed_over_and_written_anew(world: World) -> None:
    home = world.start()
    look(home)
    session.settle(home)
    folder = world.folder()
    path = folder.path / "ledger"
    whole = ledger.of_folder(folder)
    with home.reading() as conn:
        assert whole == ledger.of_vault(home, conn)[1]
    path.write_bytes(path.read_bytes()[:-20] + b"\xff\xff nonsense 9999999999999 .\n")
    assert len(ledger.of_folder(folder)) == len(whole) - 1
    ledger.write(home, folder)
    assert ledger.of_folder(folder) == whole
    path.write_text(f"{'ab' * 32} {'cd' * 16} 5 .\n", encoding="ascii")
    assert outside(folder).total == 0
    ledger.write(home, folder)
    assert ledger.of_folder(folder) == whole
    path.unlink()
    assert outside(folder).total == 0


def test_what_only_left_as_bytes_is_not_called_sent(world: World) -> None:
    home = world.start()
    row = look(home)
    world.point("home", "http://127.0.0.1:9")
    with pytest.raises(CountyUnreachable):
        session.sync(home)
    assert where(home, row) == ["local"]
