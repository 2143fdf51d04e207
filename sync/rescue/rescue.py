"""A rescue from beginning to end: read what is left, make the record anew, ask those who hold the rest, tell.

The damaged file is only ever read. The new record lies beside it until it is complete, so that a rescue that is cut
short is simply begun again.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from db import keys, slots
from db.clock import Clock
from db.errors import NothingReads, VaultDamaged, WrongPassphrase, YiyangError
from db.journal import Entry, EntryRef
from db.local import CLOCK, COUNTY
from db.salvage import Progress, Row, Salvage, salvaging
from db.store import Store
from sync import session
from sync.directory import Directory, signers
from sync.errors import LinkDamaged, NotEnrolled, SignatureWrong
from sync.link import Folder
from sync.rescue import found as finding
from sync.rescue.again import Again, write_entries, write_rows
from sync.rescue.beside import ask_others, clear, lay_out, left_waiting, post_waiting
from sync.rescue.found import Found
from sync.rescue.losses import gaps, here_of_us, lost_rows, rows_of_ours, spans_of
from sync.rescue.rebuild import apply_standing, begin, counted
from sync.rescue.report import SOURCES, Report, TableTold
from sync.rescue.spans import Spans
from sync.rescue.waited import Waited, waited_for
from sync.seal import held


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be rescued, and where to.

    ``found_keys``: database keys that the file may be under, the present one first. ``backups``: verified copies, the
    newest first. ``allowed`` looks up the right of whoever asks, in the record as far as it is back: what it raises
    ends the rescue; it tells whether there was anybody to look up.
    """

    source: Path
    target: Path
    found_keys: Sequence[bytes]
    backups: Sequence[Path] = ()
    network: bool = True
    allowed: Callable[[Store], bool] = lambda _store: True
    progress: Progress | None = None
    clock: Clock = field(default_factory=Clock)


@contextmanager
def rescued(plan: Plan) -> Iterator[tuple[Store, Report]]:
    """Make the record anew at ``plan.target``; it is open, and settled and closed at the end.

    Raises ``VaultMissing``; what the exchange raises, if the county has what is gone here; ``NothingReads`` if the file
    is under none of the keys; ``VaultDamaged`` if nothing tells any more which laptop it was; and what ``plan.allowed``
    raises. Then nothing is left at the target.
    """
    with ExitStack() as resting:
        source, key = _opened(plan, resting)
        found = _found(plan, source, key)
        store = begin(plan.target, plan.found_keys[0], found, plan.clock)
        try:
            report = _refill(plan, source, found, store)
            yield store, report
            with suppress(LinkDamaged):
                session.settle(store)
            store.close()
        except BaseException:
            store.close()
            clear(plan.target)
            raise


def _opened(plan: Plan, resting: ExitStack) -> tuple[Salvage, bytes]:
    for key in plan.found_keys:
        with suppress(WrongPassphrase):
            return resting.enter_context(salvaging(plan.source, key, plan.progress)), key
    raise NothingReads(path=str(plan.source))


def _found(plan: Plan, source: Salvage, key: bytes) -> Found:
    """What the damaged file holds, and whose it is: it says so itself, or its envelope does, or a backup."""
    found = Found()
    finding.identify(found, source)
    if found.device is None:
        with suppress(YiyangError):
            found.device = slots.open_device(keys.read_envelope(keys.envelope_path(plan.source)), key)
    for backup in plan.backups if found.device is None else ():
        with _readable(plan, backup) as copy:
            if copy is not None:
                finding.identify(found, copy)
    if found.device is None:
        raise VaultDamaged(path=str(plan.source))
    finding.read(found, source, _signers(plan.source))
    found.told_end = any(True for _ in source.rows(CLOCK))
    finding.carry(found, source)
    if not found.kept[COUNTY.name]:
        found.kept[COUNTY.name] = _county(plan)
    return found


def _county(plan: Plan) -> list[Row]:
    """Which county is ours, where the damaged file does not tell: by a backup, and only without one by the folder."""
    for backup in plan.backups:
        with _readable(plan, backup) as copy:
            if rows := list(copy.rows(COUNTY)) if copy is not None else []:
                return rows[:1]
    try:
        return [{"one": 1, "public": Folder(plan.source).link().county_public}]
    except (NotEnrolled, LinkDamaged):
        return []


def _signers(vault: Path) -> dict[UUID, bytes]:
    """By which keys the pair's laptops and the county sign, if the laptop is enrolled."""
    try:
        link = Folder(vault).link()
        return signers(Directory.read(link.directory, link.county_public), link.county_public)
    except (NotEnrolled, LinkDamaged, SignatureWrong):
        return {}


@contextmanager
def _readable(plan: Plan, path: Path) -> Iterator[Salvage | None]:
    """A backup to read from; nothing if it is none, or is under another key."""
    with ExitStack() as open_:
        copy = None
        for key in plan.found_keys:
            with suppress(YiyangError, OSError):
                copy = copy or open_.enter_context(salvaging(path, key))
        yield copy


