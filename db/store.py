"""The open record of one laptop: acts that write, snapshots that read.

One act of a user is one transaction with one commit. Rows of synced tables are written together with their
journal entries, or not at all. When ``act`` has returned the commit is on the disk.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from db import keys, openers, reserve, slots
from db.act import Act, Progress
from db.backup import GoOn, always, backup
from db.carried import carry
from db.cipher import driver_of, fold, open_engine, plain_errors, reading, transaction, writer
from db.clock import Clock, boot_id
from db.device import Device
from db.disk import disk_errors, identity, side_files
from db.errors import DiskFailed, DiskFull, KeyChanged, Refused, VaultBusy, VaultDamaged, YiyangError
from db.identity import new_epoch
from db.local import CLOCK, DRAFT
from db.read_only import forget

__all__ = ["Act", "Device", "Store"]

_DRAFT_LIMIT = 64 * 1024


class Store:
    """The open record. Safe from any thread: reads run side by side, acts queue on one lock.

    ``read_only``: it lies where nothing may be written, and ``copy`` of it is read; every act is ``Refused``.
    ``reserve_spent``: an act found the disk full, and the room that was kept back was let go.
    """

    def __init__(
        self, path: Path, engine: Engine, device: Device, clock: Clock, key: bytes, *, copy: Path | None = None
    ) -> None:
        self.path = path
        self.read_only = copy is not None
        self.reserve_spent = False
        self._copy = copy
        self.device = device
        self.clock = clock
        self._engine = engine
        self._key = key
        self._file = identity(path)
        self._lock = threading.RLock()
        self._inside = False
        self._writer: Connection | None = None
        self._progress: Progress | None = None

    @property
    def pair_id(self) -> UUID:
        """The pair whose record this is."""
        return self.device.pair_id

    @property
    def device_id(self) -> UUID:
        """This laptop."""
        return self.device.device_id

    def now(self) -> int:
        """The time this record goes by, seconds UTC."""
        return self.clock.now()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot to read from."""
        self._follow()
        with reading(self._engine, self.path) as conn:
            yield conn

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction on tables that are not journalled here: batches, heads, drafts, PINs."""
        with self._lock:
            if self._inside:
                raise RuntimeError("a transaction inside another would wait for itself")
            self._prepare()
            self._inside = True
            try:
                # Kept from act to act: to take one from the pool costs as much as to write a row, and each commit
                # empties the page cache of all other connections.
                self._writer = self._writer or writer(self._engine, self.path)
                with transaction(self._writer, self.path) as conn:
                    yield conn
                    # Committed to a file that was replaced meanwhile, it would be called saved and be gone.
                    if identity(self.path) != self._file:
                        raise VaultBusy(path=str(self.path))
            except BaseException as error:
                # Whatever state it is in: the next act takes a fresh one.
                self._let_go()
                if isinstance(error, DiskFull | DiskFailed):
                    self.reserve_spent |= reserve.let_go(self.path)
                raise
            finally:
                self._inside = False

    def _prepare(self) -> None:
        """Before a transaction. Its body cannot be run twice, so room for it is made before it begins."""
        if self.read_only:
            raise Refused("read_only")
        self._follow()
        if reserve.is_low(self.path):
            self.reserve_spent |= reserve.let_go(self.path)

    def _let_go(self) -> None:
        if self._writer is not None:
            with suppress(YiyangError), plain_errors(self.path):
                self._writer.close()
        self._writer = None

    def _follow(self) -> None:
        """Go on with the file that lies at our path now, if it was replaced; never with one that nobody can find.

        Open connections would go on writing to the file that was replaced, and all of it would be gone at the end.
        """
        if self.read_only or identity(self.path) == self._file:
            return
        with self._lock:
            if self._inside:
                raise VaultBusy(path=str(self.path))
            self._let_go()
            if not slots.holds(keys.read_envelope(keys.envelope_path(self.path)), self._key):
                self._engine.dispose()
                raise KeyChanged(path=str(self.path))
            # The log that still lies there belongs to the old file: emptied, it cannot be taken for the new one's.
            fold(self._engine, self.path)
            self._engine.dispose()
            self._file = identity(self.path)

    @contextmanager
    def act(self, staff_id: UUID | None) -> Iterator[Act]:
        """One act of one person (``None``: the program itself), durable when the block has ended."""
        with self._lock:
            before = self._progress
            try:
                with self.writing() as conn:
                    act = self._begin(conn, staff_id)
                    yield act
                    act.finish()
            except BaseException:
                # Entries are numbered without gaps, so a rolled-back act gives its numbers back. Row ids
                # may have been seen by the caller: they are never issued again.
                if before is not None and self._progress is not None and self._progress.epoch == before.epoch:
                    self._progress = Progress(before.epoch, before.seq, self._progress.rows)
                else:
                    self._progress = None
                raise

    def _begin(self, conn: Connection, staff_id: UUID | None) -> Act:
        now = self.clock.now()
        raw = driver_of(conn)
        lamport, newest, *last = raw.execute("SELECT lamport, newest_at, epoch, seq, rows FROM clock").fetchone()
        self._progress = self._take_over(raw, last, now)
        return Act(conn, self._progress, staff_id, now, lamport, newest, self.clock.suspect)

    def _take_over(self, raw: Any, last: list[Any], now: int) -> Progress:
        """Go on with this process's epoch, or begin one if the file does not know it as we do.

        A file that was swapped or restored under the running program, or a memory image that was resumed
        twice, must not issue a name twice. ``last`` is the epoch that wrote last, and how far it came.
        """
        known = self._progress
        epoch, seq, rows = last
        if known is not None and epoch == known.epoch:
            if seq == known.seq and rows <= known.rows:
                return Progress(known.epoch, known.seq, known.rows)
            known = None
        if epoch is not None:
            raw.execute("UPDATE epoch SET seq = ?, rows = ? WHERE epoch = ?", (seq, rows, epoch))
        if known is not None:
            found = raw.execute("SELECT seq, rows FROM epoch WHERE epoch = ?", (known.epoch,)).fetchone()
            if found is not None and found[0] == known.seq and found[1] <= known.rows:
                return Progress(known.epoch, known.seq, known.rows)
        fresh = Progress(new_epoch(now))
        raw.execute("INSERT INTO epoch VALUES (?, ?, 0, 0, ?)", (fresh.epoch, now, boot_id()))
        return fresh

    @property
    def key_id(self) -> str:
        """Names the database key without telling anything of it."""
        return keys.key_id(self._key)

    def wrap(self, slot: keys.Slot) -> keys.Slot:
        """A slot with the database key sealed to it. Raises ``VaultDamaged`` if it names no public key."""
        return slots.wrapped_for(self._key, slot, self.device_id)

    def sealed_device(self, envelope: keys.Envelope) -> keys.Slot:
        """The laptop's own row for the envelope: the one in it, unless that is not ours."""
        present: keys.Slot = envelope["device"]
        with suppress(VaultDamaged):
            if slots.open_device(envelope, self._key) == self.device:
                return present
        return slots.seal_device(self._key, self.device)

    def add_county_slot(self, recovery_public: bytes) -> None:
        """Let the county recover this record: wrap the database key to its public key (X25519, 32 bytes)."""
        openers.put(self, slots.county_slot(self._key, recovery_public, self.device_id))

    def add_passphrase(self, number: str, passphrase: str, cost: keys.Cost) -> None:
        """Let one more staff member open this record. Raises ``Refused``, ``PassphraseTooShort``."""
        slot = slots.new_passphrase(number, passphrase, cost)
        with self.writing() as conn:
            openers.enter(conn, slot, self.now(), None)
        openers.put(self, slot)

    def change_key(self, key: bytes) -> None:
        """Write the file anew under another database key (``db.rekey``). Takes as long as a backup.

        Raises ``Refused``: slots_differ (numbers) where the envelope has slots that the record does not know;
        ``DiskFull``, ``VaultBusy``, ``VaultDamaged``: then everything is as it was.
        """
        from db import rekey

        with self._lock:
            if self._inside:
                raise RuntimeError("the key cannot be changed inside a transaction")
            if self.read_only:
                raise Refused("read_only")
            self._follow()
            before = openers.checked(self)
            self._let_go()
            after = rekey.envelope_for(before, self._key, key, self.device)
            rekey.rewrite(self.path, self._engine, key, after)
            self._key, self._engine = key, open_engine(self.path, key)
            self._file = identity(self.path)
            self._progress = None

    def step_over(self, epoch: bytes) -> None:
        """Others hold entries of this epoch that we lack: this machine was put back in time. Begin a new one."""
        if self._progress is not None and self._progress.epoch == epoch:
            self._progress = None

    def draft(self, key: str, staff_id: UUID | None = None) -> dict[str, Any] | None:
        """What was being typed under ``key``, if anything was: by one member of staff, or last by anybody."""
        asked = select(DRAFT.c.body).where(DRAFT.c.key == key).order_by(DRAFT.c.at.desc())
        if staff_id is not None:
            asked = asked.where(DRAFT.c.staff_id == staff_id)
        with self.reading() as conn:
            body = conn.execute(asked.limit(1)).scalar()
        return None if body is None else dict(json.loads(body))

    def drafts(self, prefix: str, staff_id: UUID | None = None) -> dict[str, dict[str, Any]]:
        """All drafts whose key begins with ``prefix``, or those of one member of staff; the newest first.

        Of two under one key the newer.
        """
        asked = select(DRAFT.c.key, DRAFT.c.body).where(DRAFT.c.key.startswith(prefix, autoescape=True))
        if staff_id is not None:
            asked = asked.where(DRAFT.c.staff_id == staff_id)
        with self.reading() as conn:
            found: dict[str, dict[str, Any]] = {}
            for key, body in conn.execute(asked.order_by(DRAFT.c.at.desc(), DRAFT.c.key)):
                found.setdefault(key, dict(json.loads(body)))
        return found

    def save_draft(self, key: str, staff_id: UUID, body: dict[str, Any]) -> None:
        """Keep what somebody is typing; durable when it returns. Raises ``ValueError`` over 64 KiB."""
        said = json.dumps(body, ensure_ascii=False)
        if len(said) > _DRAFT_LIMIT:
            raise ValueError("draft too long")
        values = {"key": key, "staff_id": staff_id, "at": self.now(), "body": said}
        with self.writing() as conn:
            kept = upsert(DRAFT).values(values)
            conn.execute(kept.on_conflict_do_update(index_elements=["key", "staff_id"], set_=values))

    def drop_draft(self, key: str, staff_id: UUID | None = None) -> None:
        """Forget a draft of one member of staff, or of everybody: it was saved for good or thrown away."""
        dropped = delete(DRAFT).where(DRAFT.c.key == key)
        if staff_id is not None:
            dropped = dropped.where(DRAFT.c.staff_id == staff_id)
        with self.writing() as conn:
            conn.execute(dropped)

    def answer_clock(self, told_at: int) -> None:
        """Somebody said what time it is (seconds UTC); remembered for the next start.

        A newest time beyond it was believed wrongly: kept, it would raise the doubt anew at every start.
        """
        self.clock.answer(told_at)
        if self.read_only:
            return
        newest = func.min(CLOCK.c.newest_at, told_at)
        with self.writing() as conn:
            conn.execute(update(CLOCK).values(offset_s=self.clock.offset_s, newest_at=newest))

    def back_up(self, target: Path, go_on: GoOn = always) -> Path:
        """A verified copy of the record at ``target``, encrypted with the same key; the envelope is not copied.

        Others may go on writing meanwhile. Raises ``VaultDamaged`` and keeps the old ``target`` if the copy is not
        whole, ``BackupStopped`` as soon as ``go_on`` says no.
        """
        self._follow()
        return backup(self._engine, self.path, self._key, target, go_on)

    def give_way(self, fresh: Path, aside: Path) -> None:
        """Let the file ``fresh`` take the place of this record, which is kept as ``aside``; then this is closed.

        Raises ``VaultBusy`` while others write, ``DiskFull``, ``VaultUnwritable``: then everything is as it was.
        """
        from db import rekey

        with self._lock, ExitStack() as held:
            self._follow()
            self._let_go()
            rekey.hold_still(held, self._engine, self.path)
            with disk_errors(self.path):
                if os.name == "nt":
                    # There a file that is open cannot be replaced, by nobody: that keeps others out instead.
                    held.close()
                    self._engine.dispose()
                _second_name(self.path, aside)
                fresh.replace(self.path)
                keys.sync_folder(self.path.parent)
                for part in side_files(self.path):
                    # Emptied above; but they belong to the file that lay here.
                    part.unlink(missing_ok=True)
        self._engine.dispose()

    def fold(self) -> None:
        """Write what the write-ahead log holds into the file. Raises ``VaultBusy`` while others read or write."""
        with self._lock:
            self._follow()
            fold(self._engine, self.path)

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it. If something hinders, the log keeps what it has."""
        with self._lock:
            with suppress(YiyangError):
                self._follow()
                self._let_go()
                fold(self._engine, self.path)
            self._let_go()
            self._engine.dispose()
            if self._copy is not None:
                forget(self._copy)


def _second_name(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside)
    except OSError:
        # Sticks know no second names.
        carry(path, aside)
    keys.sync_folder(aside.parent)
