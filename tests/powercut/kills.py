"""The application is killed while somebody types rounds; what its screen had called saved is held against the record.

When, and what is typed, comes from a seed: a kill comes after so many rounds
and so many more bytes of the screen as the seed says.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, select

from care import setup, staff
from care.beds import bed_map
from db.keys import FLOOR
from db.local import JOURNAL
from db.rows import shape_of
from db.tables import Round, Vitals
from db.vault import check_whole, create_vault, open_vault
from tests.care.household import PLAN, Household
from tests.powercut.play import fast_place
from tests.powercut.terminals import Terminal, Terminals

NUMBER, PASSPHRASE = "1002", "correct horse battery"
BEDS = [f"{floor}0{room}-{bed}" for floor in (1, 2) for room in (1, 2) for bed in (1, 2)]
_ENTER, _CTRL_S, _F4 = "\r", "\x13", "\x1bOS"
_A_ROUND = 6000
"""Bytes of the screen that a round takes, about."""
_SAVED = re.compile(r"^已保存([0-9]{3}-[0-9])")
_DONE = re.compile(r"已巡([0-9]+)/")
_ENTRIES = re.compile(r"([0-9]+)条都只存在本机")
_FIELDS = ("temp_c10", "pulse", "resp", "sbp", "dbp", "spo2")


@dataclass(slots=True)
class Claims:
    """What the screen said: beds whose round it called saved, most rounds done, most entries kept on this laptop."""

    saved: set[str] = field(default_factory=set)
    done: int = 0
    entries: int = 0

    def hear(self, lines: list[str]) -> "Claims":
        """Remember what stands there now."""
        for line in lines:
            if found := _SAVED.match(line):
                self.saved.add(found[1])
        said = " ".join(lines)
        self.done = max([self.done, *map(int, _DONE.findall(said))])
        self.entries = max([self.entries, *map(int, _ENTRIES.findall(said))])
        return self


@dataclass(frozen=True, slots=True)
class Typed:
    """The keys of some rounds, and the sets of vitals in them."""

    keys: str
    sets: frozenset[tuple[int, ...]]


@contextmanager
def house() -> Iterator[tuple[Path, Terminals]]:
    """A closed record of eight people to copy, and where to start the application."""
    with fast_place() as place:
        store = create_vault(place / "template" / "record.db", NUMBER, PASSPHRASE, cost=FLOOR)
        director = setup.found(store, PLAN, number="1001", name="刘建国", role="director")
        carer = staff.add(store, director, number=NUMBER, name="王芳", role="carer")
        made = Household(store, director, carer)
        for number, bed in enumerate(BEDS):
            made.person(f"王长{'甲乙丙丁戊己庚辛'[number]}", bed)
        store.close()
        terminals = Terminals()
        try:
            yield place, terminals
        finally:
            terminals.close()


def draw(random: Random) -> Typed:
    """Eight rounds, one key each or a full set of vitals."""
    keys, sets = "", set()
    for number in range(len(BEDS)):
        if random.random() < 0.7:
            keys += " "
            continue
        values = (random.randint(362, 372), 60 + number, 18, random.randint(120, 138), 75, 97)
        keys += "".join(f"{value}{_ENTER}" for value in values) + "1" + _CTRL_S
        sets.add(values)
    return Typed(keys, frozenset(sets))


def kill_once(place: Path, terminals: Terminals, seed: int) -> Claims:
    """Sign in, type, kill; then every claim of the screen must hold. ``AssertionError`` if one does not."""
    random = Random(f"kill {seed}")
    folder = place / f"laptop-{seed}"
    shutil.copytree(place / "template", folder)
    terminal = terminals.start(_surroundings(folder))
    typed, claims = draw(random), Claims()
    try:
        _to_the_board(terminal)
        rounds, more = random.randrange(len(BEDS)), random.randrange(_A_ROUND)
        terminal.type(typed.keys)
        terminal.until(lambda: claims.hear(terminal.lines).done >= rounds)
        until = terminal.read_bytes + more
        while terminal.read_bytes < until and claims.done < len(BEDS) and terminal.watch(256):
            claims.hear(terminal.lines)
    finally:
        terminal.kill()
    claims.hear(terminal.lines)
    _hold(folder / "record.db", typed, claims)
    shutil.rmtree(folder)
    return claims


def _surroundings(folder: Path) -> dict[str, str]:
    own = {name: str(folder / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    looks = {"TERM": "xterm-256color", "YIYANG_THEME": "plain", "YIYANG_LANG": "zh"}
    return {**own, **looks, "YIYANG_VAULT": str(folder / "record.db")}


def _to_the_board(terminal: Terminal) -> None:
    terminal.shows("输入工号和口令")
    terminal.type(NUMBER + _ENTER + PASSPHRASE + _ENTER)
    terminal.shows("[F2今日]")
    terminal.type(_F4)
    terminal.shows("[F4巡视]", "已巡")


def _hold(path: Path, typed: Typed, claims: Claims) -> None:
    store = open_vault(path, NUMBER, PASSPHRASE)
    try:
        beds = {
            cell.id: cell.label for ward in bed_map(store, store.now()) for room in ward.rooms for cell in room.cells
        }
        looks, vitals = shape_of(Round).table, shape_of(Vitals).table
        with store.reading() as conn:
            seen = [beds[row] for row in conn.execute(select(looks.c.bed_id)).scalars()]
            sets = {tuple(row) for row in conn.execute(select(*(vitals.c[name] for name in _FIELDS)))}
            entries = conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one()
        assert claims.saved <= set(seen), f"called saved and missing: {sorted(claims.saved - set(seen))}"
        assert len(seen) >= claims.done, f"{claims.done} called done, {len(seen)} there"
        assert entries >= claims.entries, f"{claims.entries} entries called kept, {entries} there"
        assert len(seen) == len(set(seen)), "a round is there twice"
        assert sets <= typed.sets, f"nobody typed {sets - typed.sets}"
        assert check_whole(store)
        for draft in store.drafts("round:").values():
            _assert_typed(draft, typed)
    finally:
        store.close()


def _assert_typed(draft: dict[str, Any], typed: Typed) -> None:
    """What was half typed is the beginning of what was typed."""
    for place, name in enumerate(_FIELDS):
        half = str(draft.get(name) or "").replace(".", "")
        assert not half or any(str(values[place]).startswith(half) for values in typed.sets), f"{name}: {half}"


def run(kills: int, first: int) -> int:
    """Kill so often, from that seed on. 1 if something that was called saved is missing."""
    saved = 0
    with house() as (place, terminals):
        for seed in range(first, first + kills):
            try:
                saved += len(kill_once(place, terminals, seed).saved)
            except AssertionError as error:
                sys.stdout.write(f"kill of seed {seed}: {error}\n")
                return 1
    sys.stdout.write(f"{kills} kills; all of {saved} rounds that a screen had called saved are there\n")
    return 0
