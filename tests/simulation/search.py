"""The search for a history that goes wrong, and its story."""

import os
import traceback
from collections.abc import Iterable

from tests.simulation.defects import DEFECTS
from tests.simulation.play import run
from tests.simulation.shrink import shrink
from tests.simulation.steps import History, draw
from tests.simulation.world import forget


def first_broken(seeds: Iterable[int]) -> str:
    """The short story of the first of these histories that goes wrong, and how; empty if none does."""
    try:
        for seed in seeds:
            history = draw(seed)
            if found := outcome(history):
                return _short(history, found)
    finally:
        forget()
    return ""


def caught(name: str, most: int, *, tell: bool) -> tuple[int, str] | None:
    """The first of ``most`` seeds that shows that a protection is gone, ``None`` if none does.

    ``name``: a key of ``DEFECTS``. With it comes its story, shortened if somebody wants it to ``tell``.
    """
    defect = DEFECTS[name]
    for seed in range(most):
        history = draw(seed, defect.episodes)
        with defect.without():
            if found := outcome(history):
                return seed, _short(history, found) if tell else found
    return None


def _short(history: History, found: str) -> str:
    short = shrink(history, lambda one: _place(outcome(one)) == _place(found))
    return f"{short.story()}\n\n{outcome(short)}\n"


def outcome(history: History) -> str:
    """Empty if the history kept every promise; else what was not kept."""
    try:
        run(history)
    except Exception as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({os.path.basename(at.filename)}:{at.lineno})"
    return ""


def _place(found: str) -> str:
    """Where it was noticed: a shorter story must tell of the same thing."""
    return found.rpartition("(")[2]
