"""What the demo does and tells: a record, a county, the exchange, a second laptop, and every count compared."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yiyang_tui.cli.show import moment, say, size, table
from yiyang_tui.words import t

if TYPE_CHECKING:
    from uuid import UUID

    from care.demo import DemoSummary
    from care.staff import StaffView
    from db.store import Store
    from sync.exchange import Outcome
    from sync.session import Synced
    from yiyang_tui.cli.demo_county import DemoCounty
    from yiyang_tui.cli.meter import Step

PASSPHRASE = "山里的清晨有薄雾"
"""Shown on the screen: it protects invented people only."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything the demo makes."""

    residents: int
    rooms: int
    staff: int
    days: int


@dataclass(frozen=True, slots=True)
class Day:
    """What happened: each exchange with its seconds, and the tables that are not the same on all three sides."""

    written: "DemoSummary"
    first: "Synced"
    first_s: float
    again: "Synced"
    second: "Synced"
    second_s: float
    differing: list[str]
    agrees: bool
    database: str
    total_s: float


def a_day(place: Path, size_of: Size, county: "DemoCounty", began: float) -> tuple[Path, bool]:
    """Do it step by step, tell the figures. Returns the first laptop's record, and whether all counts agree.

    ``began``: when the demo did, by the monotonic clock.
    """
    from care.demo import DEMO_NUMBER, furnish
    from care.setup import house_name
    from db.vault import create_vault
    from sync.county import admin
    from sync.enrol import enrol, join
    from sync.proof.standing import standing
    from sync.session import sync
    from yiyang_tui.cli.meter import counted

    vault = place / "laptop-1" / "record.db"
    store = create_vault(vault, DEMO_NUMBER, PASSPHRASE)
    try:
        with told_step(t("cli.demo.step_record", days=size_of.days)), counted(t("cli.demo.row.rounds")) as step:
            written = furnish(
                store,
                residents=size_of.residents,
                rooms=size_of.rooms,
                staff=size_of.staff,
                days=size_of.days,
                progress=step,
            )
        _let_in_director(store)
        pair = house_name(store)
        with told_step(t("cli.demo.step_enrol")):
            enrol(store, county.url, admin.new_code(county.settings, pair), pair_name=pair, laptop="laptop-1")
        first, first_s = _timed(t("cli.demo.step_sync"), lambda step: sync(store, step))
        again, _ = _timed(t("cli.demo.step_again"), lambda step: sync(store, step))

        def second_laptop(step: "Step") -> "Synced":
            other = join(
                place / "laptop-2" / "record.db",
                county.url,
                admin.new_code(county.settings, pair),
                number=DEMO_NUMBER,
                passphrase=PASSPHRASE,
                laptop="laptop-2",
            )
            try:
                pulled = sync(other, step)
                counts.append(_laptop_counts(other))
                return pulled
            finally:
                other.close()

        counts = [_laptop_counts(store)]
        second, second_s = _timed(t("cli.demo.step_second"), second_laptop)
        with told_step(t("cli.demo.step_compare")):
            counts.append(_county_counts(county, store.pair_id))
            stands = standing(store)
        names = sorted(name for name in counts[0] if len({each.get(name) for each in counts}) > 1)
        day = Day(
            written,
            first,
            first_s,
            again,
            second,
            second_s,
            names,
            stands.agrees is True,
            f"PostgreSQL {county.postgres}" if county.postgres else "SQLite",
            time.monotonic() - began,
        )
        _tell(day)
        _tell_users(store)
    finally:
        store.close()
    return vault, not names and day.agrees


@contextmanager
def told_step(word: str) -> Iterator[None]:
    """Say what was done and how long it took."""
    began = time.monotonic()
    yield
    say(f"  {word}  {t('cli.demo.done_in', seconds=f'{time.monotonic() - began:.1f}')}")


def _timed(word: str, act: "Callable[[Step], Synced]") -> "tuple[Synced, float]":
    from yiyang_tui.cli.meter import carried

    began = time.monotonic()
    with told_step(word), carried(word) as step:
        done = act(step)
    return done, time.monotonic() - began


