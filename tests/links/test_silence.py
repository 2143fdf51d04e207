"""Lines that are open and say nothing, pages of hotels, a county that is full: told apart, bounded, gone on from."""

import pytest

from sync import exchange, session
from sync.errors import CountyRefused, CountyUnreachable
from sync.protocol import MEDIA_TYPE, Problem
from sync.wire.asking import MOST_WAIT_S
from tests.links.bad_lines import at_once, impatient, noted, unhurried
from tests.links.proxy import Line, Way, through
from tests.sync.impostor import Reply, answering, forward
from tests.sync.worlds import World, look, looks

LOAD = 60  # kB
PORTAL = Reply(b"<html><body>Room number?</body></html>", "text/html")


@pytest.mark.parametrize("line", [Line(up=Way(silent_after=0)), Line(down=Way(silent_after=0))])
def test_a_line_that_swallows_everything_is_given_up_soon(world: World, line: Line) -> None:
    pauses: list[float] = []
    with world.serving() as url, through(line, url) as near:
        home = world.start()
        done = noted(home, 1)
        session.settle(home)
        world.point("home", near)
        with pytest.raises(CountyUnreachable):
            exchange.run(world.folder(), sleep=pauses.append, connect=impatient)
        assert line.connections == 3
        assert len(pauses) == 2
        assert world.folder().news().runs[-1].outcome == "county_unreachable"
        world.point("home", url)
        session.sync(home)
        assert world.at_county(home) == done


@pytest.mark.parametrize("after", [0, 20_000], ids=["on its way there", "in the middle"])
def test_a_line_that_falls_silent_in_the_middle_is_left_for_a_new_one(world: World, after: int) -> None:
    line = Line(up=Way(silent_after=after or 5_000))
    with world.serving() as url, through(line, url) as near:
        home = world.start()
        done = noted(home, LOAD)
        session.settle(home)
        world.point("home", near)

        def mended(_seconds: float) -> None:
            line.up.silent_after = None

        assert exchange.run(world.folder(), sleep=mended, connect=unhurried).sent == 1
        assert world.at_county(home) == done
    assert line.connections == 2


def test_a_download_that_falls_silent_goes_on_from_there(world: World) -> None:
    line = Line(down=Way(silent_after=30_000))
    with world.serving() as url, through(line, url) as near:
        home, clinic = world.start(), world.start("clinic")
        done = noted(home, LOAD)
        session.sync(home)
        world.point("clinic", near)

        def mended(_seconds: float) -> None:
            line.down.silent_after = None

        outcome = exchange.run(world.folder("clinic"), sleep=mended, connect=unhurried)
        assert outcome.received == 1
        assert outcome.bytes_down < LOAD * 1000 + 5_000
        world.point("clinic", url)
        session.sync(clinic)
        assert looks(clinic) == done


def test_pauses_grow_and_differ_and_end(world: World) -> None:
    """After one answer the way is known to exist: it is tried longer, but not for ever."""
    with world.serving() as url:
        home = world.start()
        noted(home, LOAD)
        session.settle(home)
        runs = []
        for _ in range(2):
            line = Line(up=Way(cut_at=[20_000]))
            pauses: list[float] = []

            def worse(seconds: float, line: Line = line, pauses: list[float] = pauses) -> None:
                line.up.cut_every = 100
                pauses.append(seconds)

            with through(line, url) as near:
                world.point("home", near)
                with pytest.raises(CountyUnreachable):
                    exchange.run(world.folder(), sleep=worse)
            runs.append(pauses)
    first, second = runs
    assert 4 <= len(first) <= 8
    assert first[-1] > 2 * first[0]
    assert sum(first) < 60
    assert first != second


def test_a_hotel_page_in_the_middle_is_not_the_county(world: World) -> None:
    with world.serving() as url:
        home = world.start()
        done = noted(home, LOAD)
        session.settle(home)
        asked: list[str] = []

        def portal(path: str, headers: object, body: bytes) -> Reply:
            asked.append(path)
            return forward(url, path, headers, body) if len(asked) == 1 else PORTAL  # type: ignore[arg-type]

        with answering(portal) as hotel:
            world.point("home", hotel)
            with pytest.raises(CountyUnreachable):
                exchange.run(world.folder(), sleep=at_once)
            assert len(asked) < 10
            # From the first word on: nobody is asked twice.
            asked[:] = ["", ""]
            with pytest.raises(CountyUnreachable):
                exchange.run(world.folder(), sleep=at_once)
            assert len(asked) == 3
        world.point("home", url)
        session.sync(home)
        assert world.at_county(home) == done


def test_a_county_that_is_full_is_asked_again_when_it_said(world: World) -> None:
    with world.serving() as url:
        home = world.start()
        done = {look(home)}
        session.settle(home)
        waits = iter(["3", "999999", "0", "3", "3", "3", "7"])
        pauses: list[float] = []

        def full(path: str, headers: object, body: bytes) -> Reply:
            wait = next(waits, None)
            if wait is None:
                return forward(url, path, headers, body)  # type: ignore[arg-type]
            return Reply(Problem("county_busy").encode(), MEDIA_TYPE, 503, {"Retry-After": wait})

        with answering(full) as busy:
            world.point("home", busy)
            with pytest.raises(CountyRefused, match="county_refused"):
                exchange.run(world.folder(), sleep=pauses.append)
            assert 3 <= pauses[0] <= 4.5
            # What it may not ask for is bounded.
            assert pauses[1] <= 1.5 * MOST_WAIT_S
            assert len(pauses) == 5
            assert exchange.run(world.folder(), sleep=pauses.append).sent == 1
        assert world.at_county(home) == done
