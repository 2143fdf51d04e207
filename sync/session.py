"""Sync with the vault open: seal the tail, post it, exchange, take in what came, as one act."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from db.store import Store
from sync import exchange, graph
from sync.exchange import Outcome, Progress
from sync.inbox import Arrived, take_in
from sync.link import Folder
from sync.seal import post, seal

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
        post(store, folder, at_county(folder))


def at_county(folder: Folder) -> set[bytes]:
    """The batches the county was last heard to hold."""
    nodes = folder.graph()
    return graph.ancestors(nodes, folder.news().county_heads)


def sync(store: Store, progress: Progress | None = None, *, gate: Gate = nullcontext) -> Synced:
    """Bring this laptop and its county up to date. Raises as ``exchange.run``, and what ``gate`` raises.

    The network is waited for outside the gate. Cut off anywhere, nothing is lost: the next sync goes on.
    """
    folder = Folder(store.path)
    with gate():
        settle(store)
    outcome = exchange.run(folder, progress)
    if outcome.lacking:
        # The county lost what it once had: make the sealed copies again and give them back.
        with gate():
            post(store, folder, at_county(folder))
        outcome = exchange.run(folder, progress)
    return Synced(outcome, take_in(store, folder, gate=gate))