def _laptop_counts(store: "Store") -> dict[str, int]:
    """Rows of every synced table."""
    from sqlalchemy import func, select

    from db.rows import shape_of
    from db.tables import BY_NAME

    with store.reading() as conn:
        return {
            name: conn.execute(select(func.count()).select_from(shape_of(model).table)).scalar_one()
            for name, model in BY_NAME.items()
        }


def _county_counts(county: "DemoCounty", pair_id: "UUID") -> dict[str, int]:
    """Rows of the same tables at the county."""
    from sqlalchemy import func, select

    from sync.county.database import open_engine, reading
    from sync.county.tables import RECORD

    engine = open_engine(county.settings.database_url)
    try:
        with reading(engine) as conn:
            return {
                name: conn.execute(
                    select(func.count()).select_from(found).where(found.c.pair_id == pair_id)
                ).scalar_one()
                for name, found in RECORD.items()
            }
    finally:
        engine.dispose()


def _wire(outcome: "Outcome") -> int:
    return outcome.bytes_up + outcome.bytes_down


def _tell(day: Day) -> None:
    first, again = day.first.outcome, day.again.outcome
    receipt = first.receipt
    rows = [
        ("people", f"{day.written.residents:,}"),
        ("staff", f"{day.written.staff:,}"),
        ("rooms", f"{day.written.rooms:,}"),
        ("rounds", f"{day.written.rounds:,}"),
        ("vitals", f"{day.written.vitals:,}"),
        ("entries", f"{receipt.entries:,}" if receipt else "-"),
        ("database", day.database),
        ("bytes", size(_wire(first))),
        ("per_round", f"{_wire(first) / max(1, day.written.rounds):.1f}"),
        ("requests", str(first.requests)),
        ("seconds", t("cli.demo.row.seconds_said", seconds=f"{day.first_s:.1f}")),
        ("rate", f"{size(round(_wire(first) / max(day.first_s, 0.001)))}/s"),
        (
            "receipt",
            t("cli.demo.row.receipt_said", entries=f"{receipt.entries:,}", at=moment(receipt.at)) if receipt else "-",
        ),
        (
            "again",
            t(
                "cli.demo.row.again_said",
                sent=again.sent,
                received=again.received,
                requests=again.requests,
                size=size(_wire(again)),
            ),
        ),
        (
            "second",
            t("cli.demo.row.second_said", entries=f"{day.second.arrived.entries:,}", seconds=f"{day.second_s:.1f}"),
        ),
        ("equal", t("cli.demo.row.different" if day.differing or not day.agrees else "cli.demo.row.same")),
        ("total", t("cli.demo.row.seconds_said", seconds=f"{day.total_s:.1f}")),
    ]
    say()
    table(["", ""], [(t(f"cli.demo.row.{name}"), said) for name, said in rows], right=())
    say()
    if day.differing or not day.agrees:
        say(t("cli.demo.not_equal", tables=", ".join(day.differing) or t("cli.demo.row.receipt")))
    else:
        say(t("cli.demo.all_equal"))


def _director(store: "Store") -> "StaffView":
    from care.staff import everyone

    return next(one for one in everyone(store) if one.role == "director")


def _let_in_director(store: "Store") -> None:
    """A carer may not rescue, restore or read the audit trail: whoever tries the demo will want to."""
    from care.vault_users import add_user
    from db.keys import Cost

    director = _director(store)
    add_user(store, director.id, director.number, PASSPHRASE, Cost())


def _tell_users(store: "Store") -> None:
    from care.demo import DEMO_NUMBER, DEMO_PIN
    from care.staff import everyone

    say(t("cli.demo.users", number=DEMO_NUMBER, director=_director(store).number, passphrase=PASSPHRASE))
    seen: set[str] = set()
    for one in everyone(store):
        # One of each role is enough to try what differs.
        if one.role not in seen and one.has_pin:
            seen.add(one.role)
            say(t("cli.demo.user", number=one.number, name=one.name, role=t(f"role.{one.role}"), pin=DEMO_PIN))
