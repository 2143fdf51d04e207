"""Do both sides hold the same record, row by row? Compared by digests, healed from the signed batches, told in full.

Only when both hold the same batches does it mean anything: before that a sync is what is missing. The county never
takes a row from here: it makes rows that differ anew from its batches. What differs after that is damaged here, or in
a way that only somebody at the county can mend.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final, Literal
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from db.errors import YiyangError
from db.local import JOURNAL, ROW_VERSION
from db.rows import shape_of
from db.store import Store
from db.tables import SYNCED
from sync import graph, parcel
from sync.directory import Directory
from sync.errors import CountyLies
from sync.link import Compared, Folder, Link
from sync.our_county import our_link
from sync.proof import ledger
from sync.proof.compare import (
    CHUNK,
    KEY_BYTES,
    MOST_BUCKETS,
    MOST_ROWS,
    PATH,
    VERSIONS,
    CompareAnswer,
    CompareRequest,
    Subject,
    Sum,
    Where,
    subjects,
)
from sync.protocol import AUTH_HEADER, MAX_HEADS, authorise
from sync.wire import asking

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int, int], None]
"""Called with rows compared so far and rows to compare, those of both sides."""

MOST: Final = 10_000
"""Rows named one by one in one comparison. A county that lost more than that wants more than a comparison."""
ANSWER_LIMIT: Final = 8 << 20
PATIENCE_S: Final = 110.0
"""So long the county may be silent: rows that were changed often are made anew from the batches of years."""

Kind = Literal["lost", "extra", "changed"]
"""The county has not got it; only the county has it; both have it and it is not the same."""


class SyncFirst(YiyangError):
    """Both sides hold different batches, or not all of them are in the tables: there is nothing to compare yet.

    Facts: reason (``unsealed``, ``heads_differ``, ``merging``).
    """

    code: ClassVar[str] = "sync_first"
    exit_code: ClassVar[int] = 52


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that the county's table does not hold as this laptop's does. ``bucket``: its day since 1970, if dated."""

    table: str
    row: UUID
    kind: Kind
    bucket: int | None = None


@dataclass(slots=True)
class Comparison:
    """``rows`` compared here. ``found`` differed; ``left`` still do after the county made them anew.

    ``skipped``: columns that only one of the two programs knows. ``cut``: there were more than are named.
    """

    rows: int = 0
    found: list[Difference] = field(default_factory=list)
    left: list[Difference] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    cut: bool = False

    @property
    def same(self) -> bool:
        """Whether both sides hold the same now."""
        return not self.left and not self.cut


def compare(store: Store, progress: Progress | None = None, *, clock: Callable[[], float] = time.time) -> Comparison:
    """Compare all tables with the county's and heal what differs there. What came of it is kept in the folder's news.

    Raises ``SyncFirst``; ``NotEnrolled``, ``LinkDamaged``; ``CountyUnreachable``, ``CountyRefused``, ``CountyLies``.
    """
    folder = Folder(store.path)
    link = our_link(store, folder)
    directory = Directory.read(link.directory, link.county_public)
    with asking.client(link.url, directory.county_authority) as http, store.reading() as conn:
        http.timeout = PATIENCE_S
        if conn.execute(select(func.count()).select_from(JOURNAL)).scalar_one():
            raise SyncFirst(reason="unsealed")
        heads = tuple(graph.heads(ledger.of_vault(store, conn)[0])[:MAX_HEADS])
        talk = _Talk(link, http, conn, heads, progress or _quiet, clock)
        done = talk.hold()
    news = folder.news()
    told = Compared(at=int(clock()), rows=done.rows, differed=len(done.found), left=len(done.left) + done.cut)
    folder.save_news(replace(news, compared=told))
    return done


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def _tables() -> Mapping[str, Table]:
    return {shape.name: shape.table for shape in map(shape_of, SYNCED)} | {VERSIONS: ROW_VERSION}


