"""What is carried without the county: to a stick, from a stick, to a laptop in the same room.

Each is one ``Errand``: where it can go, what is done there with the record, and what is said of it afterwards. The
functions block and run in threads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from db.store import Store
    from sync.session import Gate
    from sync.sticks.by_stick import Taken

Told = Callable[[int, int], None]
MOST_TOLD: Final = 3
"""Files of a stick whose trouble is told one by one."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One way to carry. ``name``: its words ``carry.<name>_…``; ``places``: values to go to and how they are shown."""

    name: str
    places: "Callable[[Store], list[tuple[str, str]]]"
    act: "Callable[[Store, Gate, Told, str], str]"


def _sticks(_store: "Store") -> list[tuple[str, str]]:
    from yiyang_tui.drives import sticks

    return [(str(place), str(place)) for place in sticks()]


def _nearby(store: "Store") -> list[tuple[str, str]]:
    from sync.nearby.discovery import find

    return [(one.address, f"{one.name}  {one.address}") for one in find(store.pair_id)]


def _put(store: "Store", gate: "Gate", told: Told, where: str) -> str:
    from sync.sticks.by_stick import export

    written = export(store, Path(where), store.now(), told, gate=gate)
    return t("carry.put_done", batches=written.batches, county=written.for_county, file=written.files[-1].name)


def _take(store: "Store", gate: "Gate", _told: Told, where: str) -> str:
    from sync.sticks.by_stick import bring_in

    return _said(bring_in(store, Path(where), gate=gate))


def _said(taken: "Taken") -> str:
    wrong = [each.error for each in taken.files if each.error]
    right = [each.laid for each in taken.files if each.laid]
    said = [sentence(error) for error in wrong[:MOST_TOLD]]
    if len(wrong) > MOST_TOLD:
        said.append(t("carry.more_wrong", n=len(wrong) - MOST_TOLD))
    if right:
        news = sum(laid.statements for laid in right)
        said.append(t("carry.take_done", batches=taken.arrived.batches, entries=taken.arrived.entries, news=news))
    if taken.arrived.waiting:
        said.append(t("carry.waiting", n=taken.arrived.waiting))
    return "\n".join(said)


def _meet(store: "Store", gate: "Gate", told: Told, where: str) -> str:
    from sync.nearby.discovery import locate
    from sync.nearby.meeting import meet_open

    met = meet_open(store, locate(store.pair_id, where), told, gate=gate)
    return t("carry.meet_done", name=met.meeting.peer.name, sent=met.meeting.sent, received=met.meeting.received)


PUT: Final = Errand("put", _sticks, _put)
TAKE: Final = Errand("take", _sticks, _take)
MEET: Final = Errand("meet", _nearby, _meet)
