"""A small house to try screens in: a real record, three people on the staff, one small place."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from shutil import copytree

import pytest
from textual._wait import wait_for_idle
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from care.pins import set_pin
from db.keys import Cost
from db.tables import Pair, Staff
from db.vault import create_vault
from tests.tui.charted import charted, charted_once, lived  # noqa: F401 - fixtures
from tests.tui.dosed import dosed, dosed_once, dosing  # noqa: F401 - fixtures
from tests.tui.evening import address, county, county_once, enrolled, evening_once, home, shown  # noqa: F401 - fixtures
from tests.tui.walk import house, house_once, walked  # noqa: F401 - fixtures
from yiyang_tui import words
from yiyang_tui.app import YiyangApp, make_app
from yiyang_tui.settings import settings_path
from yiyang_tui.widgets.entry import Entry

PASSPHRASE = "correct horse"
PLACES = {
    "today": "tests.tui.small_places:Today",
    "people": "tests.tui.small_places:People",
    "rounds": "tests.tui.small_places:Rounds",
    "beds": "tests.tui.small_places:Today",
    "sync": "tests.tui.small_places:Today",
    "chart": "tests.tui.small_places:Chart",
}

Opened = Callable[..., AbstractAsyncContextManager[tuple[YiyangApp, Pilot[None]]]]


@pytest.fixture(autouse=True)
def chinese_first() -> None:
    """Whatever language the test before it left."""
    words.use("zh")


@pytest.fixture(scope="session")
def made_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with a carer (PIN 4711), a doctor without PIN and somebody who has left."""
    path = tmp_path_factory.mktemp("vault") / "record.db"
    store = create_vault(path, "1001", PASSPHRASE, cost=Cost(19 * 1024, 2, 1))
    with store.act(None) as act:
        wang = act.insert(Staff, number="1001", name="王芳", role="carer")
        act.insert(Staff, number="1002", name="刘建国", role="doctor")
        act.insert(Staff, number="1003", name="周福", role="nurse", closed=True)
        act.insert(Pair, name="青山镇 卫生院+福利院")
    set_pin(store, wang, "4711")
    store.close()
    return path


@pytest.fixture
def vault(made_vault: Path, tmp_path: Path) -> Path:
    """A copy of that record."""
    copytree(made_vault.parent, tmp_path / "vault")
    return tmp_path / "vault" / "record.db"


async def settle(app: YiyangApp, pilot: Pilot[None]) -> None:
    """Until no worker runs, nothing is queued and all is drawn."""
    for turn in range(3):
        # A newer question cancels an older one.
        with suppress(WorkerCancelled):
            await app.workers.wait_for_complete()
        # To ask every widget whether it is done costs more than most of what they do: again only where something waits.
        if turn == 0 or any(each.message_queue_size for each in (app, *app.screen.walk_children(with_self=True))):
            await pilot.pause()
        else:
            await wait_for_idle(0)
            app.screen._on_timer_update()


async def until(pilot: Pilot[None], come: Callable[[], object]) -> None:
    """Until it has come about; what never comes fails the test by what is asserted next."""
    for _ in range(2000):
        if come():
            return
        await pilot.pause()


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type characters one by one."""
    await pilot.press(*("space" if char == " " else char for char in text))


@pytest.fixture
def started(vault: Path) -> Opened:
    """The application before sign-in: ``async with started() as (app, pilot)``."""

    @asynccontextmanager
    async def run(
        lang: str = "zh", theme: str = "yiyang-plain", size: tuple[int, int] = (80, 24), path: Path = vault
    ) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        app = make_app(path, lang, theme, places=PLACES, settings=settings_path())
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield app, pilot

    return run


async def sign_in(app: YiyangApp, pilot: Pilot[None], number: str = "1001", passphrase: str = PASSPHRASE) -> None:
    """Type number and passphrase as a person would."""
    await type_text(pilot, number)
    await pilot.press("enter")
    await type_text(pilot, passphrase)
    await pilot.press("enter")
    await settle(app, pilot)


@pytest.fixture
def opened(started: Opened) -> Opened:
    """The application with the carer signed in, at Today."""

    @asynccontextmanager
    async def run(**kwargs: object) -> AsyncIterator[tuple[YiyangApp, Pilot[None]]]:
        async with started(**kwargs) as (app, pilot):
            for id, said in (("number", "1001"), ("passphrase", PASSPHRASE)):
                entry = app.screen.query_one(f"#{id}", Entry)
                entry.focus()
                entry.value = said
            await pilot.press("enter")
            await settle(app, pilot)
            yield app, pilot

    return run


def screen_text(app: YiyangApp) -> str:
    """The screen as it is drawn, line by line."""
    strips = app.screen._compositor.render_strips(app.screen.size)
    return "\n".join(strip.text.rstrip() for strip in strips)


def unbroken(app: YiyangApp) -> str:
    """The screen without blanks and frames: where a long sentence is broken into lines is nobody's promise."""
    return re.sub(r"[\s|]+", "", screen_text(app))