class _Talk:
    """One comparison under way. It reads one snapshot of the record from its first row to its last."""

    def __init__(
        self,
        link: Link,
        http: "httpx.Client",
        conn: Connection,
        heads: tuple[bytes, ...],
        progress: Progress,
        clock: Callable[[], float],
    ) -> None:
        self.link = link
        self.http = http
        self.conn = conn
        self.progress = progress
        self.clock = clock
        self.secret = os.urandom(KEY_BYTES)
        self.plain = CompareRequest("columns", heads, parcel.seal_parcel(self.secret, [link.county_recipient]))
        self.done = 0
        self.total = 0

    def hold(self) -> Comparison:
        """Tables, then days, then rows; then heal and look again."""
        told = Comparison()
        places = self._places(told)
        counts = {name: self._count(place) for name, place in places.items()}
        told.rows = sum(counts.values())
        self.total = 2 * told.rows
        for place in places.values():
            here, there = self._here(place, whole=True), self._there(place, "totals")
            if here == there:
                continue
            told.found += self._differing(place, told)
        if told.found:
            self._heal(told.found)
            by_table: dict[str, list[Difference]] = {}
            for one in told.found:
                by_table.setdefault(one.table, []).append(one)
            for name, some in by_table.items():
                told.left += self._still(places[name], some)
        self.progress(self.total, self.total)
        return told

    def _places(self, told: Comparison) -> dict[str, Where]:
        """What of each table both programs know."""
        theirs = dict(self._ask(self.plain).tables)
        tables, places = _tables(), {}
        for name, subject in subjects().items():
            if name not in theirs:
                told.skipped.append(name)
                continue
            columns = subject.shared(theirs[name])
            if subject.dated and "at" not in columns:
                raise CountyLies(reason="columns")
            alien = set(subject.columns) ^ set(theirs[name])
            told.skipped += [f"{name}.{column}" for column in sorted(alien)]
            places[name] = Where(subject, tables[name], columns, {}, self.secret)
        told.skipped += sorted(theirs.keys() - subjects().keys())
        return places

    def _count(self, place: Where) -> int:
        return self.conn.execute(select(func.count()).select_from(place.table)).scalar_one()

    def _step(self, rows: int) -> None:
        self.done += rows
        self.total = max(self.total, self.done)
        self.progress(self.done, self.total)

    # --- digests -------------------------------------------------------------------------------

    def _here(self, place: Where, *, whole: bool = False) -> dict[int, tuple[int, bytes]]:
        sums: dict[int, Sum] = {}
        after: UUID | None = None
        while True:
            read = 0
            for row in place.rows(self.conn, after=after):
                sums.setdefault(0 if whole else row.bucket, Sum()).add(row.digest)
                after = row.id
                read += 1
            self._step(read if whole else 0)
            if read < CHUNK:
                return {bucket: each.said() for bucket, each in sums.items()}

    def _there(self, place: Where, want: str) -> dict[int, tuple[int, bytes]]:
        sums: dict[int, Sum] = {}
        for answer in self._parts(self._of(place, want)):
            for bucket, (rows, total) in answer.sums:
                sums.setdefault(bucket, Sum()).plus(rows, total)
            self._step(answer.scanned if want == "totals" else 0)
        return {bucket: each.said() for bucket, each in sums.items()}

    def _differing(self, place: Where, told: Comparison) -> list[Difference]:
        """The rows of one table that differ, found in the days that do."""
        here, there = self._here(place), self._there(place, "sums")
        buckets = sorted(each for each in here.keys() | there.keys() if here.get(each) != there.get(each))
        found: dict[UUID, Difference] = {}
        for at in range(0, len(buckets), MOST_BUCKETS):
            some = tuple(buckets[at : at + MOST_BUCKETS])
            ours = self._rows_here(place, frozenset(some))
            theirs: dict[UUID, bytes] = {}
            for answer in self._parts(replace(self._of(place, "rows"), buckets=some)):
                theirs |= answer.rows
            for one in _compared(place.subject, ours, theirs):
                # A row that stands on another day there was met as lost here and as extra there.
                found[one.row] = replace(one, kind="changed") if one.row in found else one
            if len(found) + len(told.found) > MOST:
                told.cut = True
                return list(found.values())[: max(0, MOST - len(told.found))]
        return list(found.values())

    def _rows_here(self, place: Where, buckets: frozenset[int]) -> dict[UUID, tuple[bytes, int]]:
        found: dict[UUID, tuple[bytes, int]] = {}
        after: UUID | None = None
        while True:
            read = 0
            for row in place.rows(self.conn, after=after):
                if row.bucket in buckets:
                    found[row.id] = row.digest, row.bucket
                after = row.id
                read += 1
            if read < CHUNK:
                return found

    # --- healing -------------------------------------------------------------------------------

    def _heal(self, found: Sequence[Difference]) -> None:
        # In the order of their ids, so that the batches of one epoch are opened once.
        for some in _groups(sorted({one.row for one in found})):
            self._ask(replace(self.plain, want="heal", rows=some))

    def _still(self, place: Where, found: Sequence[Difference]) -> list[Difference]:
        left: list[Difference] = []
        for some in _groups(sorted({one.row for one in found})):
            theirs = dict(self._ask(replace(self._of(place, "rows"), rows=some)).rows)
            ours = {row.id: (row.digest, row.bucket) for row in place.rows(self.conn, ids=some)}
            left += _compared(place.subject, ours, theirs)
        return left

    # --- asking --------------------------------------------------------------------------------

    def _of(self, place: Where, want: str) -> CompareRequest:
        return replace(self.plain, want=want, table=place.subject.name, columns=place.columns)

    def _parts(self, request: CompareRequest) -> Iterable[CompareAnswer]:
        while True:
            answer = self._ask(request)
            yield answer
            if answer.after is None:
                return
            if request.after is not None and answer.after <= request.after:
                raise CountyLies(reason="nothing_more")
            request = replace(request, after=answer.after)

    def _ask(self, request: CompareRequest) -> CompareAnswer:
        body = request.encode()
        proof = authorise(self.link.device_id, self.link.transport_key, "POST", PATH, max(0, int(self.clock())), body)
        answer = CompareAnswer.decode(asking.ask(self.http, PATH, body, {AUTH_HEADER: proof}, limit=ANSWER_LIMIT))
        if answer.state != "alike":
            raise SyncFirst(reason=answer.state)
        return answer


def _groups(rows: Sequence[UUID]) -> Iterable[tuple[UUID, ...]]:
    return (tuple(rows[at : at + MOST_ROWS]) for at in range(0, len(rows), MOST_ROWS))


def _compared(
    subject: Subject, ours: Mapping[UUID, tuple[bytes, int]], theirs: Mapping[UUID, bytes]
) -> list[Difference]:
    found: list[Difference] = []
    for row in sorted(ours.keys() | theirs.keys()):
        day = ours[row][1] if row in ours and subject.dated else None
        if row not in theirs:
            found.append(Difference(subject.name, row, "lost", day))
        elif row not in ours:
            found.append(Difference(subject.name, row, "extra", day))
        elif theirs[row] != ours[row][0]:
            found.append(Difference(subject.name, row, "changed", day))
    return found
