"""A hundred histories more, in a file of their own so that two cores share the work."""

from tests.simulation.program import simulated


def test_the_second_hundred_histories() -> None:
    ended = simulated("--seeds", "100", "--from", "100", "--jobs", "1")
    assert ended.returncode == 0, ended.stdout + ended.stderr
