"""``yiyang county revoke``, ``replay``, ``import``, ``publish``: acts of county IT on what is held."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from yiyang_tui.cli.county_place import need_extra, own_county
from yiyang_tui.cli.options import CountyFolder, Json

if TYPE_CHECKING:
    from sync.county.importing import FileTaken, Imported
    from sync.county.revoke import Revocation

Pair = Annotated[str | None, typer.Option("--pair", metavar="NAME", help="cli.county.opt.one_pair")]


def revoke(
    device: Annotated[str, typer.Argument(metavar="LAPTOP", help="cli.county.opt.device")],
    folder: CountyFolder = None,
    pair: Pair = None,
    until: Annotated[str | None, typer.Option("--until", metavar="BATCH", help="cli.county.opt.until")] = None,
    now: Annotated[bool, typer.Option("--now", help="cli.county.opt.now")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="cli.county.opt.undo")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="cli.county.opt.yes")] = False,
    json: Json = False,
) -> None:
    """Refuse a laptop from a batch on, or let it in again."""
    need_extra()
    from sync.county import revoke as acts
    from yiyang_tui.cli.errors import OptionsClash
    from yiyang_tui.cli.show import as_json, say
    from yiyang_tui.words import t

    if sum((until is not None, now, undo)) > 1:
        raise OptionsClash(options="--until --now --undo")
    own = own_county(folder)
    found = acts.find(own, device, pair)
    if not yes:
        say(t("cli.county.revoke.found", laptop=found.name, pair=found.pair_name, entries=found.entries))
        _typed(found.name, undo=undo)
    done = acts.undo(own, found.device_id) if undo else acts.revoke(own, found.device_id, until)
    if json:
        as_json(_revocation(done))
        return
    key = "undone" if undo else "done"
    say(t(f"cli.county.revoke.{key}", laptop=done.name, pair=done.pair_name, entries=done.entries))
    if done.taken_in:
        say(t("cli.county.revoke.taken_in", n=done.taken_in))
    for each in done.aside:
        say(t("cli.county.revoke.aside", batch=each.name.hex()[:12], entries=each.entries))


def _typed(name: str, *, undo: bool) -> None:
    """Have the laptop's name typed: an act on the wrong laptop stops somebody's work. Raises ``NobodyToAsk``."""
    from yiyang_tui.cli.ask import until
    from yiyang_tui.words import t

    asked = t("cli.county.revoke.type_undo" if undo else "cli.county.revoke.type", laptop=name)
    until(asked, "", lambda said: said if said == name else None, option="--yes", wrong=t("cli.county.revoke.other"))


def _revocation(done: "Revocation") -> dict[str, Any]:
    return {
        "pair": done.pair_name,
        "device_id": done.device_id.hex,
        "name": done.name,
        "revoked_at": done.revoked_at,
        "entries": done.entries,
        "batches": done.batches,
        "taken_in": done.taken_in,
        "aside": [{"batch": each.name.hex(), "entries": each.entries, "code": each.code} for each in done.aside],
    }


def replay(
    folder: CountyFolder = None,
    pair: Pair = None,
    every: Annotated[bool, typer.Option("--all", help="cli.county.opt.every_pair")] = False,
    json: Json = False,
) -> None:
    """Make the tables of a pair anew from its batches."""
    need_extra()
    from dataclasses import asdict

    from sync.county import replay as acts
    from yiyang_tui.cli.errors import OptionsClash
    from yiyang_tui.cli.meter import counted
    from yiyang_tui.cli.show import as_json, say
    from yiyang_tui.words import t

    if every == (pair is not None):
        raise OptionsClash(options="--pair --all")
    own = own_county(folder)
    with counted(t("cli.county.replay.making")) as step:
        done = acts.replay(own, pair, step)
    if json:
        as_json({"pairs": [asdict(one) for one in done]})
        return
    for one in done:
        say(t("cli.county.replay.done", pair=one.pair_name, batches=one.batches, entries=one.entries))
        if one.left:
            say(t("cli.county.replay.left", n=one.left))


def take_in(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="cli.county.opt.stick")],
    folder: CountyFolder = None,
    json: Json = False,
) -> int:
    """Take in what is on a stick, and put the reply onto it. Returns the exit code."""
    need_extra()
    from sync.county.importing import import_path
    from yiyang_tui.cli.show import as_json, note, say
    from yiyang_tui.words import sentence, t

    done = import_path(own_county(folder), path)
    errors = [each.error for each in done.files if each.error] + ([done.unwritten] if done.unwritten else [])
    exit_code = next((error.exit_code for error in errors), 0)
    if json:
        as_json(_imported(done, exit_code))
        return exit_code
    for each in done.files:
        if each.taken is None:
            assert each.error is not None
            note(sentence(each.error))
            continue
        taken = each.taken
        counts = {"stored": taken.stored, "again": taken.again, "refused": len(taken.refused)}
        say(t("cli.county.import.file", file=each.file.name, pair=taken.pair_name, **counts))
        for name, code in taken.refused:
            say(t("cli.county.import.refused", batch=name.hex()[:12], why=_why(code)))
    for reply in done.replies:
        say(t("cli.county.import.reply", file=reply.name))
    if done.unwritten:
        note(sentence(done.unwritten))
    return exit_code


def _why(code: str) -> str:
    from yiyang_tui.words import has, t

    return t(f"reason.{code}") if has(f"reason.{code}") else t("reason.other", code=code)


def _imported(done: "Imported", exit_code: int) -> dict[str, Any]:
    return {
        "exit": exit_code,
        "files": [_file(each) for each in done.files],
        "replies": [str(reply) for reply in done.replies],
    }


def _file(each: "FileTaken") -> dict[str, Any]:
    if each.taken is None:
        return {"file": each.file.name, "outcome": each.error.code if each.error else "done"}
    return {
        "file": each.file.name,
        "outcome": "done",
        "pair": each.taken.pair_name,
        "stored": each.taken.stored,
        "again": each.taken.again,
        "refused": [{"batch": name.hex(), "code": code} for name, code in each.taken.refused],
    }


def publish(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="cli.county.opt.catalogue")],
    folder: CountyFolder = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="cli.county.opt.catalogue_name")] = None,
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="cli.county.opt.catalogue_version")
    ] = None,
    json: Json = False,
) -> None:
    """Publish a list to the laptops of all pairs."""
    need_extra()
    from dataclasses import asdict

    from sync.county import catalogue_file
    from sync.county.publish import publish as act
    from yiyang_tui.cli.meter import counted
    from yiyang_tui.cli.show import as_json, say
    from yiyang_tui.words import t

    own = own_county(folder)
    read = catalogue_file.read(file, name, version)
    with counted(t("cli.county.publish.writing")) as step:
        done = act(own, read, progress=step)
    if json:
        as_json({"name": read.name, "version": read.version, "pairs": [asdict(one) for one in done]})
        return
    say(t("cli.county.publish.read", name=read.name, version=read.version, n=len(read.items)))
    for one in done:
        key = "waits" if one.waits else "done"
        counts = {"added": one.added, "changed": one.changed, "closed": one.closed}
        say(t(f"cli.county.publish.{key}", pair=one.pair_name, **counts))


def pseudonyms(folder: CountyFolder = None, json: Json = False) -> None:
    """Give every pair the key by which its exports name people."""
    need_extra()
    from dataclasses import asdict

    from sync.county.pseudonyms import publish_keys
    from yiyang_tui.cli.meter import counted
    from yiyang_tui.cli.show import as_json, say
    from yiyang_tui.words import t

    with counted(t("cli.county.publish.writing")) as step:
        done = publish_keys(own_county(folder), progress=step)
    if json:
        as_json({"pairs": [asdict(one) for one in done]})
        return
    for one in done:
        key = "waits" if one.waits else "new" if one.added + one.changed else "same"
        say(t(f"cli.county.pseudonyms.{key}", pair=one.pair_name))


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "revoke": revoke,
    "import": take_in,
    "publish": publish,
    "pseudonyms": pseudonyms,
    "replay": replay,
}
