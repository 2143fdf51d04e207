"""Facts that nobody could read in a source: each has a value to start from, and is a setting that the pair confirms.

``data/rules/county_facts.toml`` lists them with their words, bounds and why they are unsure. A screen that uses one
says 待县里确认 as long as it is not confirmed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.agreed import agree
from care.data import table
from care.rights import doing
from care.words import Words
from db.errors import Refused
from db.store import Store
from db.tables import Setting

RIGHT = "house.change"
_PREFIX = "fact."


@dataclass(frozen=True, slots=True)
class CountyFact:
    """One number that decides something. ``confirmed``: the pair has set it, also to the value it started from."""

    code: str
    zh: str
    en: str
    unit: str
    value: int
    default: int
    least: int
    most: int
    certainty: str
    source: Words
    confirmed: bool


def county_facts(store: Store) -> list[CountyFact]:
    """Every one, in the order of the list."""
    with store.reading() as conn:
        here = set_here(conn)
    return [
        CountyFact(
            code,
            row["zh"],
            row["en"],
            row["unit"],
            here.get(code, row["value"]),
            row["value"],
            row["least"],
            row["most"],
            row["certainty"],
            Words(row.get("source_zh", row["source"]), row["source"]),
            code in here,
        )
        for code, row in _rows().items()
    ]


def known_facts(conn: Connection) -> Mapping[str, int]:
    """What counts now, by code: one question for all of them."""
    return {code: row["value"] for code, row in _rows().items()} | set_here(conn)


def confirm(store: Store, by: UUID, code: str, value: int) -> None:
    """Set one. Raises ``Refused``: fact_unknown, fact_out_of_range (least, most), and as ``care.rights.require``."""
    row = _rows().get(code)
    if row is None:
        raise Refused("fact_unknown")
    if not row["least"] <= value <= row["most"]:
        raise Refused("fact_out_of_range", least=row["least"], most=row["most"])
    with doing(store, by, RIGHT) as act:
        agree(act, _PREFIX + code, str(value))


def _rows() -> Mapping[str, Mapping[str, Any]]:
    rows: Mapping[str, Mapping[str, Any]] = table("rules/county_facts")["fact"]
    return rows


def set_here(conn: Connection) -> dict[str, int]:
    """What the pair has confirmed, by code. What another laptop wrote and is no number of ours counts as not set."""
    asked = (
        select(col(Setting.name), col(Setting.value))
        .where(col(Setting.name).startswith(_PREFIX))
        .order_by(col(Setting.turn), col(Setting.id))
    )
    found = {name.removeprefix(_PREFIX): value for name, value in conn.execute(asked)}
    return {code: int(found[code]) for code, row in _rows().items() if _fits(found.get(code, ""), row)}


def _fits(value: str, row: Mapping[str, Any]) -> bool:
    # More digits than any of ours has: another laptop may have written anything.
    return value.isascii() and value.isdigit() and len(value) < 10 and row["least"] <= int(value) <= row["most"]
