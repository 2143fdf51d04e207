"""Is the record what it should be, as far as can be told without its passphrase; and with it, in depth."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from yiyang_tui.cli.finding import Finding

if TYPE_CHECKING:
    from db.store import Store
    from sync.link import News

PLAIN_HEADER = b"SQLite format 3\x00"
OLD_S = 3 * 86400
"""A pair that its county has not heard of for three days should be looked after."""


def check_file(vault: Path) -> Iterator[Finding]:
    """The file is there, encrypted, private, and has its key envelope."""
    from db.errors import VaultDamaged
    from db.keys import envelope_path, read_envelope
    from db.log import log_state

    if not vault.exists():
        yield Finding("record", "attention", "record_none", {"path": str(vault)})
        return
    with vault.open("rb") as file:
        head = file.read(len(PLAIN_HEADER))
    if head == PLAIN_HEADER:
        yield Finding("record", "bad", "record_plain", {"path": str(vault)})
    elif len(head) < len(PLAIN_HEADER):
        yield Finding("record", "bad", "record_empty", {"path": str(vault)})
    else:
        yield Finding("record", "good", "record", {"path": str(vault)})
    if lost := log_state(vault).lost:
        yield Finding("record", "bad", "log_broken", {"acts": lost})
    if os.name == "posix" and stat.S_IMODE(vault.stat().st_mode) & 0o077:
        yield Finding("record", "attention", "record_open_to_others", {"path": str(vault)})
    try:
        slots = read_envelope(envelope_path(vault))["slots"]
    except VaultDamaged:
        yield Finding("record", "bad", "keys_damaged", {"path": str(envelope_path(vault))})
        return
    passphrases = sum(slot.get("kind") == "passphrase" for slot in slots)
    county = any(slot.get("kind") == "county" for slot in slots)
    if not passphrases:
        yield Finding("record", "bad", "keys_none")
    else:
        yield Finding(
            "record", "good" if county else "attention", "keys" if county else "keys_no_county", {"n": passphrases}
        )


def news_of(vault: Path) -> "News | None":
    """What the last exchanges left outside the vault; ``None`` before there is a county."""
    from sync.link import Folder

    folder = Folder(vault)
    return folder.news() if folder.enrolled else None


def check_county(vault: Path, now: int) -> Iterator[Finding]:
    """The way to the county: its file, what waits on both ways, how the last exchanges went."""
    from sync import parcel
    from sync.errors import LinkDamaged
    from sync.link import Folder
    from yiyang_tui.cli.show import moment

    folder = Folder(vault)
    if not folder.enrolled:
        yield Finding("county", "attention", "county_none")
        return
    try:
        link = folder.link()
    except LinkDamaged:
        yield Finding("county", "bad", "link_damaged")
        return
    yield Finding("county", "good", "county", {"county": link.county_name, "url": link.url})
    news = folder.news()
    waiting, arrived = len(parcel.names(folder.outbox)), len(parcel.names(folder.inbox))
    if arrived:
        yield Finding("county", "attention", "inbox", {"n": arrived})
    yield Finding("county", "good", "outbox", {"n": waiting})
    if news.refused:
        yield Finding("county", "bad", "refused", {"n": len(news.refused)})
    spoiled = len(parcel.names(folder.refused))
    if spoiled:
        yield Finding("county", "attention", "spoiled", {"n": spoiled})
    done = [run.at for run in news.runs if run.outcome == "done"]
    if not done:
        yield Finding("county", "attention", "never_synced")
    elif now - done[-1] > OLD_S:
        yield Finding("county", "attention", "synced_long_ago", {"at": moment(done[-1])})
    else:
        yield Finding("county", "good", "synced", {"at": moment(done[-1])})


def check_deep(store: "Store") -> Iterator[Finding]:
    """Every page, every row against the batches it came from, and our digest against the county's."""
    from db.vault import check_whole
    from sync.proof.rebuild import differences
    from sync.proof.standing import standing

    whole = check_whole(store)
    yield Finding("deep", "good" if whole else "bad", "pages" if whole else "pages_damaged")
    wrong = differences(store)
    if wrong:
        named = ", ".join(f"{name} {count}" for name, count in sorted(wrong.items()))
        yield Finding("deep", "bad", "rebuild_differs", {"tables": named})
    else:
        yield Finding("deep", "good", "rebuild")
    stands = standing(store)
    facts: dict[str, str | int] = {"at_county": stands.at_county, "total": stands.total}
    if stands.agrees is False:
        yield Finding("deep", "bad", "digest_differs", facts)
    elif stands.agrees:
        yield Finding("deep", "good", "digest", facts)
    else:
        yield Finding("deep", "attention", "digest_unknown", facts)
    if stands.set_aside:
        yield Finding("deep", "attention", "set_aside", {"n": stands.set_aside})
    if stands.contested:
        yield Finding("deep", "attention", "contested", {"n": stands.contested})
