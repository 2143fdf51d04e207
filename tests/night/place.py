"""Where the night takes place: a house of 96 people and its laptop, enrolled at a county that serves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from care.demo import DEMO_NUMBER, furnish
from db.clock import Clock
from db.keys import FLOOR
from db.store import Store
from db.vault import create_vault, open_vault
from sync.county.admin import init, new_code
from sync.county.settings import Settings
from sync.enrol import enrol
from sync.session import settle
from tests.night.clock import NightClock
from tests.night.program import VARIABLE
from tests.night.terminal import Terminal
from tests.sync.county.served import served

PASSPHRASE, PAIR = "correct horse battery", "青山镇两院"
BEGINS, EVENING = "2026-11-21 19:50", "2026-11-21 20:02"
NIGHT_NUMBER, NIGHT_PASSPHRASE = "1002", "quiet lamp over the stairs"
DAYS = 14


@dataclass(frozen=True, slots=True)
class Place:
    """The laptop's record, the county, the clock they go by."""

    folder: Path
    vault: Path
    county: Settings
    clock: NightClock

    @property
    def secret(self) -> Path:
        """A file with the passphrase of the laptop."""
        path = self.folder / "passphrase.txt"
        path.write_text(PASSPHRASE + "\n", encoding="utf-8")
        return path

    @property
    def environment(self) -> dict[str, str]:
        """What a start of the program is given."""
        own = {name: str(self.folder / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
        looks = {"TERM": "xterm-256color", "YIYANG_THEME": "plain", "YIYANG_LANG": "zh", "YIYANG_PASSPHRASE_MS": "1"}
        return {**own, **looks, "YIYANG_VAULT": str(self.vault), VARIABLE: str(self.clock.path)}

    def start(self) -> Terminal:
        """The application in a terminal."""
        return Terminal(self.environment)

    def run(self, *words: str) -> str:
        """A command to its end: what it said. ``AssertionError`` where it fails."""
        ended = subprocess.run(
            [sys.executable, "-m", "tests.night.program", *words],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def sync(self) -> None:
        """Bring the county what waits, as the timer does."""
        self.run("sync")

    def open(self) -> Store:
        """The record, looked at from outside while nobody else has it open."""
        return open_vault(self.vault, DEMO_NUMBER, PASSPHRASE, clock=Clock(wall=self.clock.now))


@contextmanager
def place() -> Iterator[Place]:
    """Furnish, enrol, send what there is; serve until the block ends."""
    with TemporaryDirectory(prefix="yiyang-night-") as made:
        folder = Path(made)
        clock = NightClock(folder / "clock")
        clock.set(BEGINS)
        vault = folder / "laptop" / "record.db"
        vault.parent.mkdir()
        store = create_vault(vault, DEMO_NUMBER, PASSPHRASE, cost=FLOOR, clock=Clock(wall=clock.now))
        furnish(store, days=DAYS, now=clock.now())
        store.add_passphrase(NIGHT_NUMBER, NIGHT_PASSPHRASE, FLOOR)
        county = init(folder / "county", "青山县")
        with served(county, workers=1) as server:
            enrol(store, server.url, new_code(county, PAIR), pair_name=PAIR, laptop="一号机")
            settle(store)
            store.close()
            ready = Place(folder, vault, county, clock)
            ready.sync()
            yield ready
