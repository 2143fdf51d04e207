"""Making a story that fails short: whatever can be left out while it still fails is left out."""

from collections.abc import Callable
from dataclasses import replace

from tests.simulation.steps import History, Step

Fails = Callable[[History], bool]
MOST_RUNS = 300


def shrink(history: History, fails: Fails) -> History:
    """The shortest story found that still ``fails``: fewer steps first, then fewer faults in them."""
    left = [MOST_RUNS]

    def still(steps: tuple[Step, ...]) -> bool:
        if not left[0]:
            return False
        left[0] -= 1
        return fails(replace(history, steps=steps))

    steps = _fewer(history.steps, still)
    for place, step in enumerate(steps):
        for calmer in _calmer(step):
            tried = (*steps[:place], calmer, *steps[place + 1 :])
            if still(tried):
                steps = tried
                break
    return replace(history, steps=steps)


def _fewer(steps: tuple[Step, ...], still: Callable[[tuple[Step, ...]], bool]) -> tuple[Step, ...]:
    """Leave out halves, then quarters, down to single steps, until no single one can go."""
    size = max(1, len(steps) // 2)
    while True:
        at, shorter = 0, False
        while at < len(steps):
            tried = steps[:at] + steps[at + size :]
            if still(tried):
                steps, shorter = tried, True
            else:
                at += size
        if size == 1 and not shorter:
            return steps
        size = max(1, size // 2)


def _calmer(step: Step) -> list[Step]:
    """The step with nothing going wrong in it, or with less."""
    calm = replace(step, crash=0, county_crash=0, faults=())
    less = [replace(step, faults=(fault,)) for fault in step.faults] if len(step.faults) > 1 else []
    return [each for each in [calm, *less] if each != step]
