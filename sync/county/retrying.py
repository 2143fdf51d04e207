"""What an older program set aside of the pairs, tried again once by the one that brought the database up."""

from functools import partial

from sqlalchemy import Engine, or_, select, update

from db.vault import SCHEMA
from sync.county import store, stored
from sync.county.database import reading, writing
from sync.county.tables import CountyPair, core, pair_tables
from sync.merging import retry

_PAIR = core(CountyPair)


def retry_pairs(engine: Engine, schema: int = SCHEMA) -> int:
    """Try again what was set aside, pair by pair, once for each ``schema``; how many entries have found their place."""
    other = or_(_PAIR.c.retried_schema.is_(None), _PAIR.c.retried_schema != schema)
    with reading(engine) as conn:
        pairs = list(conn.execute(select(_PAIR.c.pair_id).where(other)).scalars())
    healed = 0
    for pair_id in pairs:
        with writing(engine) as conn:
            store.hold(conn, pair_id)
            placed, _ = retry.retry(conn, pair_tables(pair_id), partial(stored.merged, conn, pair_id))
            conn.execute(update(_PAIR).where(_PAIR.c.pair_id == pair_id).values(retried_schema=schema))
            healed += placed
    return healed
