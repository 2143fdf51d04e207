"""``yiyang catalogue``: the lists that the county publishes, and what stands in them."""

from typing import Annotated, Final

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

MOST: Final = 100
UNKNOWN: Final = 2
"""No list of that name."""


def catalogue(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="cli.catalogue.opt.name")] = None,
    search: Annotated[str, typer.Argument(metavar="SEARCH", help="cli.catalogue.opt.search")] = "",
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> int:
    """All lists, or the items of one. Returns the exit code."""
    from care import catalogues
    from sync.inbox import take_in
    from sync.link import Folder
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.record import opened
    from yiyang_tui.cli.show import as_json, moment, note, say, table
    from yiyang_tui.words import t

    with opened(Secrets(), number, passphrase_file) as (store, _):
        if not store.read_only:
            # A timer may have fetched a list while the record was closed.
            take_in(store, Folder(store.path))
        lists = catalogues.catalogues(store)
        found = catalogues.search(store, name, search, MOST) if name is not None else []
    if json:
        as_json(
            {
                "catalogues": [
                    {"name": one.name, "version": one.version, "items": one.items, "at": one.at} for one in lists
                ],
                "items": [{"code": one.code, "name": one.name, "facts": dict(one.facts)} for one in found],
            }
        )
    elif not lists:
        say(t("cli.catalogue.none"))
    elif name is None:
        rows = [(one.name, one.version, str(one.items), moment(one.at)) for one in lists]
        table([t(f"cli.catalogue.column.{each}") for each in ("name", "version", "items", "at")], rows, right=(2,))
    elif name not in {one.name for one in lists}:
        note(t("cli.catalogue.unknown", name=name, known=" ".join(one.name for one in lists)))
        return UNKNOWN
    elif not found:
        say(t("cli.catalogue.nothing", search=search))
    else:
        rows_ = [(one.code, one.name, " ".join(f"{k}={v}" for k, v in one.facts.items())) for one in found]
        table([t(f"cli.catalogue.column.{each}") for each in ("code", "item", "facts")], rows_)
    return 0
