"""An export as an act: who may, what is written down about it, what comes out. The file itself is the caller's."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from care.age import house_day
from care.audit import note
from care.codes import Lang
from care.exports.coarse import rule
from care.exports.pseudonyms import keyed
from care.exports.tables import Period, Table, read
from care.rights import Second, doing, doing_together, require
from db.errors import Refused
from db.store import Store


@dataclass(frozen=True, slots=True)
class Exported:
    """A table, and by whose key its pseudonyms are made: the county's, or this laptop's own until that is here."""

    table: Table
    key: Literal["county", "laptop"]
    at: int


def period(now: int, since: date | None, until: date | None) -> Period:
    """The days of an export, the last month unless told. Raises ``Refused``: export_period (most)."""
    last = until or house_day(now)
    first = since or last - timedelta(days=int(rule()["days"]) - 1)
    if first > last or (last - first).days >= int(rule()["most_days"]) or last.year > 9000:
        raise Refused("export_period", most=int(rule()["most_days"]))
    return Period(first, last)


def without_names(store: Store, by: UUID, what: str, file: str, days: Period, lang: Lang) -> Exported:
    """A table without names; that it left is an event. ``file``: the name of the file, not where it lies.

    Raises ``Refused`` as ``care.rights.require`` and ``care.exports.tables.read``.
    """
    found = _read(store, by, "export.pseudonymous", what, days, lang, named=False)
    with doing(store, by, "export.pseudonymous") as act:
        note(act, "exported", table=what, rows=len(found.table.rows), key=found.key, file=_short(file))
    return found


def with_names(
    store: Store, by: UUID, second: Second, what: str, file: str, days: Period, lang: Lang, purpose: str, sealed: bool
) -> Exported:
    """A table with names, by two persons, for a purpose. ``sealed``: whether the file will be encrypted.

    Raises as ``care.rights.doing_together`` and ``check_purpose``.
    """
    why = check_purpose(purpose)
    found = _read(store, by, "export.named", what, days, lang, named=True)
    said = {"table": what, "purpose": why, "file": _short(file)}
    counts = {"rows": len(found.table.rows), "sealed": int(sealed)}
    with doing_together(store, by, second, "export.named", "exported_named", None, **said, **counts):
        pass
    return found


def check_purpose(purpose: str) -> str:
    """A purpose as it is kept. Raises ``Refused``: export_purpose, text_too_long (most)."""
    why, most = " ".join(purpose.split()), int(rule()["most_purpose"])
    if not why:
        raise Refused("export_purpose")
    if len(why) > most:
        raise Refused("text_too_long", most=most)
    return why


def _read(store: Store, by: UUID, right: str, what: str, days: Period, lang: Lang, *, named: bool) -> Exported:
    with store.reading() as conn:
        require(conn, by, right)
        key = keyed(store, conn)
        now = store.now()
        return Exported(read(conn, what, key, now, days, named=named, lang=lang), key.source, now)


def _short(name: str) -> str:
    return name[-80:]
