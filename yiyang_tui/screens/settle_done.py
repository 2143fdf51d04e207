"""Doing what was chosen: one act of ``care``, its answer in words, and what takes it back."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from care.taken_back import Settled
    from yiyang_tui.screens.base import Place


def settle(place: "Place", said: str, act: "Callable[..., Settled]", *args: Any) -> None:
    """An act that can be taken back."""
    from care.taken_back import take_back

    store, by = place.session.store, place.session.staff.id

    def done(settled: "Settled") -> None:
        told(place, said, lambda: take_back(store, by, settled))

    do(place, act, *args, then=done)


def do(place: "Place", act: Callable[..., Any], *args: Any, then: Callable[[Any], None]) -> None:
    """An act; ``then`` is called with what it returned."""
    place.run_care(act, place.session.store, place.session.staff.id, *args, then=then)


def told(place: "Place", said: str, undo: Callable[[], object] | None = None) -> None:
    """Durable: say so, and look through the record anew."""
    place.saved(said, undo, said)
    place.load()
