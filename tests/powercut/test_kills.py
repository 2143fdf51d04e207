"""The application is killed at any moment: what its screen had called saved is in the record."""

from tests.powercut.kills import BEDS, house, kill_once

KILLS = 16


def test_what_the_screen_called_saved_outlives_a_kill_at_any_moment() -> None:
    with house() as (place, terminals):
        told = [kill_once(place, terminals, seed) for seed in range(KILLS)]
    # Some came before anything was called saved, some when nearly all was.
    assert min(claims.done for claims in told) <= 1
    assert max(claims.done for claims in told) >= len(BEDS) - 3
    assert any(claims.saved for claims in told)
    assert any(claims.entries for claims in told)
