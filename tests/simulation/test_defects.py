"""The simulator can fail: each protection of the protocol, taken out of the real code, is missed by some history."""

import pytest

from tests.simulation.defects import DEFECTS
from tests.simulation.program import simulated


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """What the program says of each defect."""
    ended = simulated("--defects", "--seeds", "60")
    return dict(line.split("\t") for line in ended.stdout.splitlines())


@pytest.mark.parametrize("name", DEFECTS)
def test_without_this_protection_a_history_goes_wrong(told: dict[str, str], name: str) -> None:
    assert told[name].startswith("caught by seed")
