"""The chores that keep the record safe on its disk: room, the daily backup, the copy on a stick."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from yiyang_tui.chore_log import Facts, read
from yiyang_tui.chores import ChoreDone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.store import Store
    from yiyang_tui.session import Session

MB: Final = 1_000_000


def watch_room(session: "Session") -> ChoreDone:
    """How much room is left, how many rounds fit, whether the reserve is there; it is made anew where there is room."""
    from yiyang_tui.settings import read_settings, settings_path

    facts = room(session.store.path)
    chosen = read_settings(settings_path())
    if not facts["reserved"]:
        warn = "room_spent"
    elif int(facts["free_mb"]) < chosen.room_urgent_mb:
        warn = "room_urgent"
    else:
        warn = "room_low" if int(facts["free_mb"]) < chosen.room_low_mb else ""
    return ChoreDone(facts, warn)


def room(vault: Path) -> Facts:
    """``free_mb``, ``reserved`` bytes after making the reserve where there is room for it, ``rounds`` that fit."""
    from db.disk import disk_errors
    from db.reserve import free_room, keep_reserve, reserved, rounds_left

    keep_reserve(vault)
    with disk_errors(vault):
        return {
            "free_mb": free_room(vault.parent) // MB,
            "reserved": reserved(vault),
            "rounds": rounds_left(vault),
        }


def back_up(session: "Session") -> ChoreDone:
    """The daily backup of the program. Given up when the record is being closed."""
    from care.safekeeping import back_up as make

    made = make(session.store, None, lambda: not session.closing.is_set())
    return ChoreDone(backup_facts(session.store.path, made.number, made.at, made.size))


def backup_facts(vault: Path, number: int, at: int, size: int) -> Facts:
    """What is remembered of a backup: its number, when, its bytes, how many there are now."""
    from db.backups import folder_of, listed

    return {"number": number, "at": at, "bytes": size, "kept": len(listed(folder_of(vault)))}


def verify(session: "Session") -> ChoreDone:
    """The audit trail proved: how many questions were asked, in how many places it is not what it must be."""
    from db.backup import BackupStopped
    from sync.proof.chain import verify as checks

    wrong = asked = 0
    for check in checks(session.store):
        if session.closing.is_set():
            raise BackupStopped
        asked += check.asked
        wrong += len(check.wrong)
    return ChoreDone({"asked": asked, "wrong": wrong}, "audit_wrong" if wrong else "")


def to_stick(session: "Session") -> ChoreDone:
    """The newest backup onto the chosen sticks that are plugged in; with none, what is known of the last stays."""
    facts = read(session.store.path).get("stick")
    return ChoreDone(onto_sticks(session.store) or (dict(facts.facts) if facts else {}))


def onto_sticks(store: "Store", drives: "Sequence[Path] | None" = None) -> Facts:
    """Carry the newest backup to every chosen one of the drives. What was carried; nothing without either.

    ``drives``: those that are plugged in, unless others are named.

    Raises ``NoRoomOnStick``, ``DiskFull``, ``VaultDamaged``, ``VaultUnwritable``.
    """
    from db.backups import copied, folder_of, listed
    from yiyang_tui.drives import chosen, of_laptop, sticks

    backups = listed(folder_of(store.path))
    facts: Facts = {}
    for chosen_place in chosen(store.pair_id, sticks() if drives is None else drives) if backups else ():
        place = of_laptop(chosen_place, store.device_id)
        there = copied(backups[0], place)
        facts = {"number": there.number, "at": there.at, "place": str(place), "kept": len(listed(place))}
    return facts
