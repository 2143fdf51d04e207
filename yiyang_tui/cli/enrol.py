"""``yiyang enrol URL``: the laptop of an existing record becomes known to its county, and sends it all there is."""

import platform
from typing import TYPE_CHECKING, Annotated, Final

import typer

from yiyang_tui.cli.options import CodeFile, Laptop, Number, PassphraseFile

if TYPE_CHECKING:
    from yiyang_tui.cli.ask import Secrets

LONGEST_NAME: Final = 40


def enrol(
    url: Annotated[str, typer.Argument(metavar="URL", help="cli.opt.url")],
    code_file: CodeFile = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    laptop: Laptop = None,
) -> None:
    """Ask for the one-time code, open the record, enrol, sync for the first time.

    What was enrolled stays enrolled if the sync is cut: the next one goes on where it ended.
    """
    from care.rights import require
    from care.setup import house_name
    from sync import enrol as county
    from sync.session import sync
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.meter import carried
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    called = laptop_name(laptop)
    secrets = Secrets()
    with acting(number, passphrase_file, secrets) as (store, by):
        with store.reading() as conn:
            require(conn, by.id, "sync.enrol")
        code = read_code(secrets, code_file)
        link = county.enrol(store, address(url), code, pair_name=house_name(store), laptop=called)
        say(t("cli.enrol.done", county=link.county_name))
        with carried(t("cli.sync.sending")) as step:
            receipt = sync(store, step).outcome.receipt
    if receipt is not None:
        say(t("cli.enrol.sent", entries=receipt.entries))
    say(t("cli.enrol.next"))


def read_code(secrets: "Secrets", file: str | None) -> str:
    """The one-time code: from a file, or typed where it can be seen (it is used up at once).

    A code that cannot be one is asked for again; from a file it raises ``CodeMistyped``, before anything is sent.
    """
    from sync.codes import CodeMistyped, normal
    from yiyang_tui.cli.ask import until
    from yiyang_tui.words import sentence, t

    if file:
        return normal(secrets.get("", file, option="--code-file"))

    def read(typed: str) -> str | None:
        try:
            return normal(typed)
        except CodeMistyped:
            return None

    return until(t("cli.ask.code"), "", read, option="--code-file", wrong=sentence(CodeMistyped()))


def address(url: str) -> str:
    """The county's address as typed, without its last slash."""
    return url.strip().rstrip("/")


def laptop_name(asked: str | None) -> str:
    """What to call this laptop: as asked, or where nobody says the machine's own name.

    Raises ``LaptopNameWrong`` before anything is opened or sent.
    """
    if asked is None:
        return platform.node()[:LONGEST_NAME] or "laptop"
    return readable_name(asked)


def readable_name(name: str) -> str:
    """The name of a laptop without blanks around it; a control character, or one unseen, makes it wrong."""
    from yiyang_tui.cli.errors import LaptopNameWrong

    plain = name.strip(" \u3000")
    if not 0 < len(plain) <= LONGEST_NAME or not plain.isprintable():
        raise LaptopNameWrong(most=LONGEST_NAME)
    return plain
