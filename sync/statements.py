"""What the county signed, kept to be passed on: its receipts for every laptop of the pair, its newest list of them.

Statements travel like batches: by the county itself, by a partner on the LAN, by a stick. Each is believed only by the
county's signature, and the newer of two by the county's own time. So a laptop that never meets its county learns
what of its work is there.
"""

import contextlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from db.keys import write_whole
from sync import graph
from sync.directory import MAX_DEVICES, Directory
from sync.errors import LinkDamaged, NotEnrolled, SignatureWrong
from sync.link import Folder, Link, News, best_receipt, last_receipt
from sync.protocol import MAX_STATEMENT
from sync.receipt import Receipt, verify

_FILE = "statements"
_LIMIT = 4 << 20
"""Bytes of the file: some thousand for each laptop that a pair can have."""


def known(folder: Folder) -> tuple[str, ...]:
    """What is to be passed on: the newest list of devices, the newest receipt of each. Raises as ``Folder.link``."""
    link, news = folder.link(), folder.news()
    own = (news.receipt,) if last_receipt(news, link) is not None else ()
    return (link.directory, *own, *(statement for _, statement in _others(folder, link).values()))


def keep(folder: Folder, statements: Iterable[str]) -> int:
    """Keep those that the county signed for this pair and that are newer than what is known; how many they were.

    Whoever passes them on may be wrong or lie: what does not verify is passed over.
    """
    link = folder.link()
    fresh = _fresh_directory(link, statements)
    if fresh is not None:
        link = replace(link, directory=fresh)
        folder.save_link(link)
    listed = Directory.read(link.directory, link.county_public)
    newer = _newer(folder, link, statements, {each.id for each in listed.devices})
    if newer:
        _keep_receipts(folder, link, newer, listed)
    return len(newer) + (fresh is not None)


def with_receipt(news: News, link: Link, statement: str, receipt: Receipt) -> News:
    """The news with this laptop's own new ``receipt``, verified; the best one stays as long as it is the best."""
    best = best_receipt(news, link)
    keep_best = best is not None and best.entries > receipt.entries
    return replace(news, receipt=statement, best=news.best if keep_best else statement)


def _fresh_directory(link: Link, statements: Iterable[str]) -> str | None:
    """The newest list of this pair that is newer than ours."""
    here = Directory.read(link.directory, link.county_public)
    newest, age, known = None, _age(here), {each.id for each in here.devices}
    for statement in statements:
        with contextlib.suppress(SignatureWrong):
            found = Directory.read(statement, link.county_public)
            ours = (found.pair_id, found.county_recipient) == (link.pair_id, link.county_recipient)
            # Nobody ever leaves a list: one that lacks somebody is of a county that forgot, until it is told.
            if ours and _age(found) > age and known <= {each.id for each in found.devices}:
                newest, age = statement, _age(found)
    return newest


def _age(listed: Directory) -> tuple[int, int, int]:
    """Which of two lists is newer. Of one second the longer: nobody ever leaves a list, and nobody lost is found."""
    return listed.at, len(listed.devices), sum(each.revoked for each in listed.devices)


def _newer(
    folder: Folder, link: Link, statements: Iterable[str], devices: Collection[UUID]
) -> dict[UUID, tuple[Receipt, str]]:
    had = {device: (receipt.at, receipt.entries) for device, (receipt, _) in _others(folder, link).items()}
    own = last_receipt(folder.news(), link)
    if own is not None:
        had[link.device_id] = own.at, own.entries
    newer: dict[UUID, tuple[Receipt, str]] = {}
    for receipt, statement in _verified(statements, link):
        said = receipt.at, receipt.entries
        if receipt.device in devices and said > had.get(receipt.device, (-1, 0)):
            newer[receipt.device] = receipt, statement
            had[receipt.device] = said
    return newer


def _keep_receipts(folder: Folder, link: Link, newer: Mapping[UUID, tuple[Receipt, str]], listed: Directory) -> None:
    news = folder.news()
    if link.device_id in newer:
        receipt, statement = newer[link.device_id]
        news = with_receipt(news, link, statement, receipt)
    others = _others(folder, link) | {device: found for device, found in newer.items() if device != link.device_id}
    folder.make()
    lines = "".join(f"{statement}\n" for _, statement in list(others.values())[-MAX_DEVICES:])
    write_whole(folder.path / _FILE, lines.encode("ascii"))
    every = {device: receipt for device, (receipt, _) in others.items()}
    own = last_receipt(news, link)
    if own is not None:
        every[link.device_id] = own
    folder.save_news(replace(news, county_heads=_heads(folder, news, every, newer, listed)))


def _heads(
    folder: Folder,
    news: News,
    every: Mapping[UUID, Receipt],
    newer: Mapping[UUID, tuple[Receipt, str]],
    listed: Directory,
) -> tuple[bytes, ...]:
    """What the county holds, as far as its receipts tell.

    Those of one moment for all laptops tell all of it, also what it has lost. Others add to what is known.
    """
    named = {name for receipt, _ in newer.values() for name in receipt.heads}
    at = max(receipt.at for receipt, _ in newer.values())
    if not all(each.id in every and every[each.id].at == at for each in listed.devices):
        named |= set(news.county_heads)
    else:
        named = {name for receipt in every.values() for name in receipt.heads}
    nodes = folder.graph()
    there = graph.ancestors(nodes, named)
    return (*graph.heads({name: nodes[name] for name in there}), *sorted(named - nodes.keys()))


def _others(folder: Folder, link: Link) -> dict[UUID, tuple[Receipt, str]]:
    """The kept receipts of other laptops, checked again: a file outside the vault proves nothing by itself."""
    try:
        with (folder.path / _FILE).open("rb") as file:
            lines = file.read(_LIMIT).decode("ascii", "replace").splitlines()
    except OSError:
        # None was kept yet; or the next one to come tells it again.
        return {}
    found = {receipt.device: (receipt, line) for receipt, line in _verified(lines[:MAX_DEVICES], link)}
    found.pop(link.device_id, None)
    return found


def _verified(statements: Iterable[str], link: Link) -> Iterable[tuple[Receipt, str]]:
    for statement in statements:
        if len(statement) > MAX_STATEMENT:
            continue
        with contextlib.suppress(SignatureWrong):
            receipt = verify(statement, link.county_public)
            if receipt.pair == link.pair_id:
                yield receipt, statement


def receipts(folder: Folder) -> list[Receipt]:
    """Every receipt kept beside the record that the county signed for this pair, our own and other laptops'."""
    try:
        link = folder.link()
    except (NotEnrolled, LinkDamaged):
        return []
    news = folder.news()
    own = [found for found in (last_receipt(news, link), best_receipt(news, link)) if found is not None]
    return [*own, *(receipt for receipt, _ in _others(folder, link).values())]
