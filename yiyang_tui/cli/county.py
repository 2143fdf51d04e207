"""``yiyang county …``: what county IT does. Needs the county's part of the program (``yiyang[county]``)."""

import os
import platform
import socket
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from yiyang_tui.cli.county_acts import COMMANDS as ACTS
from yiyang_tui.cli.county_checks import COMMANDS as CHECKS
from yiyang_tui.cli.county_place import folder_of, listed, need_extra, own_county
from yiyang_tui.cli.county_recover import recover
from yiyang_tui.cli.options import CountyFolder, Json

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

    own = own_county(folder)
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

    own = own_county(folder)
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
    from db.identity import short
    from sync.county import admin
    from yiyang_tui.cli.show import as_json, moment
    from yiyang_tui.words import t

    found = admin.devices(own_county(folder))
    if json:
        as_json({"devices": [{**asdict(one), "device_id": one.device_id.hex} for one in found]})
        return
    rows = [
        (
            one.pair_name,
            one.name,
            short(one.device_id),
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
    listed(names, rows, right=(6, 7, 8))


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "init": init,
    "serve": serve,
    "enrol": enrol,
    "devices": devices,
    "recover": recover,
    **CHECKS,
    **ACTS,
}
