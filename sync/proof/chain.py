"""The audit trail proved: what an insider could do to the file, looked for one by one.

The journal and its batches are the trail. Each batch is named by its hash, signed by its laptop, and stands on the
batches before it, so that one rewritten entry changes all names after it. What the county has signed for, and what
lies beside the record, tells of a tail that was cut and of a file that was swapped for an older one. An entry can be
rewritten unseen only until it is sealed: at every lock, every hour, every sync.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, select

from db.append_only import lacking, strange
from db.errors import YiyangError
from db.local import BATCH, CLOCK, EPOCH, JOURNAL, MENDING, SET_ASIDE
from db.store import Store
from sync import batch, graph
from sync.directory import Directory, signers
from sync.errors import LinkDamaged, NotEnrolled
from sync.graph import Nodes
from sync.link import Folder
from sync.our_county import known, our_link
from sync.proof import ledger
from sync.proof.fellows import forks
from sync.proof.rebuild import differences
from sync.proof.standing import Standing, standing
from sync.proof.whereabouts import link_of
from sync.receipt import Receipt
from sync.statements import receipts

MOST_TOLD = 20
"""Findings of one kind that are named; a file that is wrong all over is not told line by line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: its code and what it is about. No names of people."""

    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One question that was asked: ``seen`` of what it looked at, ``wrong`` what is not right.

    ``facts``: what is told when all is right. ``asked`` is false where there was nothing to hold it against.
    """

    name: str
    seen: int
    wrong: tuple[Finding, ...] = ()
    facts: Mapping[str, str | int] = field(default_factory=dict)
    asked: bool = True


def verify(store: Store) -> Iterator[Check]:
    """All checks, from the cheapest to the dearest; none of them writes or needs a network."""
    ledger.forget(store)
    with store.reading() as conn:
        yield _guards(conn)
        yield _batches(store, conn)
        yield _chains(conn)
        yield _tail(store, conn)
        yield _contradicted(conn)
    yield _county(store)
    yield _partners(store)
    yield _beside(store)
    yield tables(store)


def tables(store: Store) -> Check:
    """The tables are what batches and journal say, value for value."""
    try:
        wrong = [Finding("rows_differ", {"table": name, "n": n}) for name, n in sorted(differences(store).items())]
    except YiyangError as error:
        wrong = [Finding("not_made_anew", {"code": error.code})]
    with store.reading() as conn:
        entries = conn.execute(select(func.coalesce(func.sum(BATCH.c.last - BATCH.c.first + 1), 0))).scalar_one()
    return Check("tables", int(entries), tuple(wrong))


def _guards(conn: Connection) -> Check:
    wrong = [Finding("guard_gone", {"name": name}) for name in lacking(conn)]
    wrong += [Finding("guard_strange", {"name": name}) for name in strange(conn)]
    if conn.execute(select(MENDING.c.one)).first() is not None:
        wrong.append(Finding("door_open"))
    return Check("guards", 0, tuple(wrong[:MOST_TOLD]))


def _batches(store: Store, conn: Connection) -> Check:
    """Every batch is what its name and its laptop's signature say, and is filed as what it is."""
    keys = {
        store.device_id: Ed25519PrivateKey.from_private_bytes(store.device.sign_key).public_key().public_bytes_raw()
    }
    link = link_of(Folder(store.path))
    if link is not None:
        keys = signers(Directory.read(link.directory, link.county_public), link.county_public) | keys
    wrong: list[Finding] = []
    seen = 0
    for row in conn.execution_options(yield_per=16).execute(select(BATCH).order_by(BATCH.c.position)):
        seen += 1
        named = {"batch": bytes(row.hash).hex()[:12], "device": row.device_id.hex[:8]}
        try:
            one = batch.read(bytes(row.body), keys.get)
        except YiyangError as error:
            wrong.append(Finding(error.code, named))
            continue
        header = one.header
        filed = (bytes(row.hash), row.device_id, bytes(row.epoch), row.first, row.last, bytes(row.parents))
        said = (one.name, header.device, header.epoch, header.first, header.last, b"".join(header.parents))
        if filed != said or header.pair != store.pair_id:
            wrong.append(Finding("batch_misfiled", named))
    return Check("batches", seen, tuple(wrong[:MOST_TOLD]))


