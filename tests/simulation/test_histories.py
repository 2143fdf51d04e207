"""A hundred histories of the whole system: whatever breaks in them, afterwards every promise is kept."""

from tests.simulation.program import simulated


def test_the_first_hundred_histories() -> None:
    ended = simulated("--seeds", "100", "--jobs", "1")
    assert ended.returncode == 0, ended.stdout + ended.stderr
