"""Budgets: what may be spent is not exceeded by much, what was carried counts, and progress tells what has gone."""

import itertools
from collections.abc import Iterator

import pytest

from sync import exchange, session
from sync.exchange import Outcome
from sync.link import Folder
from sync.wire import portion
from tests.links.bad_lines import at_once, noted
from tests.links.proxy import Line, Way, through
from tests.sync.worlds import World, looks

LOAD = 60  # kB
SLACK = 6_000
"""Bytes: what is in the buffers of both ends when it is enough, and the heads of requests."""


def in_portions(folder: Folder, most: int) -> Iterator[Outcome]:
    """One exchange after the other, each with its budget, until one comes to its end."""
    for _ in range(40):
        outcome = exchange.run(folder, sleep=at_once, max_bytes=most)
        yield outcome
        if not outcome.stopped:
            return


@pytest.mark.parametrize("most", [5_000, 20_000])
def test_bytes_are_carried_by_the_day_and_none_twice(world: World, most: int) -> None:
    line = Line()
    with world.serving() as url, through(line, url) as near:
        home, clinic = world.start(), world.start("clinic")
        done = noted(home, LOAD)
        session.settle(home)
        for name in ("home", "clinic"):
            world.point(name, near)
            left = [10**9]
            before = line.carried
            for outcome in in_portions(world.folder(name), most):
                assert line.carried - before <= most + SLACK
                before = line.carried
                assert outcome.left < left[-1] or not outcome.left
                assert outcome.stopped or not outcome.left
                left.append(outcome.left)
            assert left[-1] == 0
            assert len(left) > LOAD * 1000 // (most + SLACK)
        assert world.at_county(home) == done
        world.point("clinic", url)
        session.sync(clinic)
        assert looks(clinic) == done
    assert line.carried < 2 * LOAD * 1000 * 1.5 + 20_000


def test_time_runs_out_in_the_middle_and_nothing_is_lost(world: World) -> None:
    with world.serving():
        home = world.start()
        done = noted(home, LOAD)
        session.settle(home)
        seconds = itertools.count()
        outcome = exchange.run(world.folder(), steady=lambda: float(next(seconds)), max_seconds=12)
        assert outcome.stopped == "seconds"
        assert 0 < outcome.left < LOAD * 1100
        assert world.folder().news().runs[-1].outcome == "budget_spent"
        assert exchange.run(world.folder()).sent == 1
        assert world.at_county(home) == done


def test_a_budget_too_small_for_anything_spends_nothing(world: World) -> None:
    line = Line()
    with world.serving() as url, through(line, url) as near:
        home = world.start()
        noted(home, LOAD)
        session.settle(home)
        world.point("home", near)
        outcome = exchange.run(world.folder(), max_bytes=100)
        assert (outcome.stopped, outcome.requests, line.carried) == ("bytes", 0, 0)
        assert outcome.left > LOAD * 1000


def test_progress_is_told_both_ways_and_ends_at_all_of_it(world: World) -> None:
    line = Line(up=Way(rate=200_000), down=Way(rate=200_000))
    with world.serving() as url, through(line, url) as near:
        home, clinic = world.start(), world.start("clinic")
        noted(home, LOAD)
        for name, store in (("home", home), ("clinic", clinic)):
            world.point(name, near)
            told: list[tuple[int, int]] = []
            session.sync(store, lambda done, total, told=told: told.append((done, total)))  # type: ignore[misc]
            assert len(told) > 4
            assert all(0 <= done <= total for done, total in told)
            assert [done for done, _ in told] == sorted(done for done, _ in told)
            assert told[-1][0] == told[-1][1] > LOAD * 1000


def test_what_is_told_as_gone_has_gone(world: World) -> None:
    """On a slow line the kernel would take a whole month at once and say nothing for a minute."""
    line = Line(up=Way(rate=40_000))
    ahead: list[int] = []
    with world.serving() as url, through(line, url) as near:
        home = world.start()
        noted(home, LOAD)
        session.settle(home)
        world.point("home", near)
        exchange.run(world.folder(), lambda done, _total: ahead.append(done - line.up.carried))
    assert max(ahead) < 40_000
    assert len(ahead) > 10


def test_messages_grow_while_all_goes_well_and_shrink_after_a_cut(world: World) -> None:
    assert portion.after(portion.FIRST, portion.FIRST, 0) == 2 * portion.FIRST
    assert portion.after(portion.FIRST, 1000, 0) == portion.FIRST
    assert portion.after(portion.LEAST, 10**6, 9) == portion.LEAST
    assert portion.after(portion.MOST, portion.MOST, 0) == portion.MOST
    line = Line(up=Way(cut_every=20_000))
    with world.serving() as url, through(line, url) as near:
        home = world.start()
        noted(home, LOAD)
        session.settle(home)
        world.point("home", near)
        exchange.run(world.folder(), sleep=at_once)
        # Remembered: the next exchange begins small.
        assert world.folder().news().portion == portion.FIRST // 2
        line.up.cut_every = 0
        for _ in range(6):
            noted(home, 40)
            session.settle(home)
        # Six batches of 40 kB: three in a message of 128 kB, and as it went well the rest in one of 256.
        outcome = exchange.run(world.folder(), sleep=at_once)
        assert (outcome.sent, outcome.requests) == (6, 3)
        assert world.folder().news().portion == portion.FIRST
