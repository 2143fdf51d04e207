"""Opening what a cut left with the real store, and holding it against what the program had called saved."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NoReturn

from db import keys
from db.backups import folder_of
from db.errors import VaultExists, YiyangError
from db.keys import FLOOR
from db.openers import openers, strangers
from db.store import Store
from db.tables import Bed
from db.vault import check_whole, create_vault, open_vault
from sync.link import Folder
from tests.powercut.disk import Image
from tests.powercut.facts import (
    NUMBER,
    PASSPHRASE,
    RECORD,
    Facts,
    but_openers,
    facts,
    record_in,
    sound,
    tables,
    together,
)
from tests.powercut.once import computed_once

_ENVELOPE = str(keys.envelope_path(Path(RECORD)))
_GOES_ON, _MADE_ANEW = 1 / 10, 1 / 30
"""Of so many images, also that work goes on: an act, closed, opened by somebody else who may, found again; or,
where there is no record yet, that one can be made."""


class Broken(Exception):
    """An image that is not what it must be; in words."""


class Damaged(Broken):
    """The record does not open, does not read, or is none that there ever was."""


class Lost(Broken):
    """The record is a whole one of earlier: acts that were called saved are not in it."""


@dataclass(frozen=True, slots=True)
class May:
    """What an image may hold: ``before``, all that was saved (``None``: nothing was), or ``after``, one act more.

    ``settings``: nobody is told that they are saved, so they are the newest or older ones. ``backups``: what each that
    was ever begun holds.
    """

    before: Facts | None
    after: Facts
    settings: frozenset[str]
    backups: dict[str, str]


def _may(said: Sequence[Facts], acknowledged: int) -> May:
    return May(
        said[acknowledged - 1] if acknowledged else None,
        # No more than one act was under way.
        said[min(acknowledged, len(said) - 1)],
        frozenset({"", *(one.settings for one in said[: acknowledged + 1])}),
        {name: held for one in said[: acknowledged + 1] for name, held in one.backups.items()},
    )


class Checker:
    """Lays images out in one folder, time and again, and opens them there. One for one recording."""

    def __init__(self, place: Path, said: Sequence[Facts]) -> None:
        self.root = place / "image"
        self.root.mkdir()
        self._said = said
        self._lying: dict[str, tuple[int, int] | None] = {}
        self._sound: set[tuple[str, tuple[int, int]]] = set()
        """Files that were looked into already, by their marks."""

    def check(self, image: Image, acknowledged: int, random: Random) -> None:
        """Raises ``Broken``. ``acknowledged``: how many acts were called saved before the cut."""
        self._lay(image)
        may = _may(self._said, acknowledged)
        with computed_once():
            if record_in(self.root).exists():
                self._check_record(image, may, random)
            elif may.before is not None:
                raise Lost("the record is gone")
            elif random.random() < _MADE_ANEW:
                self._make_anew()

    def _lay(self, image: Image) -> None:
        for found in sorted(self.root.rglob("*"), reverse=True):
            path = str(found.relative_to(self.root))
            if path not in image.files and path not in image.folders:
                self._lying.pop(path, None)
                found.rmdir() if found.is_dir() else found.unlink()
        for folder in image.folders:
            (self.root / folder).mkdir(exist_ok=True)
        for path in image.files:
            mark = image.whole.get(path)
            if mark is None or self._lying.get(path) != mark:
                (self.root / path).write_bytes(image.files[path])
            # What the store opens it also writes.
            self._lying[path] = None if path.endswith((".db", "-wal", ".keys", "graph", ".new")) else mark

    def _check_record(self, image: Image, may: May, random: Random) -> None:
        try:
            store = open_vault(record_in(self.root), NUMBER, PASSPHRASE)
        except YiyangError as error:
            raise Damaged(f"the record does not open: {error!r}") from error
        try:
            self._compare(image, facts(self.root, store, {}), may, store)
            if not check_whole(store):
                raise Damaged("the checks of the cipher or of SQLite find a page that was not written so")
            if random.random() < _GOES_ON:
                numbers = [one.number for one in openers(store) if one.number]
                store = self._go_on(store, random.choice(numbers))
        except YiyangError as error:
            raise Damaged(f"the record does not read: {error!r}") from error
        finally:
            store.close()

    def _compare(self, image: Image, found: Facts, may: May, store: Store) -> None:
        before, after = may.before, may.after
        records = [but_openers(one.tables) for one in (before, after) if one is not None]
        if but_openers(found.tables) not in records:
            self._tell(but_openers(found.tables), records)
        if before is None:
            return
        self._compare_openers(found, before, after, store)
        for path in before.files.keys() | after.files.keys():
            # While the key is changed the envelope is a third one for a moment, which opens to the same persons.
            passing = path == _ENVELOPE and before.openers == after.openers
            if found.files.get(path) not in (before.files.get(path), after.files.get(path)) and not passing:
                raise Broken(f"{path} is neither what was saved last nor what was being saved")
        if found.settings not in may.settings:
            raise Broken("the settings are none that were ever chosen, or do not read")
        self._compare_travel(image, found, before, after, store)
        self._compare_backups(image, found, may)

    def _tell(self, found: dict[str, str], records: Sequence[dict[str, str]]) -> NoReturn:
        for number, one in enumerate(self._said, 1):
            if but_openers(one.tables) == found:
                raise Lost(f"the record is what it was after {number} acts")
        raise Damaged("the record is none that there ever was: " + _difference(found, records))

    def _compare_openers(self, found: Facts, before: Facts, after: Facts, store: Store) -> None:
        if found.openers not in (before.openers, after.openers):
            raise Broken("who may open the record is neither who was last nor who is to be")
        if before.files != after.files:
            _holds("the record does not know who may open it:", set(strangers(store)))

    def _compare_travel(self, image: Image, found: Facts, before: Facts, after: Facts, store: Store) -> None:
        folder = Folder(store.path)
        _holds("the outbox lacks", set(before.outbox) & set(after.outbox) - set(found.outbox))
        _holds("neither inbox nor record has", set(before.inbox) - set(found.inbox) - set(found.held))
        _holds("the graph lacks", set(before.graph) & set(after.graph) - set(found.graph))
        _holds("the graph invents", set(found.graph) - set(before.graph) - set(after.graph))
        for box, lying in ((folder.outbox, found.outbox), (folder.inbox, found.inbox)):
            for name in lying:
                known = self._known(image, str((box / f"{name}.age").relative_to(self.root)))
                if known not in self._sound and not sound(store, box, name):
                    raise Broken(f"the parcel {name[:12]} of the {box.name} is not what it is named")
                self._sound |= {known} if known else set()

    def _known(self, image: Image, path: str, about: str = "") -> tuple[str, tuple[int, int]] | None:
        """A name for a file as it is now, if nothing of it was pending."""
        mark = image.whole.get(path)
        return None if mark is None else (path + about, mark)

    def _compare_backups(self, image: Image, found: Facts, may: May) -> None:
        """Those that stay are there; each that is listed, also one that was to go, opens and is what was copied."""
        assert may.before is not None
        _holds("there is no backup", may.before.backups.keys() & may.after.backups.keys() - found.backups.keys())
        folder = folder_of(Path(RECORD))
        for name in found.backups:
            path = str(folder / name)
            known = self._known(image, path, may.backups.get(name, "never made"))
            if known not in self._sound and (held := self._of_backup(path)) != may.backups.get(name):
                raise Broken(f"the backup {name} is not what was copied: {held}")
            self._sound |= {known} if known else set()

    def _of_backup(self, path: str) -> str:
        """The tables of a backup, opened with its own envelope."""
        place = self.root / "restored.db"
        shutil.copyfile(self.root / path, place)
        shutil.copyfile(keys.envelope_path(self.root / path), keys.envelope_path(place))
        try:
            store = open_vault(place, NUMBER, PASSPHRASE)
            try:
                return together(tables(store)) if check_whole(store) else "damaged"
            finally:
                store.close()
        except YiyangError as error:
            return repr(error)
        finally:
            for each in self.root.glob("restored*"):
                each.unlink()

    def _go_on(self, store: Store, number: str) -> Store:
        """One more act, closed and opened again: nothing of it, and nothing before it, is lost."""
        with store.act(None) as act:
            act.insert(Bed, kind="welfare", label="after the cut")
        then = tables(store)
        store.close()
        again = open_vault(record_in(self.root), number, PASSPHRASE)
        if tables(again) != then or not check_whole(again):
            again.close()
            raise Broken("what was saved after the cut is not there at the next start")
        return again

    def _make_anew(self) -> None:
        """Power failed before there was a record: making one is no harder than the first time."""
        try:
            create_vault(record_in(self.root), NUMBER, PASSPHRASE, cost=FLOOR).close()
        except VaultExists as error:
            raise Broken("there is no record, and none can be made") from error


def _holds(what: str, wrong: set[str]) -> None:
    if wrong:
        raise Broken(f"{what} {', '.join(sorted(name[:12] for name in wrong))}")


def _difference(found: dict[str, str], may: Sequence[dict[str, str]]) -> str:
    said = []
    for which, one in zip(("last", "being saved"), may, strict=False):
        differ = sorted(name for name in found.keys() | one.keys() if found.get(name) != one.get(name))
        said.append(f"against {which}: {', '.join(differ)} differ")
    return "; ".join(said)
