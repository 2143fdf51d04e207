"""What F9 lists: where the entries of this laptop are, what wants a person, what waits, the laptops, the last runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from yiyang_tui.cells import BETWEEN, fit
from yiyang_tui.sync_line import why
from yiyang_tui.widgets.virtual_list import Cell
from yiyang_tui.words import has, plural, t, times

if TYPE_CHECKING:
    from care.disputes import Dispute
    from sync.link import Run
    from sync.proof.fellows import Fellow
    from sync.proof.standing import Standing

LABEL, NUMBER = 10, 15
"""Cells of the first two columns of the standing."""
NAME: Final = 16
"""Cells of the name of a laptop in a sentence."""

_NAMED: Final = 20
"""Refused batches listed one by one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: a heading, something for a person to settle, or a run that is past.

    Enter leads to the chart of ``person_id``, or with ``listed`` to the list of everything to settle.
    """

    id: str
    cells: tuple[Cell, ...]
    person_id: UUID | None = None
    listed: bool = False

    @property
    def leads(self) -> bool:
        """Whether Enter leads anywhere."""
        return self.listed or self.person_id is not None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the screen shows: the standing, people whose record disagrees, what else there is to settle."""

    standing: "Standing"
    people: "Sequence[Dispute]"
    elsewhere: int
    fellows: "Sequence[Fellow]"


def figures(standing: "Standing", now: int) -> list[Cell]:
    """What the county has of all, then entries by where they are: they add up."""
    if not standing.enrolled:
        return [
            _figure("here", plural("sync.entries", standing.total), t("sync.only_here")),
            _figure("at_county", t("sync.nobody"), ""),
            Cell(""),
            Cell(t("sync.alone_todo"), "title"),
        ]
    agrees = t({True: "sync.agrees", False: "sync.differs", None: "sync.not_compared"}[standing.agrees])
    receipt = (
        t("sync.no_receipt")
        if standing.receipt_at is None
        else t("sync.receipt", when=times.moment(standing.receipt_at, now))
    )
    whole = t("sync.county_has", have=standing.at_county, total=standing.total)
    local = standing.unsealed + standing.sealed
    return [
        Cell(BETWEEN.join((whole, receipt, agrees)), "urgent" if standing.agrees is False else "title"),
        _figure("here", plural("sync.entries", local), _local(standing) if standing.unsent else t("sync.all_there")),
        _figure("sent", plural("sync.entries", standing.sent), t("sync.no_answer_yet") if standing.sent else ""),
        _figure("at_county", plural("sync.entries", standing.at_county), compared(standing, now)),
        _figure(
            "refused",
            plural("sync.entries", standing.sent_back),
            plural("sync.sent_back_batches", len(standing.refused)) if standing.refused else "",
            urgent=bool(standing.refused),
        ),
    ]


def compared(standing: "Standing", now: int) -> str:
    """How the last comparison of all tables ended; nothing if there was none."""
    found = standing.compared
    if found is None:
        return ""
    when = times.moment(found.at, now)
    if found.left:
        return plural("sync.compared_left", found.left, when=when)
    return (
        plural("sync.compared_healed", found.differed, when=when) if found.differed else t("sync.compared", when=when)
    )


def _local(standing: "Standing") -> str:
    parts = [plural("sync.unsealed", standing.unsealed)] if standing.unsealed else []
    if standing.sealed:
        parts.append(plural("sync.sealed", standing.sealed, size=bytes_of(standing.outbox_bytes)))
    return BETWEEN.join(parts)


def _figure(name: str, number: str, said: str, *, urgent: bool = False) -> Cell:
    words = f"{fit(t(f'sync.{name}'), LABEL)}{fit(number, NUMBER, 'right')}   {said}"
    return Cell(words.rstrip(), "urgent" if urgent else "")


def listed(seen: Seen, now: int) -> list[Row]:
    """All below the standing."""
    return [*_to_settle(seen), *_waiting(seen), *_laptops(seen.fellows), *_history(seen.standing, now)]


def _heading(id: str, words: str) -> Row:
    return Row(id, (Cell(words, "title"),))


def _part(name: str, heading: str, rows: Sequence[Row]) -> list[Row]:
    return [Row(f"gap_{name}", (Cell(""),)), _heading(name, heading), *rows] if rows else []


