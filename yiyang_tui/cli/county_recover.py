"""``yiyang county recover``: answer a laptop whose passphrases are forgotten."""

import getpass
from typing import Annotated

import typer

from yiyang_tui.cli.county_place import need_extra, own_county
from yiyang_tui.cli.options import CountyFolder, Json


def recover(
    text: Annotated[str, typer.Argument(metavar="TEXT|FILE|-", help="cli.county.opt.request")],
    folder: CountyFolder = None,
    json: Json = False,
) -> None:
    """Answer a request; who did so is kept in the county's database."""
    need_extra()
    from sync.county.recovery import answer
    from yiyang_tui.cli.qr import show_code
    from yiyang_tui.cli.show import as_json, note, say
    from yiyang_tui.cli.vault_recover import taken
    from yiyang_tui.words import t

    done = answer(own_county(folder), taken(text), _who())
    if json:
        said = {"pair": done.pair_name, "laptop": done.laptop, "device_id": done.device_id.hex, "number": done.number}
        as_json({**said, "answer": done.joined, "compare": done.spoken, "staff_known": done.staff_known})
        return
    note(t("cli.county.recover.asked", pair=done.pair_name, laptop=done.laptop, number=done.number))
    if not done.staff_known:
        note(t("cli.county.recover.unknown", number=done.number))
    note(t("cli.county.recover.compare", number=done.spoken))
    show_code(done.joined)
    say(done.text)
    note(t("cli.county.recover.next"))


def _who() -> str:
    """Who sits at the county's terminal, as its system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "-"
