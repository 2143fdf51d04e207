"""The laptop's side of a stick: put on it what others may lack, take from it what they put there.

With the vault open a bundle holds all that the county or a partner may lack, other laptops' batches among it: so the
work of a laptop that never meets the county gets there. With the vault closed it holds the outbox as it lies.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from db.disk import disk_errors
from db.errors import YiyangError
from db.local import BATCH
from db.store import Store
from sync import graph, parcel, statements
from sync.directory import Directory, recipients
from sync.errors import (
    BundleAbsent,
    BundleCut,
    BundleDamaged,
    BundleForeign,
    BundleTooNew,
    ParcelDamaged,
    StickFailed,
)
from sync.inbox import Arrived, take_in
from sync.link import Folder, Link
from sync.proof.handed import handed_over
from sync.seal import at_county, held, post
from sync.session import settle
from sync.sticks import bundle, relay, stick
from sync.sticks.bundle import MAX_LOAD, Bundle
from sync.sticks.unbundle import Laid, bundles_of, lay_out, opened

Progress = Callable[[int, int], None]
"""Called with bytes done so far and bytes to do."""
Gate = Callable[[], AbstractContextManager[None]]
_REFUSED: Final = (BundleAbsent, BundleCut, BundleDamaged, BundleForeign, BundleTooNew, StickFailed)


@dataclass(frozen=True, slots=True)
class Written:
    """What was put on a stick: ``batches``, of which the county lacks ``for_county`` as far as is known."""

    files: tuple[Path, ...]
    batches: int
    for_county: int
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Brought:
    """One file of a stick: what was new in it, or why it was refused. ``maker`` ``None``: the county, or not known."""

    file: Path
    laid: Laid | None = None
    error: YiyangError | None = None
    maker: UUID | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a stick: its files, and what was merged of them; nothing is while the vault is closed."""

    files: tuple[Brought, ...]
    arrived: Arrived


def export(
    store: Store,
    target: Path,
    now: int,
    progress: Progress | None = None,
    *,
    everything: bool = False,
    gate: Gate = nullcontext,
) -> Written:
    """Write to ``target`` (a folder, or the file to write) all that the county or a partner may lack.

    ``everything``: the whole record, for a laptop that is new or was put back. More than one bundle takes goes into
    several. Raises ``NotEnrolled``, ``LinkDamaged``, ``BundleAbsent`` (no such folder), ``StickFull``, ``StickFailed``.
    """
    folder = Folder(store.path)
    link = folder.link()
    with gate():
        settle(store)
        with store.reading() as conn:
            wanted, for_county = _wanted(conn, folder, link, everything=everything)
    total, done = sum(wanted.values()), 0
    files: list[Path] = []
    size = 0
    for names in _loads(wanted):
        with gate(), store.reading() as conn:
            signed = tuple((name, _body(conn, name)) for name in names)
        made = Bundle(link.pair_id, link.device_id, now, batches=signed, statements=statements.known(folder))
        path, written = _put(folder, link, made, _nth(target, len(files)))
        files.append(path)
        size += written
        done += sum(wanted[name] for name in names)
        if progress is not None:
            progress(done, total)
    return Written(tuple(files), len(wanted), for_county, size)


def export_sealed(folder: Folder, target: Path, now: int) -> Written:
    """The same with the vault closed: the parcels that wait in the outbox for the county. Raises as ``export``."""
    link = folder.link()
    outbox = folder.outbox
    sealed = {}
    for name in parcel.oldest_first(outbox, parcel.names(outbox)):
        # A spoiled one is made again when the vault is opened.
        with suppress(ParcelDamaged):
            sealed[name] = parcel.get(outbox, name)
    files: list[Path] = []
    size = 0
    for names in _loads({name: len(data) for name, data in sealed.items()}):
        held = tuple((name, sealed[name]) for name in names)
        made = Bundle(link.pair_id, link.device_id, now, sealed=held, statements=statements.known(folder))
        path, written = _put(folder, link, made, _nth(target, len(files)))
        files.append(path)
        size += written
    return Written(tuple(files), len(sealed), len(sealed), size)


