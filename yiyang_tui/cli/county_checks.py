"""``yiyang county status`` and ``verify``: what needs a person, and whether all that is held is sound."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from yiyang_tui.cli.county_place import listed, need_extra, own_county
from yiyang_tui.cli.options import CountyFolder, Json

if TYPE_CHECKING:
    from sync.county.attention import Attention
    from sync.county.verify import Finding

UNSOUND: Final = 48
"""``verify`` found something that is not as it should be."""

Pair = Annotated[str | None, typer.Option("--pair", metavar="NAME", help="cli.county.opt.one_pair")]


def status(folder: CountyFolder = None, json: Json = False) -> None:
    """How each pair stands, and what needs a person."""
    need_extra()
    from sync.county import admin
    from sync.county.attention import attention
    from yiyang_tui.cli.show import as_json, moment, say
    from yiyang_tui.words import t

    own = own_county(folder)
    found, pressing = admin.status(own), attention(own)
    if json:
        pairs = [{**asdict(one), "pair_id": one.pair_id.hex} for one in found]
        as_json({"pairs": pairs, "attention": [asdict(one) for one in pressing]})
        return
    for each in pressing:
        say(_pressing(each))
    if found:
        say(t("cli.county.attention.none") if not pressing else "")
    rows = [
        (
            one.name,
            str(one.devices),
            str(one.entries),
            str(one.batches),
            moment(one.last_seen_at),
            str(one.unmerged),
            str(one.set_aside),
            str(one.contested),
        )
        for one in found
    ]
    names = ("pair", "laptops", "entries", "batches", "seen", "unmerged", "set_aside", "contested")
    listed(names, rows, right=(1, 2, 3, 5, 6, 7))


def _pressing(each: "Attention") -> str:
    from yiyang_tui.words import has, t

    code, _, names = each.detail.partition(" ")
    reason = code.partition(":")[0]
    why = t(f"reason.{reason}") if has(f"reason.{reason}") else code
    laptop = f"{each.laptop} {each.device}".strip()
    said = {"pair": each.pair_name, "laptop": laptop, "count": each.count, "days": each.count // 86400}
    minutes = f"{each.count / 60:+.0f}"
    detail = each.detail if each.kind == "fork" else names
    return t(f"cli.county.attention.{each.kind}", **said, minutes=minutes, why=why, detail=detail)


def verify(folder: CountyFolder = None, pair: Pair = None, json: Json = False) -> int:
    """Look through all that is held. Returns the exit code."""
    need_extra()
    from sync.county import verify as proof
    from yiyang_tui.cli.meter import counted
    from yiyang_tui.cli.show import as_json, note, say
    from yiyang_tui.words import t

    own = own_county(folder)
    with counted(t("cli.county.verify.looking")) as step:
        done = proof.verify(own, pair, step)
    exit_code = UNSOUND if done.findings else 0
    if json:
        as_json({"exit": exit_code, **asdict(done)})
        return exit_code
    for each in done.findings:
        note(_found(each))
    said = {"pairs": done.pairs, "batches": done.batches, "entries": done.entries, "rows": done.rows}
    say(t("cli.county.verify.unsound" if done.findings else "cli.county.verify.sound", **said, n=len(done.findings)))
    if done.unmerged:
        say(t("cli.county.verify.unmerged", n=done.unmerged))
    return exit_code


def _found(each: "Finding") -> str:
    from yiyang_tui.words import t

    said = {"pair": each.pair_name, "batch": each.batch, "laptop": each.device, "table": each.table}
    wrong = t(f"cli.county.verify.finding.{each.code}", **said, count=each.count)
    return f"{wrong} {t(f'cli.county.verify.heal.{each.heal}', pair=each.pair_name)}"


COMMANDS: Final[dict[str, Callable[..., Any]]] = {"status": status, "verify": verify}
