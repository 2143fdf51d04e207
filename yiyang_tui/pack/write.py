"""The pages of a downtime pack: what is urgent, everybody by floor, the rounds of a day to tick, whom to call, room to
write on."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, get_args

from care.beds import BedKind
from care.pack.facts import AHEAD_S, PackedPerson, PackFacts
from care.pack.passphrase import Card
from care.pack.sections import Family, LastMeasured, Waiting
from yiyang_tui.pack.document import Cell, Line, Lines, Pack, Page, Table, cell
from yiyang_tui.pack.said import KNOW, lines_of, out, who
from yiyang_tui.words import has, language, plural, t, times

HOUR_S: Final = 3600
_BLANK_ROWS: Final = 22


def pack_of(facts: PackFacts, card: Card, laptop: str, carried: Sequence[str]) -> Pack:
    """All pages in the language spoken now. ``carried``: in words, what the county and the other laptops have."""
    made = stamp(facts.made_at)
    house = facts.house or t("app.name")
    pages = [
        Page(t("pack.doc.title"), _head(house, t("pack.doc.title"), made, card), _cover(facts, card, laptop, carried))
    ]
    for name, people in _floors(facts.people):
        title = f"{t('pack.doc.people')} {name}"
        pages.append(Page(title, _head(house, title, made, card), (_people(people, facts.made_at),)))
    for name, people in _floors(facts.people):
        walked = [one for one in people if one.due]
        if walked:
            title = f"{t('pack.doc.rounds')} {name}"
            told = Lines((Line(t("pack.doc.rounds_how", until=stamp(facts.made_at + AHEAD_S)), "small"),))
            pages.append(Page(title, _head(house, title, made, card), (told, _grid(walked, facts.made_at))))
    title = t("pack.doc.contacts")
    pages.append(Page(title, _head(house, title, made, card), tuple(_contacts(facts))))
    title = t("pack.doc.written")
    pages.append(Page(title, _head(house, title, made, card), _blank()))
    return Pack(language(), tuple(pages))


def stamp(at: int) -> str:
    """``2026-11-22 21:04``: what stands on paper is read on another day."""
    return times.local(at).strftime("%Y-%m-%d %H:%M")


def _head(house: str, title: str, made: str, card: Card) -> str:
    return t("pack.doc.head", house=house, title=title, made=made, card=card.number)


# --- the first page ------------------------------------------------------------------------------


def _cover(facts: PackFacts, card: Card, laptop: str, carried: Sequence[str]) -> tuple[Lines | Table, ...]:
    people, now = facts.people, facts.made_at
    outside, disputed = [one for one in people if one.out], [one for one in people if one.disputed]
    lines = [
        Line(facts.house, "large"),
        Line(t("pack.doc.made", when=stamp(now), laptop=laptop), "strong"),
        Line(t("pack.doc.until", when=stamp(facts.recorded_until))),
        *(Line(text) for text in carried),
    ]
    if facts.doubted:
        lines.append(Line(t("pack.doc.doubted"), "warning"))
    if disputed:
        beds = t("list.comma").join(f"{one.bed_label} {one.name}" for one in disputed)
        lines.append(Line(plural("pack.doc.disputed", len(disputed), people=beds), "warning"))
    lines += [
        Line(plural("pack.doc.counted", len(people), out=len(outside)), "strong"),
        Line(t("pack.doc.how", card=card.number)),
    ]
    blocks: list[Lines | Table] = [Lines(tuple(line for line in lines if line.text))]
    urgent = [one for one in people if one.urgent]
    columns = (t("pack.column.bed"), t("pack.column.person"))
    if urgent:
        alerts = tuple((*_named(one), lines_of(one, (Waiting,), now)) for one in urgent)
        blocks.append(Table("plain", (*columns, t("pack.column.urgent")), alerts, t("pack.doc.urgent")))
    if outside:
        leaves = tuple((*_named(one), cell(*out(one, now)), lines_of(one, (Family,), now)) for one in outside)
        more = (t("pack.column.out"), t("pack.column.family"))
        blocks.append(Table("plain", (*columns, *more), leaves, t("pack.doc.out")))
    return tuple(blocks)


def _named(one: PackedPerson) -> tuple[Cell, Cell]:
    return cell(one.bed_label, kind="strong"), cell(one.name, kind="strong")


# --- everybody -----------------------------------------------------------------------------------


def _floors(people: Sequence[PackedPerson]) -> Iterator[tuple[str, list[PackedPerson]]]:
    """In bed order: the welfare home floor by floor, the ward, those at home."""
    for (_, floor), group in groupby(sorted(people, key=_floor), key=_floor):
        together = list(group)
        kind = t(f"beds.bed_kind.{together[0].bed_kind}")
        yield (f"{kind} {t('today.floor', n=floor)}" if floor else kind), together


def _floor(one: PackedPerson) -> tuple[int, int]:
    kinds = list(get_args(BedKind))
    return kinds.index(one.bed_kind), one.floor or 0 if one.bed_kind == "welfare" else 0


def _people(people: Sequence[PackedPerson], now: int) -> Table:
    names = ("bed", "person", "know", "measured", "family")
    rows = tuple(
        (
            _where(one),
            who(one, now),
            lines_of(one, KNOW, now),
            lines_of(one, (LastMeasured,), now) or cell(t("pack.doc.never_measured")),
            lines_of(one, (Family,), now),
        )
        for one in people
    )
    return Table("people", tuple(t(f"pack.column.{name}") for name in names), rows)


def _where(one: PackedPerson) -> Cell:
    # Most beds are labelled by their room.
    room = "" if one.bed_label.startswith(one.room) else one.room
    return (*cell(one.bed_label, kind="large"), *cell(room, one.address, kind="small"))


# --- rounds --------------------------------------------------------------------------------------


def _grid(people: Sequence[PackedPerson], now: int) -> Table:
    """A column an hour; a square to tick where a round falls due, the first one with its time."""
    begins = now - now % HOUR_S
    hours = [begins + n * HOUR_S for n in range(AHEAD_S // HOUR_S + 1)]
    columns = (t("pack.column.bed"), t("pack.column.person"), t("pack.column.first"))
    rows = tuple(
        (
            cell(one.bed_label, kind="strong"),
            cell(one.name),
            cell(t("pack.doc.now") if one.due[0] <= now else times.clock(one.due[0]), kind="strong"),
            *(_boxes(one, hour, now) for hour in hours),
        )
        for one in people
    )
    return Table("grid", (*columns, *(times.local(hour).strftime("%H") for hour in hours)), rows)


def _boxes(one: PackedPerson, hour: int, now: int) -> Cell:
    return tuple(Line("", "box") for at in one.due if hour <= max(at, now) < hour + HOUR_S)


# --- whom to call, and room to write ---------------------------------------------------------------


def _contacts(facts: PackFacts) -> Iterator[Lines | Table]:
    names = ("place", "phone", "address", "director")
    yield Table(
        "plain",
        tuple(t(f"pack.column.{name}") for name in names),
        tuple(
            (cell(one.name, kind="strong"), cell(one.phone), cell(one.address), cell(one.director))
            for one in facts.places
        ),
        t("pack.doc.places"),
    )
    yield Table(
        "plain",
        tuple(t(f"pack.column.{name}") for name in ("name", "role", "phone")),
        tuple((cell(one.name, kind="strong"), cell(_role(one.role)), cell(one.phone)) for one in facts.staff),
        t("pack.doc.staff"),
    )
    yield Lines(
        tuple(
            line
            for name in ("county", "ambulance", "power")
            for line in (Line(t(f"pack.doc.call.{name}")), Line("", "space"))
        ),
        t("pack.doc.others"),
    )


def _role(code: str) -> str:
    return t(f"role.{code}") if has(f"role.{code}") else code


def _blank() -> tuple[Lines | Table, ...]:
    names = ("time", "bed", "person", "what", "signed")
    columns = tuple(t(f"pack.column.{name}") for name in names)
    empty: tuple[Cell, ...] = ((),) * len(names)
    return (Lines((Line(t("pack.doc.written_how")),)), Table("blank", columns, (empty,) * _BLANK_ROWS))
