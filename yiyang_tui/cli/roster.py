"""``yiyang import people FILE.xlsx``: a roster as welfare homes keep it. Nothing is written until it is accepted."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from care.roster.accept import Imported
    from care.roster.plan import RosterPlan
    from care.roster.problem import Problem

_ASK = "cli.import.people.ask"
_COLUMNS = ("sheet", "row", "column", "heading", "value", "weight", "problem")


def people(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="cli.import.people.opt.file")],
    accept: Annotated[bool, typer.Option("--accept", help="cli.import.people.opt.accept")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Show what an import would do, with every problem by row and column; write it when accepted."""
    from care import roster
    from care.rights import require
    from yiyang_tui.cli.ask import somebody, yes
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json, say
    from yiyang_tui.words import t, times

    read = roster.read_roster(file)
    with acting(number, passphrase_file) as (store, by):
        with store.reading() as conn:
            # Before anybody reads through all the problems.
            require(conn, by.id, "roster.accept")
            known = roster.known_people(conn)
        plan = roster.plan(read, known, times.local(store.now()).date())
        if not json:
            show_plan(plan)
        asked = somebody() and not json and bool(plan.people)
        agreed = accept or (asked and yes(t(_ASK, n=len(plan.people)), option="--accept"))
        done = roster.accept(store, plan, by.id) if agreed else None
    if json:
        as_json(_said(plan, done))
    elif done is not None:
        say(
            t(
                "cli.import.people.done",
                added=done.added,
                stays=done.stays_begun,
                beds=done.beds_made,
                rooms=done.rooms_made,
            )
        )
    else:
        say(t("cli.import.people.not_written" if plan.people else "cli.import.people.nothing_new"))


def show_plan(plan: "RosterPlan") -> None:
    """Every problem by row and column, the heaviest first within a sheet's order, then the counts."""
    from yiyang_tui.cli.show import say, table
    from yiyang_tui.words import t

    if plan.problems:
        rows = [
            (
                one.sheet,
                str(one.row or ""),
                one.column,
                one.heading,
                one.value,
                t(f"cli.weight.{one.severity}"),
                _why(one),
            )
            for one in plan.problems
        ]
        table([t(f"cli.import.people.column.{name}") for name in _COLUMNS], rows, right=(1,))
        say()
    weights = Counter(one.severity for one in plan.problems)
    say(
        t(
            "cli.import.people.counts",
            lines=plan.lines,
            people=len(plan.people),
            known=plan.already_known,
            duplicates=plan.duplicates,
            refused=plan.refused,
        )
    )
    say(t("cli.import.people.weights", error=weights["error"], warning=weights["warning"], info=weights["info"]))


def _why(found: "Problem") -> str:
    from yiyang_tui.words import t

    sheet, row = found.other or ("", 0)
    return t(f"roster.{found.code}", value=found.value, heading=found.heading, sheet=sheet, row=row)


def _said(plan: "RosterPlan", done: "Imported | None") -> dict[str, Any]:
    return {
        "lines": plan.lines,
        "people": len(plan.people),
        "already_known": plan.already_known,
        "duplicates": plan.duplicates,
        "refused": plan.refused,
        "problems": [
            {
                "sheet": one.sheet,
                "row": one.row,
                "column": one.column,
                "code": one.code,
                "severity": one.severity,
                "other": list(one.other) if one.other else None,
            }
            for one in plan.problems
        ],
        "written": None if done is None else asdict(done),
    }
