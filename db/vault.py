"""Making and opening the record of a laptop: key envelope, encrypted file, schema, clock."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import NoResultFound

from db import keys, openers, rekey, slots
from db.anew import make_anew
from db.backup import backup, whole
from db.cipher import open_engine, plain_errors, reading
from db.clock import Clock
from db.disk import disk_errors, remove
from db.errors import SchemaTooNew, VaultBusy, VaultDamaged, VaultExists, VaultMissing
from db.identity import new_epoch, row_id
from db.journal import SCHEMA as SCHEMA
from db.local import CLOCK, DEVICE
from db.log import check_log
from db.read_only import copy_of, forget, writable
from db.store import Device, Store


def new_device(seconds: int) -> Device:
    """Keys and ids for a new laptop of a new pair."""
    import pyrage

    ids = new_epoch(seconds)
    return Device(
        device_id=row_id(ids, 1),
        pair_id=row_id(ids, 2),
        sign_key=Ed25519PrivateKey.generate().private_bytes_raw(),
        age_key=str(pyrage.x25519.Identity.generate()),
    )


def create_vault(
    path: Path,
    number: str,
    passphrase: str,
    *,
    device: Device | None = None,
    cost: keys.Cost | None = None,
    clock: Clock | None = None,
) -> Store:
    """Make a new, empty, encrypted record at ``path`` and open it.

    Raises ``VaultExists`` rather than touch a record that is there, ``PassphraseTooShort``, ``Refused``.
    """
    fresh = path.with_name(path.name + ".new")
    envelope = keys.envelope_path(path)
    # An envelope alone is the only key of a record that was moved away, unless making this one was cut short.
    if path.exists() or (envelope.exists() and not fresh.exists()):
        raise VaultExists(path=str(path))
    key = keys.new_key()
    slot = slots.passphrase_slot(key, number, passphrase, cost or keys.Cost())
    clock = clock or Clock()
    device = device or new_device(clock.now())
    try:
        make_anew(fresh, key, device, clock.now(), slot=slot)
        # The key first: a file without its key would be lost. Under its name the record is there whole or not at all.
        with disk_errors(path):
            keys.write_envelope(envelope, keys.envelope_of([slot], device=slots.seal_device(key, device)))
            fresh.rename(path)
            keys.sync_folder(path.parent)
    except BaseException:
        # Where the disk lets nothing be made, it may let nothing be removed either: the first error is told.
        with suppress(OSError):
            remove(fresh)
        raise
    clock.check(0)
    return Store(path, open_engine(path, key), device, clock, key)


def open_vault(path: Path, number: str, passphrase: str, *, clock: Clock | None = None) -> Store:
    """Open the record at ``path``.

    Raises ``VaultMissing``, ``WrongPassphrase``, ``VaultDamaged``, ``SchemaTooNew``; ``LogDamaged`` before anything is
    touched, because to open the file would lose acts. An older schema is migrated after a verified backup. A doubtful
    clock does not refuse: see ``Store.clock.doubt``. Where nothing may be written the ``Store`` is ``read_only``, and
    nothing is written beside the record.
    """
    if not path.exists():
        raise VaultMissing(path=str(path))
    check_log(path)
    return open_with(path, slots.unwrap_all(keys.read_envelope(keys.envelope_path(path)), number, passphrase), clock)


def open_with(path: Path, found: Sequence[bytes], clock: Clock | None = None) -> Store:
    """Open the record at ``path`` with the first of these database keys that fits. Raises as ``open_vault``."""
    if not writable(path):
        return read_with(path, found, clock)
    key = _fitting(path, found)
    envelope = keys.read_envelope(keys.envelope_path(path))
    if not slots.holds(envelope, key) and slots.holds(envelope, found[0]):
        # A copy from before a change of the key was put back: the leaked key is not taken up again.
        rekey.rewrite(path, open_engine(path, key), found[0])
        key = found[0]
    store = _opened(path, key, clock)
    openers.tidy(store)
    return store


def read_with(path: Path, found: Sequence[bytes], clock: Clock | None = None) -> Store:
    """Open a copy of the record at ``path``, to be read only and as it lies there. Raises as ``open_vault``."""
    copy = copy_of(path)
    try:
        return _opened(path, _fitting(copy, found), clock, copy)
    except BaseException:
        forget(copy)
        raise


def _fitting(path: Path, found: Sequence[bytes]) -> bytes:
    """The key that the file at ``path`` is under; the first, where none fits: it will say what is wrong."""
    for key in found if len(found) > 1 else ():
        engine = open_engine(path, key)
        try:
            with reading(engine, path) as conn:
                conn.execute(text("SELECT count(*) FROM sqlite_master"))
            return key
        except VaultDamaged:
            continue
        finally:
            engine.dispose()
    return found[0]


def _opened(path: Path, key: bytes, clock: Clock | None, copy: Path | None = None) -> Store:
    """The record at ``path``, or ``copy`` of it to read in."""
    file = copy or path
    engine = open_engine(file, key)
    try:
        _bring_up(engine, file, key)
        with reading(engine, path) as conn:
            row = conn.execute(select(DEVICE)).one()
            newest, offset = conn.execute(select(CLOCK.c.newest_at, CLOCK.c.offset_s)).one()
    except NoResultFound as error:
        engine.dispose()
        raise VaultDamaged(path=str(path)) from error
    except BaseException:
        engine.dispose()
        raise
    clock = clock or Clock()
    clock.offset_s = offset
    clock.check(newest)
    device = Device(row.device_id, row.pair_id, bytes(row.sign_key), row.age_key)
    return Store(path, engine, device, clock, key, copy=copy)


def check_whole(store: Store) -> bool:
    """Whether SQLite's and the cipher's own checks find every page as it was written.

    The cipher looks at the file, not at the log beside it. Power that failed while the log was being folded in leaves
    pages torn in the file that are whole in the log: they are mended by folding it in again, and are no damage.
    """
    try:
        if _found_whole(store):
            return True
        with suppress(VaultBusy):
            store.fold()
        return _found_whole(store)
    except VaultDamaged:
        return False


def _found_whole(store: Store) -> bool:
    with store.reading() as conn:
        return whole(conn)


def schema_of(engine: Engine, path: Path) -> int:
    """The schema number the file was written with."""
    with reading(engine, path) as conn:
        try:
            return int(conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
        except (NoResultFound, ValueError) as error:
            raise VaultDamaged(path=str(path)) from error


def _bring_up(engine: Engine, path: Path, key: bytes) -> None:
    found = schema_of(engine, path)
    if found > SCHEMA:
        raise SchemaTooNew(found=found, known=SCHEMA)
    if found < SCHEMA:
        kept = backup(engine, path, key, path.with_name(f"{path.stem}.before-{SCHEMA:04d}.db"))
        envelope = keys.envelope_path(path)
        if envelope.exists():
            # So that it can be opened alone. A copy that is only read has none beside it, and needs none.
            keys.write_whole(keys.envelope_path(kept), envelope.read_bytes())
        # Alembic costs a quarter of a second to import: only when there is something to do.
        from db.migrations.run import upgrade

        with plain_errors(path):
            upgrade(engine)
