"""``yiyang county …``: what county IT does. Needs the county's part of the program (``yiyang[county]``)."""

import os
import platform
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from yiyang_tui.cli.options import CountyFolder, Json

if TYPE_CHECKING:
    from sync.county.settings import Settings

PORT: Final = 8440


def init(
    folder: CountyFolder = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="cli.county.opt.name")] = None,
    database: Annotated[str | None, typer.Option("--database", metavar="URL", help="cli.county.opt.database")] = None,
) -> None:
    """Make a county: keys, settings, tables."""
    need_extra()
    from sync.county import admin
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    # Named in the environment a password is not seen in the list of processes.
    given = database or os.environ.get("YIYANG_COUNTY_DATABASE_URL")
    made = admin.init(folder_of(folder), name or t("cli.county.default_name"), given)
    say(t("cli.county.made", name=made.name, folder=str(made.folder)))
    say(t("cli.county.keep_keys"))
    say(t("cli.county.next"))


def serve(
    folder: CountyFolder = None,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="cli.county.opt.host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, metavar="PORT", help="cli.county.opt.port")] = PORT,
    plain: Annotated[bool, typer.Option("--plain", help="cli.county.opt.plain")] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, metavar="N", help="cli.county.opt.workers")] = 1,
    metrics: Annotated[
        int | None, typer.Option("--metrics", min=1, max=65535, metavar="PORT", help="cli.county.opt.metrics")
    ] = None,
    drain: Annotated[int, typer.Option("--drain", min=0, max=600, metavar="S", help="cli.county.opt.drain")] = 0,
    json_logs: Annotated[bool, typer.Option("--json-logs", help="cli.county.opt.json_logs")] = False,
) -> int:
    """Serve until ended."""
    need_extra()
    from sync.county.serving import Manner
    from sync.county.serving import serve as run
    from yiyang_tui.cli.errors import AddressTaken
    from yiyang_tui.cli.show import note
    from yiyang_tui.words import t

    own = _own(folder)
    try:
        # Tried before it is told: the server itself only logs that it could not.
        socket.create_server((host, port)).close()
        note(t("cli.county.serving", name=own.name, url=f"{'http' if plain else 'https'}://{host}:{port}"))
        watched = None if metrics is None else ("127.0.0.1", metrics)
        run(own, host, port, Manner(workers, not plain, watched, json_logs, drain))
        note(t("cli.county.ended"))
    except OSError as error:
        raise AddressTaken(host=host, port=port) from error
    return 0


def enrol(
    pair: Annotated[str, typer.Option("--pair", metavar="NAME", help="cli.county.opt.pair")],
    folder: CountyFolder = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="cli.county.opt.url")] = None,
    json: Json = False,
) -> None:
    """Give out a one-time code for one laptop of a pair."""
    need_extra()
    from sync.county import admin
    from yiyang_tui.cli.show import as_json, moment, say
    from yiyang_tui.words import t

    own = _own(folder)
    expires = int(time.time()) + own.code_days * 86400
    code = admin.new_code(own, pair)
    if json:
        as_json({"code": code, "pair": pair, "expires_at": expires})
        return
    say(t("cli.county.code", code=code, pair=pair, at=moment(expires)))
    shown = url or f"https://{platform.node()}:{PORT}"
    say(t("cli.county.type_this", url=shown))


def devices(folder: CountyFolder = None, json: Json = False) -> None:
    """List all laptops."""
    need_extra()
    from sync.county import admin
    from yiyang_tui.cli.show import as_json, moment, table
    from yiyang_tui.words import t

    found = admin.devices(_own(folder))
    if json:
        as_json({"devices": [{**asdict(one), "device_id": one.device_id.hex} for one in found]})
        return
    rows = [
        (
            one.pair_name,
            one.name,
            one.device_id.hex[-8:],
            moment(one.certified_at),
            moment(one.last_seen_at),
            t("cli.county.revoked", at=moment(one.revoked_at)) if one.revoked_at else t("cli.county.certified"),
            "-" if one.clock_skew_s is None else f"{one.clock_skew_s:+d}",
            str(one.entries),
            str(one.batches),
        )
        for one in found
    ]
    names = ("pair", "laptop", "id", "since", "seen", "state", "skew", "entries", "batches")
    _listed(table, names, rows, right=(6, 7, 8))


def status(folder: CountyFolder = None, json: Json = False) -> None:
    """How each pair stands."""
    need_extra()
    from sync.county import admin
    from yiyang_tui.cli.show import as_json, moment, table

    found = admin.status(_own(folder))
    if json:
        as_json({"pairs": [{**asdict(one), "pair_id": one.pair_id.hex} for one in found]})
        return
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
    _listed(table, names, rows, right=(1, 2, 3, 5, 6, 7))


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "init": init,
    "serve": serve,
    "enrol": enrol,
    "devices": devices,
    "status": status,
}


def folder_of(asked: str | None) -> Path:
    """Where the county lies: as asked, ``YIYANG_COUNTY_FOLDER``, else beside the user's own data."""
    from platformdirs import user_data_dir

    given = asked or os.environ.get("YIYANG_COUNTY_FOLDER")
    return Path(given) if given else Path(user_data_dir("yiyang", appauthor=False)) / "county"


def _own(folder: str | None) -> "Settings":
    from sync.county.settings import load

    return load(folder_of(folder))


def need_extra() -> None:
    """Raise ``CountyExtraMissing`` where a library of the county's part is absent."""
    from importlib.util import find_spec

    from yiyang_tui.cli.check_program import COUNTY_PARTS
    from yiyang_tui.cli.errors import CountyExtraMissing

    for name in COUNTY_PARTS:
        if find_spec(name) is None:
            raise CountyExtraMissing(module=name)


def _listed(
    table: Callable[..., None], names: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, right: tuple[int, ...]
) -> None:
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    if rows:
        table([t(f"cli.county.column.{name}") for name in names], rows, right=right)
    else:
        say(t("cli.county.none"))
