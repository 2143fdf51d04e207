"""The rescue view: a record on a write-protected stick is read on every screen, and each act says why it is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from care import staff
from db.vault import open_vault
from tests.care.household import NUMBER, PASSPHRASE, PLAN, Household, at, stopped_clock
from tests.tui.charted import NOW, at_work, open_chart, press
from tests.tui.conftest import screen_text, until
from yiyang_tui.app import make_app
from yiyang_tui.session import Session


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def on_a_stick(lived: Household) -> Iterator[Household]:
    """The record of the house, closed, without the right to write in it, and open again."""
    folder = lived.store.path.parent
    lived.store.close()
    for path in folder.iterdir():
        path.chmod(0o400)
    folder.chmod(0o500)
    store = open_vault(lived.store.path, NUMBER, PASSPHRASE, clock=stopped_clock())
    store.answer_clock(at(NOW))
    yield Household(store, lived.director, lived.carer, lived._numbers)
    folder.chmod(0o700)


async def test_a_chart_is_read_and_nothing_is_written(on_a_stick: Household) -> None:
    before = everything(on_a_stick.store.path.parent)
    async with at_work(on_a_stick) as (app, pilot):
        assert "! 只读" in screen_text(app)
        text = await open_chart(app, pilot)
        assert "李秀英" in text
        assert "青霉素" in text
    assert everything(on_a_stick.store.path.parent) == before


async def test_an_act_is_refused_in_one_sentence(on_a_stick: Household) -> None:
    before = everything(on_a_stick.store.path.parent)
    who = staff.by_number(on_a_stick.store, "1002")
    assert who is not None
    app = make_app(on_a_stick.store.path, "zh", "yiyang-plain", start="rounds")
    session = Session(on_a_stick.store, who, PLAN.pair_name, on_a_stick.store.now)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.call_later(app.enter, session)
        await until(pilot, lambda: "李秀英" in screen_text(app))
        await press(app, pilot, "space")
        assert "现在只能看" in screen_text(app)
        assert "已存" not in screen_text(app)
        await press(app, pilot, "escape")
        assert "! 只读" in screen_text(app)
    assert everything(on_a_stick.store.path.parent) == before
