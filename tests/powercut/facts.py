"""What a laptop holds, whole: every table of the record, and every file beside it that a promise is made of.

Told by the working program after each act, and by an image after its cut: the two are compared.
"""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from db.backups import folder_of, listed
from db.cipher import driver_of
from db.errors import YiyangError
from db.keys import envelope_path
from db.local import BATCH, KEY_SLOT
from db.openers import openers
from db.store import Store
from sync import batch, parcel
from sync.link import Folder

NUMBER, PASSPHRASE = "1001", "correct horse battery"
RECORD = "data/record.db"
SETTINGS = "settings/settings.toml"


@dataclass(frozen=True, slots=True)
class Facts:
    """``tables``: digest of all rows of each. ``files``: digest of each file that is replaced whole.

    ``outbox``, ``inbox``: the batches whose parcels lie there; ``held``: those in the record; ``graph``: those that the
    file of that name tells. ``backups``: of each that is listed a digest of all its tables. ``settings``: digest of
    that file, empty if there is none. ``openers``: whom the envelope lets open the record.
    """

    tables: dict[str, str]
    files: dict[str, str]
    outbox: list[str]
    inbox: list[str]
    held: list[str]
    graph: list[str]
    backups: dict[str, str]
    settings: str
    openers: list[str]

    @classmethod
    def read(cls, said: dict[str, Any]) -> "Facts":
        """From what ``asdict`` made."""
        return cls(**said)

    def said(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def record_in(root: Path) -> Path:
    """Where the record of a laptop lies."""
    return root / RECORD


def tables(store: Store) -> dict[str, str]:
    """Every row of every table, and how the tables are made, as digests."""
    with store.reading() as conn:
        raw = driver_of(conn)
        made = raw.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        names = [name for kind, name, _ in made if kind == "table"]
        rows = {name: _digest(raw.execute(f'SELECT * FROM "{name}"').fetchall()) for name in names}
        return {"": _digest(made), **rows}


def _digest(rows: object) -> str:
    return hashlib.blake2b(repr(rows).encode(), digest_size=12).hexdigest()


def together(said: dict[str, str]) -> str:
    """One digest of all tables."""
    return _digest(sorted(but_openers(said).items()))


def but_openers(said: dict[str, str]) -> dict[str, str]:
    """Who is let in is written down before the envelope is, and tidied up after it: judged by both together."""
    return {name: digest for name, digest in said.items() if name != KEY_SLOT.name}


def files(root: Path) -> dict[str, str]:
    """The files that are replaced whole."""
    folder = Folder(record_in(root)).path
    paths = (envelope_path(record_in(root)), folder / "link.json", folder / "news.json")
    return {str(path.relative_to(root)): _digest(path.read_bytes()) for path in paths if path.exists()}


def facts(root: Path, store: Store, backups: dict[str, str]) -> Facts:
    """All of it, of an open record. ``backups``: what each that was ever made holds, by its name."""
    folder = Folder(store.path)
    with store.reading() as conn:
        held = [bytes(name).hex() for name in conn.execute(select(BATCH.c.hash)).scalars()]
    return Facts(
        tables(store),
        files(root),
        [name.hex() for name in parcel.names(folder.outbox)],
        [name.hex() for name in parcel.names(folder.inbox)],
        sorted(held),
        sorted(name.hex() for name in folder.graph()),
        {one.path.name: backups.get(one.path.name, "") for one in listed(folder_of(store.path))},
        _settings(root / SETTINGS),
        [one.number for one in openers(store)],
    )


def sound(store: Store, folder: Path, name: str) -> bool:
    """Whether a parcel holds the batch that it is named by."""
    try:
        opened = parcel.open_parcel(parcel.get(folder, bytes.fromhex(name)), store.device.age_key)
    except YiyangError:
        return False
    return batch.name(opened).hex() == name


def _settings(path: Path) -> str:
    return _digest(path.read_bytes()) if path.exists() else ""
