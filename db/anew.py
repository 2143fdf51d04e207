"""An empty record under a given key and name: a new laptop's first, and what a rescue fills again."""

from pathlib import Path

from sqlalchemy import insert

from db import openers
from db.cipher import fold, open_engine, plain_errors, writing
from db.device import Device
from db.disk import disk_errors, new_file, new_folder, remove
from db.keys import Slot
from db.local import CLOCK, DEVICE


def make_anew(
    path: Path,
    key: bytes,
    device: Device,
    made_at: int,
    *,
    newest_at: int = 0,
    offset_s: int = 0,
    slot: Slot | None = None,
) -> None:
    """Make the file of a record at ``path`` that nothing is in but whose it is; what lies there is replaced.

    ``newest_at``: the newest time the record believes in, ``offset_s``: what a person's answer adds to the clock,
    ``slot``: the first on the list of those who may open it.
    """
    with disk_errors(path):
        new_folder(path.parent)
        remove(path)
        new_file(path)
    engine = open_engine(path, key)
    try:
        from db.migrations.run import upgrade

        with plain_errors(path):
            upgrade(engine)
        with writing(engine, path) as conn:
            conn.execute(
                insert(DEVICE).values(
                    device_id=device.device_id,
                    pair_id=device.pair_id,
                    sign_key=device.sign_key,
                    age_key=device.age_key,
                    made_at=made_at,
                )
            )
            conn.execute(insert(CLOCK).values(one=1, lamport=0, newest_at=newest_at, offset_s=offset_s, seq=0, rows=0))
            if slot is not None:
                openers.enter(conn, slot, made_at, None)
        fold(engine, path)
    finally:
        engine.dispose()
