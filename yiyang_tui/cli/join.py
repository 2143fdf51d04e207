"""A further laptop of a pair: enrol by a one-time code, then pull the whole record."""

from pathlib import Path

from yiyang_tui.cli.ask import Secrets


def join_pair(
    vault: Path,
    url: str,
    secrets: Secrets,
    *,
    number: str | None,
    passphrase_file: str | None,
    code_file: str | None,
    laptop: str | None,
) -> None:
    """Ask for what is lacking, join, pull everything, say what arrived.

    What was enrolled stays enrolled if the pull is cut: the next sync goes on where it ended.
    """
    from db.keys import check_passphrase
    from sync.enrol import join
    from sync.session import sync
    from yiyang_tui.cli.ask import line
    from yiyang_tui.cli.enrol import address, laptop_name, read_code
    from yiyang_tui.cli.meter import carried
    from yiyang_tui.cli.record import settle_clock
    from yiyang_tui.cli.show import say
    from yiyang_tui.settings import passphrase_cost, remember, settings_path
    from yiyang_tui.words import t

    called = laptop_name(laptop)
    code = read_code(secrets, code_file)
    number = number or line(t("cli.ask.number"), option="--number")
    passphrase = secrets.get(
        t("cli.init.q5"), passphrase_file, option="--passphrase-file", twice=True, check=check_passphrase
    )
    cost = passphrase_cost()
    store = join(vault, address(url), code, number=number, passphrase=passphrase, laptop=called, cost=cost)
    try:
        settle_clock(store)
        remember(settings_path(), number=number)
        with carried(t("cli.sync.fetching")) as step:
            done = sync(store, step)
        from care.people import count
        from care.setup import house_name
        from care.staff import by_number

        name = house_name(store)
        if name:
            say(t("cli.join.done", name=name, people=count(store), entries=done.arrived.entries))
        else:
            # The pair's first laptop has not sent its record yet.
            say(t("cli.join.empty"))
        if by_number(store, number) is None:
            say(t("cli.join.nobody", number=number))
    finally:
        store.close()
    say(t("cli.join.next"))
