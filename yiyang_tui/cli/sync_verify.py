"""``yiyang sync verify``: is everything here at the county, row by row, and is the record what its batches say?"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from yiyang_tui.cli.ask import Secrets
from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.errors import YiyangError
    from db.store import Store
    from sync.proof.reconcile import Comparison, Difference
    from sync.proof.standing import Standing

DIFFERS: Final = 51
"""Something does not agree, and is still so."""
NAMED: Final = 20
"""Groups of rows told one by one; JSON names every row."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found: where the batches stand, tables that are not what their batches say, both sides' tables.

    ``failed``: why the county was not compared with.
    """

    stands: "Standing"
    rebuild: dict[str, int]
    compared: "Comparison | None"
    failed: "YiyangError | None"

    @property
    def code(self) -> int:
        """The exit code of it."""
        wrong = self.rebuild or self.stands.agrees is False or (self.compared is not None and not self.compared.same)
        if wrong:
            return DIFFERS
        return self.failed.exit_code if self.failed is not None else 0


def verify(number: Number = None, passphrase_file: PassphraseFile = None, json: Json = False) -> int:
    """Check batches, tables and both sides. Returns the exit code."""
    from yiyang_tui.cli.record import opened

    with opened(Secrets(), number, passphrase_file) as (store, _):
        found = _verified(store)
    if json:
        _as_json(found)
    else:
        _tell(found)
    return found.code


def _verified(store: "Store") -> Verified:
    from db.errors import YiyangError
    from sync.proof.rebuild import differences
    from sync.proof.standing import standing

    rebuild = differences(store)
    compared, failed = None, None
    try:
        compared = _compared(store)
    except YiyangError as error:
        failed = error
    return Verified(standing(store), rebuild, compared, failed)


def _compared(store: "Store") -> "Comparison":
    """Compare with the county; where both do not hold the same batches yet, after a sync."""
    from sync import session
    from sync.link import Folder
    from sync.proof import reconcile
    from sync.proof.reconcile import SyncFirst
    from sync.turns import my_turn
    from yiyang_tui.cli.meter import carried, counted
    from yiyang_tui.words import t

    with my_turn(Folder(store.path)):
        for first in (True, False):
            try:
                with counted(t("cli.sync.verify.comparing")) as step:
                    return reconcile.compare(store, step)
            except SyncFirst:
                if not first:
                    raise
            with carried(t("cli.sync.sending")) as step:
                session.sync(store, step)
    raise AssertionError("compared or raised")


def _as_json(found: Verified) -> None:
    from yiyang_tui.cli.show import as_json
    from yiyang_tui.words import sentence

    compared, failed = found.compared, found.failed
    as_json(
        {
            "exit": found.code,
            "total": found.stands.total,
            "at_county": found.stands.at_county,
            "agrees": found.stands.agrees,
            "rebuild": found.rebuild,
            "compared": None
            if compared is None
            else {
                "rows": compared.rows,
                "found": [_row(one) for one in compared.found],
                "left": [_row(one) for one in compared.left],
                "cut": compared.cut,
                "skipped": compared.skipped,
            },
            "county": "done" if failed is None else failed.code,
            "sentence": "" if failed is None else sentence(failed),
        }
    )


def _row(one: "Difference") -> dict[str, Any]:
    return {"table": one.table, "row": one.row.hex, "kind": one.kind, "day": _day(one)}


def _day(one: "Difference") -> str | None:
    if one.bucket is None:
        return None
    try:
        return (date(1970, 1, 1) + timedelta(days=one.bucket)).isoformat()
    except OverflowError:
        return None


def _tell(found: Verified) -> None:
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import plural, sentence, t

    stands = found.stands
    agrees = t({True: "sync.agrees", False: "sync.differs", None: "sync.not_compared"}[stands.agrees])
    say(t("cli.sync.verify.batches", have=stands.at_county, total=stands.total, agrees=agrees))
    if found.rebuild:
        for table, rows in sorted(found.rebuild.items()):
            say(plural("cli.sync.verify.rebuild_differs", rows, table=_table(table)))
        say(t("cli.sync.verify.rebuild_todo"))
    else:
        say(t("cli.sync.verify.rebuild"))
    if found.failed is not None:
        say(t("cli.sync.verify.not_compared", why=sentence(found.failed)))
        return
    assert found.compared is not None
    _tell_compared(found.compared, damaged_here=bool(found.rebuild))


def _tell_compared(compared: "Comparison", *, damaged_here: bool) -> None:
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import plural, t

    for name in compared.skipped:
        say(t("cli.sync.verify.skipped", name=name))
    if not compared.found:
        say(plural("cli.sync.verify.same", compared.rows))
        return
    say(plural("cli.sync.verify.found", len(compared.found), rows=compared.rows))
    _list(compared.found)
    if compared.same:
        say(t("cli.sync.verify.healed"))
        return
    say(plural("cli.sync.verify.left", len(compared.left)))
    _list(compared.left)
    if compared.cut:
        say(t("cli.sync.verify.cut"))
    say(t("cli.sync.verify.damaged_here" if damaged_here else "cli.sync.verify.county_todo"))


def _list(differences: "Sequence[Difference]") -> None:
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    groups = Counter((one.table, _day(one) or "", one.kind) for one in differences)
    for (table, day, kind), rows in sorted(groups.items())[:NAMED]:
        say("  " + t(f"cli.sync.verify.kind.{kind}", what=f"{_table(table)} {day}".rstrip(), n=rows))
    if len(groups) > NAMED:
        say("  " + t("cli.sync.verify.more", n=len(groups) - NAMED))


def _table(name: str) -> str:
    from yiyang_tui.words import has, t

    known = f"cli.sync.verify.table.{name}"
    return t(known) if has(known) else name
