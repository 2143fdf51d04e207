"""What is written beside the record: keys, backups, parcels in both directions, settings."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from db.backups import folder_of, listed, make
from db.keys import FLOOR, new_key
from db.reserve import keep_reserve, let_go
from db.restore import put_back
from db.vault import open_vault
from sync import our_county
from sync.inbox import take_in
from sync.link import Folder, News
from sync.parcel import put
from sync.seal import post
from tests.powercut.day import Act, Day
from tests.powercut.facts import NUMBER, PASSPHRASE, SETTINGS, tables, together
from tests.powercut.partner import Partner, new_county
from yiyang_tui.settings import remember

_DAYS = 4 * 86_400
"""Between two backups, so that the oldest are thinned out soon."""


class Beside(Day):
    """A day on which much is written beside the record."""

    def __init__(self, root: Path, seed: int) -> None:
        super().__init__(root, seed)
        self.partner: Partner
        self.backups: dict[str, str] = {}

    def beside(self, turns: int) -> Iterator[tuple[str, Act]]:
        """Keys, backups, parcels, settings: each turn all of them, with some rounds between."""
        yield "register", self._register
        yield "admit", self._admit
        yield "enrol", self._enrol
        # What it writes once, the first time, is an act of its own.
        yield "take_in", self._take_in
        for turn in range(turns):
            yield f"record {turn}", self._record
            yield f"passphrase {turn}", partial(self._passphrase, turn)
            yield f"seal {turn}", self._seal
            yield f"post {turn}", self._post
            yield f"news {turn}", partial(self._news, turn)
            yield f"arrive {turn}", self._arrive
            yield f"take_in {turn}", self._take_in
            yield f"record more {turn}", self._record
            yield f"back_up {turn}", self._back_up
            yield f"settings {turn}", partial(self._settings, turn)
            yield f"reserve {turn}", partial(self._reserve, turn)
            if turn == 4:
                yield "much arrives", self._much_arrives
                yield "much is taken in", self._take_in
            if turn % 3 == 1:
                yield f"change_key {turn}", self._change_key
            if turn in (5, 8):
                yield f"restore {turn}", partial(self._restore, oldest=turn == 8)
            if turn % 3 == 2:
                yield f"reopen {turn}", self._reopen

    def _enrol(self) -> None:
        county = new_county()
        self.partner = Partner(self.root.parent / "partner", self.store.device, county)
        folder = Folder(self.store.path)
        link = self.partner.link(self.store.device)
        our_county.remember(self.store, link.county_public)
        folder.save_link(link)

    def _passphrase(self, turn: int) -> None:
        self.store.add_passphrase(f"2{turn % 4:03}", PASSPHRASE, FLOOR)

    def _change_key(self) -> None:
        self.store.change_key(new_key())

    def _post(self) -> None:
        post(self.store, Folder(self.store.path))

    def _news(self, turn: int) -> None:
        """The county says what it has: everything the record held a while ago."""
        held = sorted(Folder(self.store.path).graph())
        Folder(self.store.path).save_news(News(county_heads=tuple(held[:turn]), portion=turn))

    def _arrive(self) -> None:
        name, sealed = self.partner.work()
        put(Folder(self.store.path).inbox, name, sealed)

    def _take_in(self) -> None:
        take_in(self.store, Folder(self.store.path))

    def _much_arrives(self) -> None:
        for _ in range(17):
            self._arrive()

    def _back_up(self) -> None:
        """A verified copy a day; the oldest go."""
        self.store.clock.answer(self.store.now() + _DAYS)
        made = make(self.store)
        self.backups[made.path.name] = together(tables(self.store))

    def _restore(self, oldest: bool) -> None:
        """A backup takes the place of the record: the newest, or the oldest, which is under a key of long ago."""
        path = self.store.path
        there = listed(folder_of(path))
        put_back(there[-1 if oldest else 0].path, path, self.store, self.store.now(), envelope=False)
        self.store = open_vault(path, NUMBER, PASSPHRASE)

    def _reserve(self, turn: int) -> None:
        """Made when there is room, let go when there is none."""
        if turn % 2:
            let_go(self.store.path)
        else:
            keep_reserve(self.store.path, 40_000)

    def _settings(self, turn: int) -> None:
        remember(self.root / SETTINGS, number=f"100{turn % 5}", lang="zh" if turn % 2 else "en")
