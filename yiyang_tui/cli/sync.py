"""``yiyang sync``: carry sealed batches between this laptop and its county, without a passphrase.

It opens nothing: the application seals, and merges what arrives, when the record is open.
"""

import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang_tui.cli.amount import octets
from yiyang_tui.cli.options import Json

if TYPE_CHECKING:
    from sync.exchange import Outcome
    from sync.link import Folder

DEFAULT_EVERY_S = 900
SOME_REFUSED = 36
"""The exchange went through, but the county refused some batches: a person must look."""
BUDGET_SPENT = 38
"""What --max-bytes or --max-seconds allow was used up; what was carried counts, and the next run goes on."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one exchange may cost; ``None`` is no bound."""

    octets: int | None
    seconds: int | None


def sync(
    ctx: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", help="cli.opt.watch")] = False,
    every: Annotated[int, typer.Option("--every", min=1, metavar="SECONDS", help="cli.opt.every")] = DEFAULT_EVERY_S,
    max_bytes: Annotated[
        int | None, typer.Option("--max-bytes", parser=octets, metavar="SIZE", help="cli.opt.max_bytes")
    ] = None,
    max_seconds: Annotated[
        int | None, typer.Option("--max-seconds", min=1, metavar="SECONDS", help="cli.opt.max_seconds")
    ] = None,
    json: Json = False,
) -> int:
    """One exchange, or with ``--watch`` one after the other; nothing where a command of the group is named.

    Returns the exit code.
    """
    if ctx.invoked_subcommand is not None:
        _pass_on(ctx, json=json)
        return 0
    from db.errors import VaultMissing
    from sync.link import Folder
    from yiyang_tui.settings import vault_path

    vault = vault_path()
    if not vault.exists():
        raise VaultMissing(path=str(vault))
    folder = Folder(vault)
    allowed = Allowed(max_bytes, max_seconds)
    if watch:
        return _watch(folder, every, allowed, json=json)
    return _once(folder, allowed, json=json)


def _pass_on(ctx: typer.Context, *, json: bool) -> None:
    """What stands before a command of the group is meant for it: ``--json`` is; of the others none is known to it."""
    from yiyang_tui.cli.errors import OptionNotThere

    for param in ctx.command.params:
        source = ctx.get_parameter_source(param.name or "")
        if param.name != "json" and source is not None and source.name == "COMMANDLINE":
            raise OptionNotThere(option=param.opts[0], command=f"{ctx.command_path} {ctx.invoked_subcommand}")
    ctx.default_map = {ctx.invoked_subcommand or "": {"json": json}}


def _once(folder: "Folder", allowed: Allowed, *, json: bool) -> int:
    from yiyang_tui.cli.show import as_json

    outcome, seconds = _exchange(folder, allowed)
    if json:
        as_json(_done(folder, outcome, seconds))
    else:
        _tell(outcome)
    return _code(outcome)


def _exchange(folder: "Folder", allowed: Allowed) -> "tuple[Outcome, float]":
    from sync import exchange
    from sync.errors import NotEnrolled
    from sync.turns import my_turn
    from yiyang_tui.cli.meter import carried
    from yiyang_tui.words import t

    if not folder.enrolled:
        raise NotEnrolled
    began = time.monotonic()
    with my_turn(folder), carried(t("cli.sync.sending")) as step:
        outcome = exchange.run(folder, step, max_bytes=allowed.octets, max_seconds=allowed.seconds)
    return outcome, time.monotonic() - began


def _watch(folder: "Folder", every: int, allowed: Allowed, *, json: bool) -> int:
    """Exchange again and again until told to end; a failure is told once, and again when it changes."""
    from db.errors import YiyangError
    from sync.exchange import pause
    from yiyang_tui.cli.outcome import failed as as_said
    from yiyang_tui.cli.outcome import plain
    from yiyang_tui.cli.show import as_json, note, stamp
    from yiyang_tui.words import sentence, t

    # A service manager ends a service with SIGTERM; what was carried so far is kept, the rest comes next time.
    # A job that a script put in the background was born deaf to SIGINT: listen all the same.
    for told_to_end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told_to_end, signal.default_int_handler)
    told = ""
    try:
        note(f"{stamp()} {t('cli.sync.watching', seconds=every)}")
        while True:
            failed: YiyangError | None = None
            try:
                outcome, seconds = _exchange(folder, allowed)
            except YiyangError as error:
                failed = error
            except OSError as error:
                failed = plain(error)
                if failed is None:
                    raise
            if failed is not None:
                if json:
                    as_json(as_said(failed))
                elif failed.code != told:
                    note(f"{stamp()} {sentence(failed)}")
                told = failed.code
            else:
                if json:
                    as_json(_done(folder, outcome, seconds))
                elif told or outcome.sent or outcome.received or outcome.refused or outcome.stopped:
                    note(f"{stamp()} {_line(outcome)}")
                told = ""
            time.sleep(pause(every))
    except KeyboardInterrupt:
        note(f"{stamp()} {t('cli.sync.ended')}")
        return 0


def _code(outcome: "Outcome") -> int:
    if outcome.refused:
        return SOME_REFUSED
    return BUDGET_SPENT if outcome.stopped else 0


def _line(outcome: "Outcome") -> str:
    from yiyang_tui.cli.show import size
    from yiyang_tui.words import t

    return t(
        "cli.sync.line",
        sent=outcome.sent,
        received=outcome.received,
        requests=outcome.requests,
        size=size(outcome.bytes_up + outcome.bytes_down),
    )


def _tell(outcome: "Outcome") -> None:
    from yiyang_tui.cli.show import moment, note, say, size
    from yiyang_tui.words import t

    if outcome.sent or outcome.received or outcome.refused or (outcome.stopped and outcome.requests):
        say(_line(outcome))
    elif not outcome.stopped:
        say(t("cli.sync.nothing"))
    if outcome.received:
        say(t("cli.sync.merged_later"))
    if outcome.receipt is not None:
        say(t("cli.sync.receipt", entries=outcome.receipt.entries, at=moment(outcome.receipt.at)))
    if outcome.lacking:
        say(t("cli.sync.lacking", n=outcome.lacking))
    if outcome.stopped:
        # What the county has for this laptop is not known before it has answered.
        left = t("cli.sync.stopped.left", size=size(outcome.left)) if outcome.left else ""
        note(t(f"cli.sync.stopped.{outcome.stopped}", left=left))
    for name, code in outcome.refused:
        note(t("cli.sync.refused", name=name.hex()[:12], code=code))


def _done(folder: "Folder", outcome: "Outcome", seconds: float) -> dict[str, Any]:
    from sync import parcel

    receipt = outcome.receipt
    return {
        "outcome": "refused" if outcome.refused else "budget_spent" if outcome.stopped else "done",
        "exit": _code(outcome),
        "sent": outcome.sent,
        "received": outcome.received,
        "refused": [{"batch": name.hex(), "code": code} for name, code in outcome.refused],
        "bytes_up": outcome.bytes_up,
        "bytes_down": outcome.bytes_down,
        "requests": outcome.requests,
        "seconds": round(seconds, 3),
        "stopped": outcome.stopped or None,
        "left_bytes": outcome.left,
        "lacking": outcome.lacking,
        "inbox": len(parcel.names(folder.inbox)),
        "receipt": None
        if receipt is None
        else {
            "entries": receipt.entries,
            "batches": receipt.batches,
            "at": receipt.at,
            "digest": receipt.digest.hex(),
            "level": receipt.level,
        },
    }
