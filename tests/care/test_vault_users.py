"""Who opens the record: who may say so, what is left in the audit trail, what the passphrase of who left is worth."""

import json
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from care import staff, vault_users
from care.roles import NoRight
from db import keys, openers, slots
from db.errors import PassphraseTooShort, WrongPassphrase
from db.keys import FLOOR
from db.store import Store
from db.tables import AuditEvent
from db.vault import open_vault
from tests.care.household import NUMBER, PASSPHRASE, Household, refuses

OWN = "自己的一句长口令"


def events(store: Store, *what: str) -> list[tuple[str, UUID | None, UUID | None, dict[str, str]]]:
    """What was written down of these kinds: kind, who, about whom, facts."""
    asked = select(col(AuditEvent.what), col(AuditEvent.staff_id), col(AuditEvent.about), col(AuditEvent.facts))
    with store.reading() as conn:
        rows = conn.execute(asked.where(col(AuditEvent.what).in_(what)).order_by(col(AuditEvent.id))).all()
    return [(kind, by, about, json.loads(facts)) for kind, by, about, facts in rows]


def numbers(store: Store) -> list[str]:
    """Who can open the record."""
    return [one.number for one in vault_users.users(store).users]


def opens(house: Household, number: str, passphrase: str) -> bool:
    """Whether that opens the record."""
    envelope = keys.read_envelope(keys.envelope_path(house.store.path))
    try:
        return keys.key_id(slots.unwrap(envelope, number, passphrase)) == house.store.key_id
    except WrongPassphrase:
        return False


def test_a_director_lets_a_colleague_in_who_types_their_own(house: Household) -> None:
    nurse = house.colleague("nurse", "2001")
    vault_users.add_user(house.store, house.director, "2001", OWN, FLOOR)
    assert opens(house, "2001", OWN)
    (one,) = (each for each in vault_users.users(house.store).users if each.number == "2001")
    assert (one.staff_id, one.name, one.role, one.by, one.listed) == (nurse, "同事", "nurse", house.director, True)
    assert events(house.store, "user_added") == [("user_added", house.director, nurse, {"number": "2001"})]


FORBIDDEN: dict[str, Callable[[Household], None]] = {
    "add": lambda house: vault_users.add_user(house.store, house.carer, "2001", OWN, FLOOR),
    "remove": lambda house: vault_users.remove_user(house.store, house.carer, NUMBER),
    "key": lambda house: vault_users.change_key(house.store, house.carer),
}


@pytest.mark.parametrize("act", FORBIDDEN)
def test_a_carer_lets_nobody_in_or_out(house: Household, act: str) -> None:
    house.colleague("nurse", "2001")
    before = keys.envelope_path(house.store.path).read_bytes()
    with pytest.raises(NoRight):
        FORBIDDEN[act](house)
    assert keys.envelope_path(house.store.path).read_bytes() == before
    assert events(house.store, "user_added", "user_removed", "rekeyed") == []


def test_who_is_not_on_the_staff_or_has_left_is_not_let_in(house: Household) -> None:
    gone = house.colleague("nurse", "2001")
    staff.close(house.store, house.director, gone)
    with refuses("staff_unknown"):
        vault_users.add_user(house.store, house.director, "9999", OWN, FLOOR)
    with refuses("staff_closed"):
        vault_users.add_user(house.store, house.director, "2001", OWN, FLOOR)
    with pytest.raises(PassphraseTooShort):
        vault_users.add_user(house.store, house.director, NUMBER, "short", FLOOR)
    assert numbers(house.store) == [NUMBER]


def test_somebody_always_stays_who_can_let_others_in(house: Household) -> None:
    house.colleague("nurse", "2001")
    house.colleague("admin", "2002")
    vault_users.add_user(house.store, house.director, "2001", OWN, FLOOR)
    with refuses("user_last", number=NUMBER):
        vault_users.remove_user(house.store, house.director, NUMBER)
    with refuses("user_unknown", number="2002"):
        vault_users.remove_user(house.store, house.director, "2002")
    vault_users.add_user(house.store, house.director, "2002", OWN, FLOOR)
    vault_users.remove_user(house.store, house.director, NUMBER)
    assert numbers(house.store) == ["2001", "2002"]
    assert not opens(house, NUMBER, PASSPHRASE)


def test_ones_own_passphrase_takes_the_old_one(house: Household) -> None:
    before = house.store.path.with_suffix(".keys").read_bytes()
    with pytest.raises(WrongPassphrase):
        vault_users.change_passphrase(house.store, house.director, "not the old one", OWN, FLOOR)
    with refuses("passphrase_same"):
        vault_users.change_passphrase(house.store, house.director, PASSPHRASE, PASSPHRASE, FLOOR)
    with refuses("no_own_passphrase"):
        vault_users.change_passphrase(house.store, house.carer, PASSPHRASE, OWN, FLOOR)
    assert house.store.path.with_suffix(".keys").read_bytes() == before
    vault_users.change_passphrase(house.store, house.director, PASSPHRASE, OWN, FLOOR)
    assert (opens(house, NUMBER, OWN), opens(house, NUMBER, PASSPHRASE)) == (True, False)
    assert events(house.store, "passphrase_changed") == [
        ("passphrase_changed", house.director, house.director, {"number": NUMBER})
    ]


def test_who_left_opens_the_record_no_more_from_the_next_opening_on(house: Household) -> None:
    nurse = house.colleague("nurse", "2001")
    vault_users.add_user(house.store, house.director, "2001", OWN, FLOOR)
    staff.close(house.store, house.director, nurse)
    assert vault_users.drop_closed(house.store) == ("2001",)
    assert vault_users.drop_closed(house.store) == ()
    assert numbers(house.store) == [NUMBER]
    assert events(house.store, "user_removed") == [("user_removed", None, nurse, {"number": "2001"})]


def test_a_recovery_is_for_somebody_who_works_here(house: Household) -> None:
    gone = house.colleague("nurse", "2001")
    staff.close(house.store, house.director, gone)
    for number, rule in (("9999", "staff_unknown"), ("2001", "staff_closed")):
        slot = slots.new_passphrase(number, OWN, FLOOR)
        with refuses(rule):
            vault_users.recovered(house.store, slot)
    assert numbers(house.store) == [NUMBER]
    vault_users.recovered(house.store, slots.new_passphrase(NUMBER, OWN, FLOOR))
    assert opens(house, NUMBER, OWN)
    assert events(house.store, "recovered") == [("recovered", None, house.director, {"number": NUMBER})]


def test_a_new_key_is_in_the_trail_by_its_id_and_passphrases_stay(house: Household) -> None:
    vault_users.change_key(house.store, house.director)
    assert events(house.store, "rekeyed") == [("rekeyed", house.director, None, {"key": house.store.key_id})]
    house.store.close()
    again = open_vault(house.store.path, NUMBER, PASSPHRASE)
    assert openers.strangers(again) == []
    again.close()


def test_nothing_secret_is_in_the_trail(house: Household) -> None:
    house.colleague("nurse", "2001")
    vault_users.add_user(house.store, house.director, "2001", OWN, FLOOR)
    with house.store.reading() as conn:
        said = "".join(str(row) for row in conn.execute(select(AuditEvent)))
    assert OWN not in said
    assert PASSPHRASE not in said
