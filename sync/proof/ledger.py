"""Whose each batch is and how many entries it has, in the vault and beside it.

``ledger`` in the transport folder has one line a batch: its hash, its device's id, its number of entries. So it can be
told where a laptop stands while its vault is closed. These are facts of sealed files that every carrier of them sees.
"""

import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, func, select

from db.keys import sync_folder, write_whole
from db.local import BATCH
from db.store import Store
from sync.graph import Nodes
from sync.link import Folder

_FILE = "ledger"
_LINE = re.compile(r"([0-9a-f]{64}) ([0-9a-f]{32}) ([0-9]{1,9}) \.")


@dataclass(frozen=True, slots=True)
class Written:
    """One batch: the device that made it, how many entries it has."""

    device: UUID
    entries: int


Ledger = Mapping[bytes, Written]


# What was read, and of how many batches: they are only ever added, and years of them are thousands.
_READ: Final[WeakKeyDictionary[Store, tuple[int, Nodes, Ledger]]] = WeakKeyDictionary()


def of_vault(store: Store, conn: Connection) -> tuple[Nodes, Ledger]:
    """The batches the vault holds: what each stands on, whose it is."""
    size = conn.execute(select(func.count()).select_from(BATCH)).scalar_one()
    known = _READ.get(store)
    if known is None or known[0] != size:
        # None of these columns lies behind the body of a batch, which need not be read then.
        rows = conn.execute(select(BATCH.c.hash, BATCH.c.device_id, BATCH.c.first, BATCH.c.last, BATCH.c.parents)).all()
        nodes = {bytes(name): _split(bytes(parents)) for name, _, _, _, parents in rows}
        ledger = {bytes(name): Written(device, last - first + 1) for name, device, first, last, _ in rows}
        known = _READ[store] = (size, nodes, ledger)
    return known[1], known[2]


def forget(store: Store) -> None:
    """Read the batches anew next time: a proof is made from the file, not from what was read of it before."""
    _READ.pop(store, None)


def _split(joined: bytes) -> tuple[bytes, ...]:
    return tuple(joined[at : at + 32] for at in range(0, len(joined), 32))


def of_folder(folder: Folder) -> dict[bytes, Written]:
    """The batches that the vault held when it was last settled; a torn line is passed over."""
    known: dict[bytes, Written] = {}
    with contextlib.suppress(OSError):
        for line in (folder.path / _FILE).read_text(encoding="ascii", errors="replace").splitlines():
            if found := _LINE.fullmatch(line):
                known[bytes.fromhex(found[1])] = Written(UUID(hex=found[2]), int(found[3]))
    return known


def write(store: Store, folder: Folder) -> None:
    """Bring the file in line with the vault: new batches are added at its end."""
    folder.make()
    with store.reading() as conn:
        _, held = of_vault(store, conn)
    known = of_folder(folder)
    path = folder.path / _FILE
    if any(held.get(name) != one for name, one in known.items()):
        write_whole(path, "".join(_line(*each) for each in held.items()).encode("ascii"))
        return
    fresh = [_line(name, one) for name, one in held.items() if name not in known]
    if fresh:
        with path.open("a", encoding="ascii") as file:
            # A line that a power cut tore must not swallow the next one.
            file.write("\n" + "".join(fresh))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(folder.path)


def _line(name: bytes, one: Written) -> str:
    return f"{name.hex()} {one.device.hex} {one.entries} .\n"
