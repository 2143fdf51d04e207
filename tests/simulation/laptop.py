"""One laptop: the real program on its files, started, killed, copied, cloned, put back, resumed from a memory image."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from db.act import Progress
from db.clock import Clock
from db.store import Store
from db.vault import open_vault
from sync.link import Folder
from tests.simulation.disk import Disk
from tests.simulation.hours import Hours

RECORD = "yiyang.db"
PASSPHRASE = "correct horse battery"
Part = Literal["all", "record", "folder"]


@dataclass(frozen=True, slots=True)
class Image:
    """A running machine, frozen: its files and how far the program in its memory believed to be."""

    files: Path
    progress: Progress | None


@dataclass(slots=True)
class Laptop:
    """``number`` opens the record: a clone is opened by whoever opens the laptop it was made of.

    ``old``: its program is older than that of the others, see ``tests.simulation.older``.
    """

    name: str
    number: str
    place: Path
    hours: Hours
    disk: Disk
    old: bool = False
    store: Store | None = None
    copies: list[Path] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The record."""
        return self.place / RECORD

    @property
    def folder(self) -> Folder:
        """What lies beside the record."""
        return Folder(self.path)

    def start(self) -> Store:
        """The program as it runs; it is started if it does not."""
        if self.store is None:
            clock = Clock(wall=lambda: self.hours.wall(self.name), steady=self.hours.steady)
            self.store = open_vault(self.path, self.number, PASSPHRASE, clock=clock)
        return self.store

    @contextmanager
    def working(self) -> Iterator[Store]:
        """Work at this laptop."""
        with self.hours.at(self.name):
            yield self.start()

    def close(self) -> None:
        """The program ends in good order."""
        with self.hours.at(self.name):
            if self.store is not None:
                self.store.close()
        self.store = None

    def fail(self) -> None:
        """The power fails: nothing is closed. It comes back, and the program is not running."""
        if self.store is not None:
            self.store._let_go()
            self.store._engine.dispose()
        self.store = None
        self.disk.repair(self.name)

    def keep(self, to: Path) -> None:
        """A copy of everything, as a backup makes it."""
        shutil.copytree(self.place, to, ignore=shutil.ignore_patterns(f"{RECORD}-*"))
        if self.store is not None:
            with self.hours.at(self.name):
                (to / RECORD).unlink()
                self.store.back_up(to / RECORD)
        self.copies.append(to)

    def put_back(self, copy: Path, part: Part, *, running: bool) -> None:
        """A copy takes the place of what is there; under the program, if it is ``running``."""
        if not running:
            self.fail()
        if part == "all" and not running:
            shutil.rmtree(self.place)
            shutil.copytree(copy, self.place)
            return
        if part in ("all", "folder"):
            shutil.rmtree(self.folder.path)
            shutil.copytree(copy / self.folder.path.name, self.folder.path)
        if part in ("all", "record"):
            fresh = self.place / "put back"
            shutil.copy2(copy / RECORD, fresh)
            fresh.rename(self.path)
            if not running:
                # Whoever puts a file back by hand removes what belongs to the other one.
                for left in self.place.glob(f"{RECORD}-*"):
                    left.unlink()

    def freeze(self, to: Path) -> None:
        """A memory image of the machine, taken between two acts."""
        shutil.copytree(self.place, to, ignore=shutil.ignore_patterns("*-shm"))
        progress = self.store._progress if self.store is not None else None
        self.images.append(Image(to, replace(progress) if progress else None))

    def resume(self, image: Image) -> None:
        """The machine goes on from an image, as if nothing had happened since."""
        self.fail()
        shutil.rmtree(self.place)
        shutil.copytree(image.files, self.place)
        if image.progress is not None:
            with self.hours.at(self.name):
                self.start()._progress = replace(image.progress)

    def clone(self, name: str, place: Path, files: Path) -> "Laptop":
        """Another machine with the same files, and so with the same identity."""
        shutil.copytree(files, place)
        return Laptop(name, self.number, place, self.hours, self.disk, self.old)