def _chains(conn: Connection) -> Check:
    """Each batch stands on batches that came before it; the numbers of each laptop's entries have no gap."""
    columns = (BATCH.c.hash, BATCH.c.device_id, BATCH.c.epoch, BATCH.c.first, BATCH.c.last, BATCH.c.parents)
    known: set[bytes] = set()
    wrong: list[Finding] = []
    runs: dict[tuple[UUID, bytes], list[tuple[int, int]]] = {}
    own: dict[UUID, dict[bytes, tuple[bytes, ...]]] = {}
    for name, device, epoch, first, last, joined in conn.execute(select(*columns).order_by(BATCH.c.position)):
        parents = tuple(bytes(joined[at : at + 32]) for at in range(0, len(joined), 32))
        gone = [parent for parent in parents if parent not in known]
        if gone:
            facts = {"batch": bytes(name).hex()[:12], "device": device.hex[:8], "n": len(gone)}
            wrong.append(Finding("parent_gone", facts))
        known.add(bytes(name))
        runs.setdefault((device, bytes(epoch)), []).append((first, last))
        own.setdefault(device, {})[bytes(name)] = parents
    for (device, _), some in runs.items():
        if missing := _gap(some):
            wrong.append(Finding("numbers_gone", {"device": device.hex[:8], "n": missing}))
    copies = sum(forks(nodes) for nodes in own.values())
    return Check("chains", len(own), tuple(wrong[:MOST_TOLD]), {"forks": copies})


def _gap(runs: Sequence[tuple[int, int]]) -> int:
    """How many numbers from 1 on are in none of the runs."""
    reached = missing = 0
    for first, last in sorted(runs):
        missing += max(0, first - reached - 1)
        reached = max(reached, last)
    return missing


def _tail(store: Store, conn: Connection) -> Check:
    """The unsealed entries go on where the batches end, in one order, as far as the clock of the record says."""
    clock = conn.execute(select(CLOCK)).one()
    reached = {bytes(epoch): seq for epoch, seq in conn.execute(select(EPOCH.c.epoch, EPOCH.c.seq))}
    if clock.epoch is not None:
        reached[bytes(clock.epoch)] = clock.seq
    mine = BATCH.c.device_id == store.device_id
    sealed: dict[bytes, int] = {
        bytes(epoch): last
        for epoch, last in conn.execute(
            select(BATCH.c.epoch, func.max(BATCH.c.last)).where(mine).group_by(BATCH.c.epoch)
        )
    }
    wrong: list[Finding] = []
    at, lamports = dict(sealed), dict[bytes, int]()
    count = 0
    rows = select(JOURNAL.c.epoch, JOURNAL.c.seq, JOURNAL.c.lamport).order_by(JOURNAL.c.epoch, JOURNAL.c.seq)
    for epoch, seq, lamport in conn.execute(rows):
        count += 1
        name = bytes(epoch)
        if name not in reached:
            wrong.append(Finding("epoch_unknown", {"seq": seq}))
        # What a batch that came back holds as well may wait to be sealed once more: it is no gap.
        if seq > at.get(name, 0) + 1:
            wrong.append(Finding("entries_gone", {"n": seq - at.get(name, 0) - 1}))
        at[name] = max(seq, at.get(name, 0))
        if not lamports.get(name, -1) < lamport <= clock.lamport:
            wrong.append(Finding("order_wrong", {"seq": seq}))
        lamports[name] = lamport
    for name, seq in reached.items():
        if at.get(name, 0) < seq:
            wrong.append(Finding("entries_gone", {"n": seq - at.get(name, 0)}))
    return Check("tail", count, tuple(wrong[:MOST_TOLD]))


