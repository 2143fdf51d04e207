"""``yiyang sync status``: where the record stands with the county, told without opening it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from yiyang_tui.cli.options import Json

if TYPE_CHECKING:
    from sync.proof.fellows import Fellow
    from sync.proof.standing import Standing

BEHIND: Final = 50
"""Not all that is known of is at the county."""
RUNS: Final = 5


def status(json: Json = False) -> int:
    """What the county has by its signed receipt, and what not. Returns the exit code."""
    from db.errors import VaultMissing
    from sync.errors import NotEnrolled
    from sync.link import Folder
    from sync.proof.fellows import beside
    from sync.proof.standing import outside
    from yiyang_tui.settings import vault_path

    vault = vault_path()
    if not vault.exists():
        raise VaultMissing(path=str(vault))
    folder = Folder(vault)
    if not folder.enrolled:
        raise NotEnrolled
    # What does not read proves nothing: say so, and not that nothing is there.
    folder.link()
    stands, laptops = outside(folder), beside(folder)
    code = 0 if all_there(stands) else BEHIND
    if json:
        _as_json(stands, laptops, code)
    else:
        _tell(stands, laptops)
    return code


def all_there(stands: "Standing") -> bool:
    """Whether the county has signed for all that was sealed here, and for no other than that."""
    return not (stands.unsent or stands.refused or stands.county_lost) and stands.agrees is True


def _as_json(stands: "Standing", laptops: "tuple[Fellow, ...]", code: int) -> None:
    from yiyang_tui.cli.show import as_json

    same = ("county", "total", "at_county", "unsent", "sealed", "sent", "sent_back", "relayed", "county_lost")
    as_json(
        {
            "exit": code,
            **{name: getattr(stands, name) for name in (*same, "agrees", "receipt_at", "outbox_bytes")},
            "inbox": stands.waiting,
            "refused": [{"batch": name, "code": reason} for name, reason in stands.refused],
            "compared": asdict(stands.compared) if stands.compared else None,
            "laptops": [_laptop(one) for one in laptops],
            "runs": [asdict(run) for run in stands.runs],
        }
    )


def _laptop(one: "Fellow") -> dict[str, Any]:
    return {**asdict(one), "id": one.id.hex}


def _tell(stands: "Standing", laptops: "tuple[Fellow, ...]") -> None:
    from yiyang_tui.cli.show import moment, say, size, table
    from yiyang_tui.words import plural, t

    # The county holds what this record does not: it came back from a copy, and what it lacks lies in the inbox.
    unknown = "cli.sync.status.merge_first" if stands.waiting else "sync.not_compared"
    agrees = t({True: "sync.agrees", False: "sync.differs", None: unknown}[stands.agrees])
    receipt = (
        t("cli.sync.status.receipt", when=moment(stands.receipt_at)) if stands.receipt_at else t("sync.no_receipt")
    )
    say(f"{stands.county}  {t('sync.county_has', have=stands.at_county, total=stands.total)}  {receipt}  {agrees}")
    sealed = plural("sync.sealed", stands.sealed, size=size(stands.outbox_bytes)) if stands.outbox_bytes else ""
    table(
        ["", "", ""],
        [
            (t("sync.here"), plural("sync.entries", stands.sealed), sealed),
            (t("sync.sent"), plural("sync.entries", stands.sent), t("sync.no_answer_yet") if stands.sent else ""),
            (t("sync.at_county"), plural("sync.entries", stands.at_county), ""),
            (t("sync.refused"), plural("sync.entries", stands.sent_back), ""),
        ],
        right=(1,),
    )
    say(t("cli.sync.status.unsealed"))
    for line in _troubles(stands, laptops):
        say(line)
    say()
    say(t("sync.laptops"))
    table(["", "", ""], [_row(one) for one in laptops])
    if stands.runs:
        say()
        say(t("sync.history"))
        table(
            ["", ""],
            [(moment(run.at), _how(run.outcome, run.sent, run.received)) for run in stands.runs[: -RUNS - 1 : -1]],
        )


def _row(one: "Fellow") -> tuple[str, str, str]:
    from yiyang_tui.words import plural, t

    held = t("sync.this_one") if one.here else plural("sync.held", one.entries)
    forks = plural("sync.put_back", one.forks) if one.forks else ""
    return f"  {one.name}", held, t("sync.revoked") if one.revoked else forks


def _how(outcome: str, sent: int, received: int) -> str:
    from yiyang_tui.words import has, t

    if outcome == "done":
        return t("sync.run_done", sent=sent, received=received)
    known = f"syncline.why.{outcome}"
    return t(known) if has(known) else t("syncline.failed")


def _troubles(stands: "Standing", laptops: "tuple[Fellow, ...]") -> list[str]:
    """What goes on by itself, and what wants a person."""
    from yiyang_tui.cli.show import moment
    from yiyang_tui.words import has, plural, t

    lines = []
    if stands.compared is not None:
        when = moment(stands.compared.at)
        if stands.compared.left:
            lines.append(plural("sync.compared_left", stands.compared.left, when=when))
        elif stands.compared.differed:
            lines.append(plural("sync.compared_healed", stands.compared.differed, when=when))
        else:
            lines.append(t("sync.compared", when=when))
    if stands.county_lost:
        lines.append(plural("sync.county_lost", stands.county_lost))
    if stands.county_older:
        lines.append(t("sync.county_older"))
    if stands.relayed:
        lines.append(plural("sync.relayed", stands.relayed))
    if stands.waiting:
        lines.append(plural("cli.sync.status.inbox", stands.waiting))
    for name, code in stands.refused:
        why = t(f"reason.{code}") if has(f"reason.{code}") else t("reason.other", code=code)
        lines.append(f"{t('sync.sent_back')}  {why}  {name[:12]}")
    for one in laptops:
        if one.forked and not one.revoked:
            whose = t("sync.this_laptop") if one.here else t("sync.that_laptop", name=one.name)
            lines += [t("sync.fork", whose=whose), t("sync.fork_todo")]
    return lines
