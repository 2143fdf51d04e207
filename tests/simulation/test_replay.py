"""A history happens the same way again, and one that goes wrong is told as shortly as it can be."""

from tests.simulation.program import simulated
from tests.simulation.shrink import shrink
from tests.simulation.steps import History, Step, draw


def test_a_seed_tells_the_same_story_again_and_all_happens_as_it_did() -> None:
    first, second = simulated("--seed", "11"), simulated("--seed", "11")
    assert "All promises kept; mark " in first.stdout
    assert first.stdout == second.stdout
    assert draw(11) == draw(11) != draw(12)


def test_a_story_is_shortened_to_the_steps_that_matter() -> None:
    steps = tuple(Step("look", "home", pick=number, crash=1) for number in range(40))

    def fails(history: History) -> bool:
        picks = [step.pick for step in history.steps]
        return 7 in picks and 31 in picks

    assert [(step.pick, step.crash) for step in shrink(History(1, 2, steps), fails).steps] == [(7, 0), (31, 0)]


def test_a_story_without_a_protection_is_readable() -> None:
    told = simulated("--without", "acknowledge before insert", "--seeds", "60").stdout
    assert "caught by seed" in told
    assert "\n  1. " in told
    assert "has a receipt for" in told