def _to_settle(seen: Seen) -> list[Row]:
    rows = [*_people(seen.people), *_forks(seen.fellows), *_refused(seen.standing)]
    if seen.elsewhere:
        rows.append(Row("elsewhere", (Cell(plural("sync.elsewhere", seen.elsewhere), "urgent"),), listed=True))
    if seen.standing.set_aside:
        rows.append(Row("set_aside", (Cell(plural("sync.set_aside", seen.standing.set_aside), "due"),)))
    if not rows:
        return [_heading("settle", t("sync.nothing_to_settle"))]
    many = sum(seen.elsewhere if row.listed else not row.id.startswith("todo") for row in rows)
    return [_heading("settle", plural("sync.to_settle", many)), *rows]


def _people(people: "Sequence[Dispute]") -> Iterator[Row]:
    for one in people:
        fields = " ".join(t(f"field.{name}") for name in one.fields if has(f"field.{name}"))
        cells = (Cell(t("sync.conflict"), "urgent"), Cell(f"{one.bed_label} {one.name}".strip()), Cell(fields, "quiet"))
        yield Row(one.person_id.hex, cells, one.person_id)


def _forks(fellows: "Sequence[Fellow]") -> Iterator[Row]:
    for one in fellows:
        if one.forked and not one.revoked:
            whose = t("sync.this_laptop") if one.here else t("sync.that_laptop", name=fit(one.name, NAME).rstrip())
            yield Row(f"fork{one.id.hex}", (Cell(t("sync.fork", whose=whose), "urgent"),))
            yield Row(f"todo{one.id.hex}", (Cell(t("sync.fork_todo"), "quiet"),))


def _refused(standing: "Standing") -> Iterator[Row]:
    for name, code in standing.refused[:_NAMED]:
        yield Row(name, (Cell(BETWEEN.join((t("sync.sent_back"), reason(code), name[:8])), "urgent"),))


def _waiting(seen: Seen) -> list[Row]:
    """What goes on by itself, and what it waits for."""
    standing = seen.standing
    rows = []
    if standing.county_lost:
        rows.append(Row("lost", (Cell(plural("sync.county_lost", standing.county_lost), "due"),)))
    if standing.county_older:
        rows.append(Row("older", (Cell(t("sync.county_older")),)))
    if standing.relayed:
        rows.append(Row("relayed", (Cell(plural("sync.relayed", standing.relayed)),)))
    known = 0
    for one in seen.fellows:
        if one.waiting:
            known += one.waiting
            words = plural("sync.waiting_for", one.waiting, name=one.name)
            rows.append(Row(f"waits{one.id.hex}", (Cell(words),)))
    if standing.waiting > known:
        rows.append(Row("waiting", (Cell(plural("sync.waiting", standing.waiting - known)),)))
    return _part("waits", t("sync.by_themselves"), rows)


def _laptops(fellows: "Sequence[Fellow]") -> list[Row]:
    rows = [
        Row(
            f"laptop{one.id.hex}",
            (
                Cell(one.name),
                Cell(plural("sync.held", one.entries) if not one.here else t("sync.this_one"), "quiet"),
                _state(one),
            ),
        )
        for one in fellows
    ]
    return _part("laptops", t("sync.laptops"), rows)


def _state(one: "Fellow") -> Cell:
    if one.revoked:
        return Cell(t("sync.revoked"), "late")
    return Cell(plural("sync.put_back", one.forks) if one.forks else "", "quiet")


def reason(code: str) -> str:
    """Why the county sent a batch back."""
    known = f"reason.{code}"
    return t(known) if has(known) else t("reason.other", code=code)


def _history(standing: "Standing", now: int) -> list[Row]:
    runs = [_run(run, nth, now) for nth, run in enumerate(reversed(standing.runs))]
    return _part("history", t("sync.history"), runs)


def _run(run: "Run", number: int, now: int) -> Row:
    done = run.outcome == "done"
    what = t("sync.run_done", sent=run.sent, received=run.received) if done else why(run.outcome)
    up, down = bytes_of(run.bytes_up), bytes_of(run.bytes_down)
    size = t("sync.run_size", up=up, down=down, seconds=run.seconds) if run.bytes_up + run.bytes_down else ""
    return Row(
        f"run{number}",
        (Cell(times.moment(run.at, now), "quiet"), Cell(what, "" if done else "late"), Cell(size, "quiet")),
    )


def bytes_of(count: int) -> str:
    """``812 B``, ``1.2 KB``, ``41 MB``."""
    if count < 1000:
        return f"{count} B"
    amount, unit = (count / 1000, "KB") if count < 999_500 else (count / 10**6, "MB")
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