def bring_in(store: Store, path: Path, *, gate: Gate = nullcontext) -> Taken:
    """Take in the bundles at ``path`` (a file, or all of a folder) and merge what they brought.

    One that is no good is told with its reason and stops no other. Raises ``NotEnrolled``, ``LinkDamaged``,
    ``BundleAbsent``.
    """
    folder = Folder(store.path)
    link = folder.link()
    folder.make()
    files = [_lay_out(store, folder, link, file, gate) for file in stick.bundles_at(path)]
    arrived = take_in(store, folder, gate=gate)
    if any(each.laid for each in files):
        with gate():
            post(store, folder)
    return Taken(tuple(files), arrived)


def lay_by(folder: Folder, path: Path) -> Taken:
    """The same with the vault closed: what passes for a bundle waits, as it is, for the vault to be opened."""
    link = folder.link()
    folder.make()
    return Taken(tuple(_lay_by(folder, link, file) for file in stick.bundles_at(path)), Arrived())


def _wanted(conn: Connection, folder: Folder, link: Link, *, everything: bool) -> tuple[dict[bytes, int], int]:
    """What goes on the stick in causal order, with its sizes; and how many of it the county lacks."""
    nodes = held(conn)
    writers = {bytes(name): device for name, device in conn.execute(select(BATCH.c.hash, BATCH.c.device_id))}
    own = {name for name, device in writers.items() if device == link.device_id}
    for_county = nodes.keys() - at_county(folder, link, nodes, own)
    listed = Directory.read(link.directory, link.county_public).devices
    partners = [each.id for each in listed if not each.revoked and each.id != link.device_id]
    some = nodes.keys() if everything else for_county | relay.lacking(nodes, writers, partners)
    sizes = {bytes(name): size for name, size in conn.execute(select(BATCH.c.hash, func.length(BATCH.c.body)))}
    return {name: sizes[name] for name in graph.causal_order(nodes, some)}, len(for_county)


def _body(conn: Connection, name: bytes) -> bytes:
    return bytes(conn.execute(select(BATCH.c.body).where(BATCH.c.hash == name)).scalar_one())


def _loads(sizes: Mapping[bytes, int]) -> list[list[bytes]]:
    """What goes into each bundle: one at least, so that statements travel also where there is nothing else."""
    loads: list[list[bytes]] = [[]]
    room = MAX_LOAD
    for name, size in sizes.items():
        if loads[-1] and size > room:
            loads.append([])
            room = MAX_LOAD
        loads[-1].append(name)
        room -= size
    return loads


def _nth(target: Path, number: int) -> Path:
    """Where the next bundle goes: into the folder by its own name, or beside the file that was named."""
    return target if target.is_dir() or not number else target.with_stem(f"{target.stem}-{number + 1}")


def _put(folder: Folder, link: Link, made: Bundle, target: Path) -> tuple[Path, int]:
    data = bundle.pack(made, recipients(link))
    path = stick.write(target, stick.name_of(link.pair_id, link.device_id, made.at, data), data)
    handed_over(folder, [name for name, _ in (*made.batches, *made.sealed)])
    return path, len(data)


def _lay_out(store: Store, folder: Folder, link: Link, file: Path, gate: Gate) -> Brought:
    try:
        found = opened(stick.read(file, link.pair_id), store, link)
    except _REFUSED as error:
        return Brought(file, error=_named(error, file))
    with gate(), disk_errors(folder.path):
        return Brought(file, lay_out(store, folder, found), maker=found.maker, at=found.at)


def _lay_by(folder: Folder, link: Link, file: Path) -> Brought:
    try:
        data = stick.read(file, link.pair_id)
    except _REFUSED as error:
        return Brought(file, error=_named(error, file))
    with disk_errors(folder.path):
        parcel.put(bundles_of(folder), hashlib.sha256(data).digest(), data)
    return Brought(file)


def _named(error: YiyangError, file: Path) -> YiyangError:
    error.facts.setdefault("file", file.name)
    return error
