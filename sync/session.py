"""Sync with the vault open: seal the tail, post it, exchange, take in what came, as one act."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from db.errors import YiyangError
from db.store import Store
from sync import exchange
from sync.exchange import Outcome, Progress
from sync.inbox import Arrived, take_in
from sync.link import Folder
from sync.proof import ledger
from sync.seal import post, post_afresh, seal

Gate = Callable[[], AbstractContextManager[None]]
"""Entered around each use of the store. Whoever wants to close the store meanwhile lets it raise."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What one sync did on both ways."""

    outcome: Outcome
    arrived: Arrived


def settle(store: Store) -> None:
    """Seal what is unsealed and make the outbox ready: done before a sync, at every lock and at the end of a day."""
    seal(store)
    folder = Folder(store.path)
    if folder.enrolled:
        post(store, folder)
        ledger.write(store, folder)


def sync(store: Store, progress: Progress | None = None, *, gate: Gate = nullcontext) -> Synced:
    """Bring this laptop and its county up to date. Raises as ``exchange.run``, and what ``gate`` raises.

    The network is waited for outside the gate. Cut off anywhere, nothing is lost: the next sync goes on, and what
    came before the cut is merged now.
    """
    folder = Folder(store.path)
    with gate():
        settle(store)
    arrived = take_in(store, folder, gate=gate)
    if arrived.batches:
        with gate():
            post(store, folder)
    try:
        outcome = exchange.run(folder, progress)
        if outcome.lacking or outcome.refused:
            # The county lost what it once had, or a sealed copy is no good: make them again and give them back.
            with gate():
                spoiled = post_afresh(store, folder)
            if outcome.lacking or spoiled:
                outcome = outcome.then(exchange.run(folder, progress))
    except YiyangError:
        take_in(store, folder, gate=gate)
        raise
    arrived.add(take_in(store, folder, gate=gate))
    while outcome.more:
        # The inbox was full; each part is merged before the next is fetched.
        outcome = outcome.then(exchange.run(folder, progress))
        part = take_in(store, folder, gate=gate)
        arrived.add(part)
        if not part.batches:
            break
    if arrived.batches:
        ledger.write(store, folder)
    return Synced(outcome, arrived)
