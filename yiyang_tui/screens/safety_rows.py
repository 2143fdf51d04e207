"""What keeps the record safe, in lines: how it stands, since when, what Enter does about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from yiyang_tui.chore_log import NOTHING, Kept
from yiyang_tui.themes import Token
from yiyang_tui.widgets.columns import Cell, Column
from yiyang_tui.words import has, plural, t, times

if TYPE_CHECKING:
    from care.vault_users import Users
    from db.backups import Backup

State = Literal["good", "soon", "due", "bad"]
TOKENS: Final[dict[State, Token]] = {"good": "done", "soon": "quiet", "due": "due", "bad": "urgent"}
COLUMNS: Final = (Column(6), Column(12), Column(0))
_DAY: Final = 86400
_OLD: Final = {"backup": (2 * _DAY, 7 * _DAY), "stick": (7 * _DAY, 30 * _DAY), "pack": (_DAY, 7 * _DAY)}
"""From which age on it is worth a look, and a deed."""
_AUDIT_OLD: Final = 31 * _DAY


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the log of the chores, the backups beside the record, who can open it, the chosen sticks.

    ``damaged``: broken pages of the record's file, ``None`` while nobody has looked.
    """

    now: int
    running: str
    kept: dict[str, Kept]
    backups: "tuple[Backup, ...]"
    users: "Users | None"
    sticks: int
    damaged: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``id`` is that of its chore where it has one; ``more``: what stands below the list while it is lit."""

    id: str
    state: State
    said: str
    more: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[Cell, ...]:
        """How it stands as a word, what it is, how it stands in a sentence."""
        token = TOKENS[self.state]
        return (
            Cell(t(f"safety.level.{self.state}"), token),
            Cell(t(f"safety.name.{self.id}"), "title"),
            Cell(self.said, token if self.state == "bad" else ""),
        )


def rows(found: Found, offered: "set[str]") -> list[Row]:
    """The lines of all that this program can do: ``offered`` are the ids of its chores."""
    made = [_backup(found), _stick(found), _room(found), _seal(found), _audit(found), _pack(found)]
    listed = [_running(row) if row.id == found.running else row for row in made if row.id in offered]
    # The first line is read first.
    return [_file(found), *listed, _openers(found)] if found.damaged else [*listed, _file(found), _openers(found)]


def todo(row: Row) -> list[Cell]:
    """What the line means and what Enter does."""
    lines = [Cell(t(f"safety.about.{row.id}"), "quiet"), Cell(t(f"safety.enter.{row.id}"))]
    return [*(Cell(line, TOKENS[row.state] if row.state == "bad" else "") for line in row.more), *lines]


def _running(row: Row) -> Row:
    return Row(row.id, row.state, t("safety.said.running"), row.more)


def _backup(found: Found) -> Row:
    kept, backups = found.kept.get("backup", NOTHING), found.backups
    more = tuple(failure(kept, found.now)) + tuple(_listed(found))
    if not backups:
        return Row("backup", "bad", t("safety.said.backup_none"), more)
    newest = backups[0]
    said = plural("safety.said.backup", len(backups), when=_when(newest.at, found.now), size=size(newest.size))
    state: State = "bad" if kept.code else _age("backup", newest.at, found.now)
    if not newest.sure:
        said, state = t("safety.said.backup_unsure"), "due"
    return Row("backup", state, said, more)


def _listed(found: Found) -> Iterator[str]:
    if found.backups:
        yield "  ".join(t("safety.said.one", n=one.number, when=times.day(one.at, found.now)) for one in found.backups)


def _stick(found: Found) -> Row:
    kept = found.kept.get("stick", NOTHING)
    at = int(kept.facts.get("at", 0))
    more = tuple(failure(kept, found.now))
    if kept.code:
        return Row("stick", "bad", t("safety.said.stick_failed"), more)
    if not at:
        return Row("stick", "due", t("safety.said.stick_waits" if found.sticks else "safety.said.stick_none"), more)
    newest = found.backups[0].number if found.backups else 0
    behind = newest - int(kept.facts.get("number", 0))
    word = "safety.said.stick_behind" if behind > 0 else "safety.said.stick"
    return Row("stick", _age("stick", at, found.now), t(word, when=_when(at, found.now)), more)


def _room(found: Found) -> Row:
    kept = found.kept.get("room", NOTHING)
    more = tuple(failure(kept, found.now))
    if not kept.done_at:
        return Row("room", "bad" if kept.code else "soon", t("safety.said.not_yet"), more)
    facts = kept.facts
    reserved = int(facts.get("reserved", 0))
    word = "room_spent" if not reserved else "room_little" if kept.warn else "room"
    said = t(
        f"safety.said.{word}",
        free=size(int(facts.get("free_mb", 0)) * 1_000_000),
        rounds=facts.get("rounds", 0),
        reserved=size(reserved),
    )
    state: State = "bad" if kept.warn in ("room_urgent", "room_spent") else "due" if kept.warn else "good"
    return Row("room", state, said, more)


def _seal(found: Found) -> Row:
    kept = found.kept.get("seal", NOTHING)
    said = t("safety.said.seal", when=_when(kept.done_at, found.now)) if kept.done_at else t("safety.said.not_yet")
    state: State = "bad" if kept.code else "good" if kept.done_at else "soon"
    return Row("seal", state, said, tuple(failure(kept, found.now)))


def _audit(found: Found) -> Row:
    kept = found.kept.get("audit", NOTHING)
    more = tuple(failure(kept, found.now))
    if not kept.done_at:
        return Row("audit", "bad" if kept.code else "due", t("safety.said.audit_never"), more)
    wrong, when = int(kept.facts.get("wrong", 0)), _when(kept.done_at, found.now)
    if wrong:
        return Row(
            "audit", "bad", plural("safety.said.audit_wrong", wrong, when=when), (t("safety.said.audit_do"), *more)
        )
    old = not 0 <= found.now - kept.done_at < _AUDIT_OLD
    return Row("audit", "bad" if kept.code else "due" if old else "good", t("safety.said.audit", when=when), more)


def _pack(found: Found) -> Row:
    kept = found.kept.get("pack", NOTHING)
    more = tuple(failure(kept, found.now))
    if not kept.done_at:
        return Row("pack", "bad" if kept.code else "due", t("safety.said.pack_never"), more)
    facts, when = kept.facts, _when(kept.done_at, found.now)
    people, places, missed = (int(facts.get(name, 0)) for name in ("people", "places", "missed"))
    said = t("safety.said.pack", when=when, people=people, places=places)
    if missed:
        more = (plural("safety.said.pack_missed", missed), *more)
    state: State = "bad" if kept.code else "due" if missed or places < 2 else _age("pack", kept.done_at, found.now)
    return Row("pack", state, said, more)


def _file(found: Found) -> Row:
    if found.damaged is None:
        return Row("file", "soon", t("safety.said.not_yet"))
    if not found.damaged:
        return Row("file", "good", t("safety.said.file"))
    return Row("file", "bad", plural("safety.said.file_damaged", found.damaged), (t("syncline.damaged"),))


def _openers(found: Found) -> Row:
    if found.users is None:
        return Row("openers", "bad", t("safety.said.openers_unknown"))
    listed = found.users.users
    strange = [one for one in listed if not one.listed or one.closed]
    said = plural("safety.said.openers" if found.users.county else "safety.said.openers_alone", len(listed))
    names = "  ".join(f"{one.number} {one.name}".strip() for one in listed)
    more = (plural("safety.said.openers_strange", len(strange)),) if strange else ()
    state: State = "bad" if strange else "good" if found.users.county and len(listed) > 1 else "due"
    return Row("openers", state, said, (*more, names))


def failure(kept: Kept, now: int) -> Iterator[str]:
    """When a chore failed and why, as it would have been told at that moment."""
    if kept.code:
        rule = str(kept.why.get("rule", ""))
        word = f"refused.{rule}" if kept.code == "refused" else f"error.{kept.code}"
        why = t(word, **kept.why) if has(word) else t("safety.said.unknown")
        yield t("safety.said.failed", when=_when(kept.failed_at, now), why=why)


def _age(id: str, at: int, now: int) -> State:
    """By how long ago; a time that a wrong clock put ahead of now tells nothing, so it is worth a look."""
    due, bad = _OLD[id]
    return "bad" if now - at > bad else "due" if now - at > due or at > now + _DAY else "good"


def _when(at: int, now: int) -> str:
    return times.moment(at, now)


def size(count: int) -> str:
    """Bytes as people read them."""
    from yiyang_tui.cli.show import size as told

    return told(count)
