"""``yiyang share`` on one laptop, ``yiyang meet`` on the other: both in one room, no county between them."""

import signal
import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from sync.link import Folder
    from sync.nearby.meeting import Met
    from sync.nearby.peer import Meeting
    from sync.nearby.peer_answer import Visit

DEFAULT_PORT = 8445
DEFAULT_MINUTES = 30


def share(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="cli.share.opt.port")] = DEFAULT_PORT,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="cli.share.opt.name")] = None,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=1440, help="cli.share.opt.minutes")] = DEFAULT_MINUTES,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Serve the other laptops of the pair until it is ended, or the time is over."""
    from sync.nearby.discovery import announced
    from sync.nearby.peer_serve import sharing
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.bundle import enrolled
    from yiyang_tui.cli.enrol import readable_name
    from yiyang_tui.cli.errors import AddressTaken
    from yiyang_tui.cli.record import opened
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    asked = None if name is None else readable_name(name)
    folder = enrolled()
    with opened(Secrets(), number, passphrase_file) as (store, _):
        # A job that a script put in the background was born deaf to SIGINT: listen all the same.
        for told_to_end in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told_to_end, signal.default_int_handler)
        called = asked or own_name(folder)
        try:
            with (
                sharing(store, port=port, told=_tell) as shared,
                announced(store.pair_id, called, shared.port, _hosts(shared.addresses)) as heard,
            ):
                for address in shared.addresses:
                    say(t("cli.share.address", address=address))
                say(t("cli.share.name", name=called) if heard else t("cli.share.unheard"))
                say(t("cli.share.how", minutes=minutes))
                threading.Event().wait(minutes * 60)
        except KeyboardInterrupt:
            pass
        except OSError as error:
            raise AddressTaken(host="0.0.0.0", port=port) from error
    say(t("cli.share.ended"))


def meet(
    where: Annotated[str, typer.Argument(metavar="NAME|ADDRESS", help="cli.meet.opt.where")] = "",
    open_: Annotated[bool, typer.Option("--open", help="cli.meet.opt.open")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Bring this laptop and one that shares up to date."""
    from sync.nearby import peer
    from sync.nearby.discovery import locate
    from sync.nearby.meeting import meet_open
    from sync.turns import my_turn
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.bundle import enrolled
    from yiyang_tui.cli.meter import counted
    from yiyang_tui.cli.record import opened
    from yiyang_tui.words import t

    folder = enrolled()
    if open_:
        with opened(Secrets(), number, passphrase_file) as (store, _):
            address = locate(store.pair_id, where)
            with my_turn(folder), counted(t("cli.meet.giving")) as step:
                met = meet_open(store, address, step)
        _tell_met(met.meeting, met, json=json)
        return
    address = locate(folder.link().pair_id, where)
    with my_turn(folder), counted(t("cli.meet.giving")) as step:
        meeting = peer.meet(folder, address, progress=step)
    _tell_met(meeting, None, json=json)


def own_name(folder: "Folder") -> str:
    """What the county calls this laptop."""
    from db.identity import short
    from sync.nearby.peer import listed_in

    link = folder.link()
    listed = listed_in(link, link.device_id)
    return listed.name if listed else short(link.device_id)


def _hosts(addresses: tuple[str, ...]) -> list[str]:
    return [address.rpartition(":")[0] for address in addresses]


def _tell(visit: "Visit") -> None:
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t, times

    said = t("cli.share.visit", name=visit.name, given=visit.given, brought=visit.brought)
    say(f"{times.clock(int(time.time()))} {said}")


def _tell_met(meeting: "Meeting", met: "Met | None", *, json: bool) -> None:
    from yiyang_tui.cli.show import as_json, note, say
    from yiyang_tui.words import t

    if json:
        as_json(
            {
                "peer": {"device": meeting.peer.id.hex, "name": meeting.peer.name},
                "sent": meeting.sent,
                "received": meeting.received,
                "refused": meeting.refused,
                "lacking": meeting.lacking,
                "statements": meeting.statements,
                "merged": met.arrived.entries if met else None,
                "requests": meeting.requests,
                "bytes_up": meeting.bytes_up,
                "bytes_down": meeting.bytes_down,
            }
        )
        return
    say(t("cli.meet.done", name=meeting.peer.name, sent=meeting.sent, received=meeting.received))
    if met is not None:
        say(t("cli.meet.merged", entries=met.arrived.entries))
    elif meeting.received:
        say(t("cli.sync.merged_later"))
    if meeting.statements:
        say(t("cli.meet.statements", n=meeting.statements))
    if meeting.lacking:
        say(t("cli.meet.lacking", n=meeting.lacking))
    if meeting.refused:
        note(t("cli.meet.refused", n=meeting.refused))
