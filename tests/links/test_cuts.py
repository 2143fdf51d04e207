"""Cuts: whatever breaks, everything arrives once, and what had come before is not sent again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sync import exchange, session
from sync.county.serving import running
from tests.links.bad_lines import HARD, WASTED, GoneHome, at_once, come_to_rest, go_home, kept, noted
from tests.links.proxy import Line, Way, through
from tests.sync.worlds import World, looks

LOAD = 60  # kB
EXCHANGE = "import sys; from pathlib import Path; from sync import exchange; from sync.link import Folder;"
EXCHANGE += "exchange.run(Folder(Path(sys.argv[1])))"


@pytest.mark.parametrize("line", [Line(up=Way(cut_every=HARD)), Line(up=Way(cut_every=HARD), down=Way(cut_every=HARD))])
def test_an_upload_over_a_line_that_breaks_every_three_kilobytes(world: World, line: Line) -> None:
    with world.serving() as url, through(line, url) as near:
        home = world.start()
        done = noted(home, LOAD)
        session.settle(home)
        world.close()
        world.point("home", near)
        assert exchange.run(world.folder(), sleep=at_once).sent == 1
        home = world.start()
        assert world.at_county(home) == done
    assert line.cuts > LOAD // 3
    assert kept(world.folder()) == 0


def test_a_download_over_a_line_that_breaks_every_three_kilobytes(world: World) -> None:
    line = Line(down=Way(cut_every=HARD))
    with world.serving() as url, through(line, url) as near:
        home, clinic = world.start(), world.start("clinic")
        done = noted(home, LOAD)
        session.sync(home)
        world.point("clinic", near)
        assert exchange.run(world.folder("clinic"), sleep=at_once).received == 1
        world.point("clinic", url)
        session.sync(clinic)
        assert looks(clinic) == done
    assert line.cuts > LOAD // 3
    assert kept(world.folder("clinic")) == 0


def test_a_cut_wastes_no_more_than_it_must(world: World) -> None:
    """Each way once over a good line and once over a bad one: what the bad one carried more is what the cuts cost."""
    carried: dict[str, list[tuple[int, int]]] = {"up": [], "down": []}
    with world.serving() as url:
        home, clinic = world.start(), world.start("clinic")
        for every in (0, 30_000):
            line = Line(up=Way(cut_every=every), down=Way(cut_every=every))
            with through(line, url) as near:
                done = noted(home, 4 * LOAD)
                session.settle(home)
                for name, way in (("home", "up"), ("clinic", "down")):
                    world.point(name, near)
                    before, breaks = line.carried, line.cuts
                    # With its own pauses: the county writes down what came while nobody asks for it yet.
                    exchange.run(world.folder(name))
                    carried[way].append((line.carried - before, line.cuts - breaks))
                    world.point(name, url)
            session.sync(clinic)
            assert world.at_county(home) >= done
    for (good, whole), (bad, cuts) in carried.values():
        assert whole == 0
        assert cuts >= 4 * LOAD // 30
        assert bad - good <= cuts * WASTED


def test_any_worker_of_the_county_goes_on_where_another_was_cut(world: World) -> None:
    line = Line(up=Way(cut_every=HARD), down=Way(cut_every=HARD))
    with world.serving() as one, running(world.county) as other, through(line, one, other) as near:
        home, clinic = world.start(), world.start("clinic")
        done = noted(home, LOAD)
        session.settle(home)
        for name in ("home", "clinic"):
            world.point(name, near)
            exchange.run(world.folder(name), sleep=at_once)
        assert world.at_county(home) == done
        world.point("clinic", one)
        session.sync(clinic)
        assert looks(clinic) == done
    assert line.connections > LOAD // 3


# --- the program is killed ------------------------------------------------------------------------


def killed_at_the_cut(vault: Path, line: Line) -> None:
    """Exchange in a program of its own, and kill it when the line breaks."""
    program = subprocess.Popen([sys.executable, "-c", EXCHANGE, str(vault)])
    line.at_cut = lambda: os.kill(program.pid, signal.SIGKILL)
    assert program.wait() == -signal.SIGKILL


def test_killed_in_the_middle_of_an_upload_it_goes_on_from_there(world: World) -> None:
    line = Line(up=Way(rate=80_000, cut_at=[40_000]))
    with world.serving() as url, through(line, url) as near:
        home = world.start()
        done = noted(home, LOAD)
        session.settle(home)
        world.close()
        world.point("home", near)
        killed_at_the_cut(world.path(), line)
        assert kept(world.folder()) > LOAD * 1000
        come_to_rest(world.county, 40_000 - WASTED)
        before = line.up.carried
        assert exchange.run(world.folder()).sent == 1
        assert line.up.carried - before < LOAD * 1000 + 4000 - before + WASTED
        home = world.start()
        assert world.at_county(home) == done
    assert kept(world.folder()) == 0


def test_killed_in_the_middle_of_a_download_it_goes_on_from_there(world: World) -> None:
    line = Line(down=Way(rate=80_000, cut_at=[40_000]))
    with world.serving() as url, through(line, url) as near:
        home, clinic = world.start(), world.start("clinic")
        done = noted(home, LOAD)
        session.sync(home)
        clinic.close()
        world.point("clinic", near)
        killed_at_the_cut(world.path("clinic"), line)
        before = line.down.carried
        assert exchange.run(world.folder("clinic")).received == 1
        assert line.down.carried - before < LOAD * 1000 + 4000 - before + WASTED
        clinic = world.start("clinic")
        session.sync(clinic)
        assert looks(clinic) == done


def test_what_was_written_meanwhile_does_not_make_it_begin_anew(world: World) -> None:
    """Cut in the middle of an upload; more is sealed before the line is back."""
    line = Line(up=Way(rate=80_000, cut_at=[40_000]))
    with world.serving() as url, through(line, url) as near:
        home = world.start()
        done = noted(home, LOAD)
        session.settle(home)
        world.point("home", near)
        with pytest.raises(GoneHome):
            exchange.run(world.folder(), sleep=go_home)
        come_to_rest(world.county, 40_000 - WASTED)
        before = line.up.carried
        done |= noted(home, 1)
        session.sync(home)
        assert world.at_county(home) == done
        assert line.up.carried - before < LOAD * 1000 + 8000 - 40_000 + WASTED