@dataclass(slots=True)
class _Counts:
    """How many rows each table has gained from each source."""

    store: Store
    had: dict[str, int] = field(default_factory=dict)
    came: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, source: str) -> None:
        """What is there now and was not before, came from this source."""
        now = counted(self.store)
        for name, rows in now.items():
            of = self.came.setdefault(name, dict.fromkeys(SOURCES, 0))
            of[source] += rows - self.had.get(name, 0)
        self.had = now


def _refill(plan: Plan, source: Salvage, found: Found, store: Store) -> Report:
    counts = _Counts(store)
    lay_out(plan.source, plan.target)
    old = Folder(plan.source)
    apply_standing(store, found.batches)
    counts.add("batches")
    used = _from_backups(plan, found, store)
    counts.add("backup")
    known = {*found.batches, *found.named, *old.graph()}
    ask_others(store, network=False)
    counts.add("batches")
    plan.allowed(store)
    county = ask_others(store, network=plan.network)
    counts.add("county")
    left_waiting(store, found)
    waits = waited_for(store, found, old, asked=county.all_here)
    if county.failed is not None and waits.entries:
        # What is gone here is there. A record without it would be a poor one to go on with.
        raise county.failed
    post_waiting(store, found, waits.elsewhere)

    here, fresh = spans_of(store), spans_of(store, but=known)
    again = Again()
    edited = county.all_here or not waits.entries
    if edited:
        found.entries = {**found.older, **found.entries}
    write_entries(store, again, _astray(store, found, waits.elsewhere), here, fresh)
    counts.add("journal")
    ours = found.written.keys() | found.opened.keys() | here_of_us(store).epochs()
    write_rows(store, again, source, fresh, set(ours), edited=edited)
    counts.add("tables")
    # Who asks may stand in what came back last.
    vouched = plan.allowed(store)
    return _report(plan, source, found, store, counts, again, waits, county.code, used, vouched=vouched)


def _from_backups(plan: Plan, found: Found, store: Store) -> tuple[Path, ...]:
    """Take from the newest backup what is wanting, and from older ones as long as anything is."""
    used: list[Path] = []
    for path in plan.backups:
        lacking = {parent for one in found.batches.values() for parent in one.header.parents} - found.batches.keys()
        if used and not (found.named or lacking):
            break
        with _readable(plan, path) as copy:
            if copy is not None:
                finding.read(found, copy, _signers(plan.source), backup=True)
                used.append(path)
    apply_standing(store, found.batches)
    return tuple(used)


def _astray(store: Store, found: Found, elsewhere: Collection[bytes]) -> list[tuple[EntryRef, Entry]]:
    """This laptop's entries that stand in no batch of the new record, nor in one that is ``elsewhere``."""
    with store.reading() as conn:
        standing = set(held(conn))
    ours = here_of_us(store)
    left = {ref: entry for ref, entry in found.entries.items() if not ours.has(ref)}
    for name, one in found.batches.items():
        if name not in standing and name not in elsewhere and one.header.device == store.device_id:
            for entry in one.entries():
                ref = EntryRef(one.header.epoch, entry.seq)
                if not ours.has(ref):
                    left.setdefault(ref, entry)
    return list(left.items())


def _report(
    plan: Plan,
    source: Salvage,
    found: Found,
    store: Store,
    counts: _Counts,
    again: Again,
    waits: Waited,
    county: str,
    used: tuple[Path, ...],
    *,
    vouched: bool,
) -> Report:
    spans = _recovered(store, found)
    missing = tuple(gaps(store, found, spans))
    ours = found.written.keys() | found.opened.keys() | spans.epochs()
    named, before = lost_rows(store, source)
    # Of what others made and still hold nothing is lost.
    lost = tuple(row for row in named if not waits.others or row.row.bytes[:12] in ours)
    entries = sum(gap.entries for gap in missing) - rows_of_ours(again.rows, ours)
    lost_of = {name: max(sum(row.table == name for row in lost), before[name] - counts.had[name]) for name in before}
    unplaced = [entry for _, entry in again.unplaced if entry.row not in again.rows.get(entry.table, ())]
    return Report(
        source=plan.source,
        target=plan.target,
        pages=source.pages.count,
        broken=len(source.pages.broken | source.pages.stale),
        tables=tuple(
            TableTold(name, before[name], counts.had[name], counts.came[name], lost_of[name]) for name in before
        ),
        lost=lost,
        gaps=missing,
        entries_lost=max(0, entries),
        values_kept=again.values,
        unplaced=len(unplaced),
        awaited=waits.entries,
        thrown=found.thrown,
        end_unknown=not found.told_end and len(source.pages.broken) > 0,
        county=county,
        backups=used,
        vouched=vouched,
    )


def _recovered(store: Store, found: Found) -> Spans:
    """The entries of this laptop that were found, by the names they had."""
    spans = here_of_us(store)
    spans.add_all(found.entries)
    for one in found.batches.values():
        if one.header.device == store.device_id:
            spans.add(one.header.epoch, one.header.first, one.header.last)
    return spans