def _contradicted(conn: Connection) -> Check:
    """No two batches say different things under one name."""
    differ = SET_ASIDE.c.reason.like("%_differs%")
    count = conn.execute(select(func.count()).select_from(SET_ASIDE).where(differ)).scalar_one()
    return Check("contradicted", 0, (Finding("said_twice", {"n": count}),) if count else ())


def _county(store: Store) -> Check:
    """The county is the one that the record knows; all that it has signed for is here, and is the same."""
    if (astray := _link_astray(store)) is not None:
        return Check("county", 0, (Finding(astray),))
    stands = standing(store)
    if not stands.enrolled or stands.receipt_at is None:
        return Check("county", 0, asked=False, facts={"enrolled": int(stands.enrolled)})
    facts: dict[str, str | int] = {"at": stands.receipt_at, "have": stands.at_county, "total": stands.total}
    return Check("county", stands.at_county, tuple(_county_says(store, stands)), facts)


def _link_astray(store: Store) -> str | None:
    """What is wrong with the way to the county, by which all its receipts are judged: taken away, it says nothing."""
    try:
        our_link(store, Folder(store.path))
    except NotEnrolled:
        with store.reading() as conn:
            return "link_gone" if known(conn) else None
    except LinkDamaged as error:
        return error.code
    return None


def _county_says(store: Store, stands: Standing) -> Iterator[Finding]:
    with store.reading() as conn:
        nodes, _ = ledger.of_vault(store, conn)
    ours = [each for each in receipts(Folder(store.path)) if each.device == store.device_id]
    gone = {name for each in ours for name in each.heads} - nodes.keys()
    if gone:
        yield Finding("county_has_more", {"n": len(gone), "batch": min(gone).hex()[:12]})
    if stands.agrees is False:
        yield Finding("county_differs")
    if stands.county_lost:
        yield Finding("county_lost", {"n": stands.county_lost})


def _partners(store: Store) -> Check:
    """What other laptops signed stands on ours, and is here as far as the county says.

    ``vouched``: our batches that they have signed upon; whatever becomes of this laptop, those cannot be made undone.
    ``away``: batches of theirs that the county has and that have not come yet.
    """
    folder = Folder(store.path)
    with store.reading() as conn:
        nodes, held = ledger.of_vault(store, conn)
    others = {name for name, one in held.items() if one.device != store.device_id}
    told = [each for each in receipts(folder) if each.device != store.device_id]
    wrong = [found for each in told for found in _held_of(each, nodes, held)]
    away = {head for each in told for head in each.heads} | set(folder.news().county_heads)
    facts = {"vouched": len(graph.ancestors(nodes, others) - others), "away": len(away - nodes.keys())}
    laptops = {held[name].device for name in others}
    return Check("partners", len(laptops), tuple(wrong[:MOST_TOLD]), facts, asked=bool(others))


def _held_of(receipt: Receipt, nodes: Nodes, held: ledger.Ledger) -> Iterator[Finding]:
    """A laptop of which we hold all heads that the county names, and yet not as many entries."""
    if set(receipt.heads) <= nodes.keys():
        entries = sum(one.entries for one in held.values() if one.device == receipt.device)
        if entries < receipt.entries:
            yield Finding("partner_short", {"device": receipt.device.hex[:8], "n": receipt.entries - entries})


def _beside(store: Store) -> Check:
    """The folder beside the record names no batch that is not in it: a file swapped for an older one knows less."""
    folder = Folder(store.path)
    named = folder.graph().keys() | ledger.of_folder(folder).keys()
    with store.reading() as conn:
        nodes, _ = ledger.of_vault(store, conn)
    gone = len(named - nodes.keys())
    wrong = (Finding("file_older", {"n": gone}),) if gone else ()
    return Check("beside", len(named), wrong, asked=bool(named))
