"""``yiyang audit verify``: is the record what was written, all of it, and by whom it says?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from yiyang_tui.cli.ask import Secrets
from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from db.errors import YiyangError
    from db.store import Store
    from sync.proof.chain import Check, Finding

WRONG: Final = 53
"""Something is not as it was written."""


@dataclass(frozen=True, slots=True)
class Verified:
    """All checks; ``failed``: why the county could not be asked."""

    checks: "tuple[Check, ...]"
    failed: "YiyangError | None"

    @property
    def code(self) -> int:
        """The exit code of it."""
        if any(check.wrong for check in self.checks):
            return WRONG
        return self.failed.exit_code if self.failed is not None else 0


def verify(
    online: Annotated[bool, typer.Option("--online", help="cli.audit.opt.online")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> int:
    """Check the whole trail. Returns the exit code."""
    from yiyang_tui.cli.record import opened

    with opened(Secrets(), number, passphrase_file) as (store, _):
        found = _verified(store, online=online)
    if json:
        _as_json(found)
    else:
        _tell(found)
    return found.code


def _verified(store: "Store", *, online: bool) -> Verified:
    from db.errors import YiyangError
    from sync.proof import chain

    failed: YiyangError | None = None
    if online:
        try:
            _ask(store)
        except YiyangError as error:
            failed = error
    checks = list(chain.verify(store))
    if online and failed is None:
        try:
            checks.append(_both(store))
        except YiyangError as error:
            failed = error
    return Verified(tuple(checks), failed)


def _ask(store: "Store") -> None:
    """The newest that the county signs. What it gives back waits in the inbox: merged, it would hide what was gone."""
    from sync import exchange
    from sync.link import Folder
    from sync.session import settle
    from sync.turns import my_turn

    folder = Folder(store.path)
    with my_turn(folder):
        settle(store)
        exchange.run(folder)


def _both(store: "Store") -> "Check":
    """The tables of both sides, row by row; raises ``SyncFirst`` while they hold different batches."""
    from sync.link import Folder
    from sync.proof import reconcile
    from sync.proof.chain import MOST_TOLD, Check, Finding
    from sync.turns import my_turn

    with my_turn(Folder(store.path)):
        compared = reconcile.compare(store)
    left = sorted({one.table for one in compared.left})[:MOST_TOLD]
    wrong = tuple(
        Finding("rows_differ_there", {"table": name, "n": sum(one.table == name for one in compared.left)})
        for name in left
    )
    return Check("both", compared.rows, wrong)


def _as_json(found: Verified) -> None:
    from yiyang_tui.cli.show import as_json
    from yiyang_tui.words import sentence

    as_json(
        {
            "exit": found.code,
            "checks": [
                {
                    "name": check.name,
                    "asked": check.asked,
                    "seen": check.seen,
                    "facts": dict(check.facts),
                    "wrong": [{"code": each.code, **each.facts} for each in check.wrong],
                }
                for check in found.checks
            ],
            "county": "" if found.failed is None else found.failed.code,
            "sentence": "" if found.failed is None else sentence(found.failed),
        }
    )


def _tell(found: Verified) -> None:
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import plural, sentence, t

    for check in found.checks:
        if not check.asked:
            say(_line("none", t(f"cli.audit.verify.none.{check.name}")))
        elif not check.wrong:
            say(_line("right", t(f"cli.audit.verify.right.{check.name}", n=f"{check.seen:,}", **_said(check.facts))))
        for each in check.wrong:
            say(_line("wrong", t(f"cli.audit.verify.wrong.{each.code}", **_named(each))))
    if found.failed is not None:
        say(_line("none", t("cli.audit.verify.not_asked", why=sentence(found.failed))))
    wrong = sum(len(check.wrong) for check in found.checks)
    # Only somebody else's word proves that nothing was cut off.
    seen_by_others = any(check.name == "county" and check.asked for check in found.checks)
    say(
        plural("cli.audit.verify.found", wrong)
        if wrong
        else t("cli.audit.verify.sound" if seen_by_others else "cli.audit.verify.sound_alone")
    )


def _line(mark: str, said: str) -> str:
    from yiyang_tui.words import t

    return f"{t(f'cli.audit.verify.mark.{mark}')}  {said}"


def _said(facts: Any) -> dict[str, Any]:
    from yiyang_tui.cli.show import moment

    return {name: moment(int(value)) if name == "at" else value for name, value in facts.items()}


def _named(finding: "Finding") -> dict[str, Any]:
    from yiyang_tui.words import has, t

    facts = dict(finding.facts)
    known = f"cli.sync.verify.table.{facts.get('table')}"
    return facts | ({"table": t(known)} if "table" in facts and has(known) else {})
