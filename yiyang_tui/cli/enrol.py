"""``yiyang enrol URL``: the laptop of an existing record becomes known to its county."""

import platform
from typing import Annotated

import typer

from yiyang_tui.cli.options import CodeFile, Laptop, Number, PassphraseFile


def enrol(
    url: Annotated[str, typer.Argument(metavar="URL", help="cli.opt.url")],
    code_file: CodeFile = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    laptop: Laptop = None,
) -> None:
    """Ask for the one-time code, open the record, enrol."""
    from care.setup import house_name
    from sync import enrol as county
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.record import opened
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    secrets = Secrets()
    with opened(secrets, number, passphrase_file) as (store, _):
        code = read_code(secrets, code_file)
        link = county.enrol(store, address(url), code, pair_name=house_name(store), laptop=laptop or laptop_name())
    say(t("cli.enrol.done", county=link.county_name))
    say(t("cli.enrol.next"))


def read_code(secrets: "object", file: str | None) -> str:
    """The one-time code: from a file, or typed where it can be seen (it is used up at once)."""
    from yiyang_tui.cli.ask import Secrets, line
    from yiyang_tui.words import t

    assert isinstance(secrets, Secrets)
    if file:
        return secrets.get("", file, option="--code-file")
    return line(t("cli.ask.code"), option="--code-file")


def address(url: str) -> str:
    """The county's address as typed, without its last slash."""
    return url.strip().rstrip("/")


def laptop_name() -> str:
    """What to call this laptop where nobody says: the machine's own name."""
    return platform.node()[:40] or "laptop"
