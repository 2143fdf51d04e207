"""A style sheet stays in force once its screen was shown: rules that do not name that screen reshape the others."""

import re
from pathlib import Path

import pytest

from tests.tui.conftest import settle
from tests.tui.walk import Walked
from yiyang_tui import screens
from yiyang_tui.app import YiyangApp
from yiyang_tui.places import PLACES
from yiyang_tui.widgets.entry import Entry

FOLDER = Path(screens.__file__).parent
SHARED = {"dialogs.tcss"}
CLASSES = {
    name
    for module in FOLDER.glob("*.py")
    for name in re.findall(r"^class (\w+)", module.read_text(encoding="utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("sheet", sorted(sheet.name for sheet in FOLDER.glob("*.tcss") if sheet.name not in SHARED))
def test_every_rule_of_a_screen_names_it(sheet: str) -> None:
    rules = re.sub(r"/\*.*?\*/", "", (FOLDER / sheet).read_text(encoding="utf-8"), flags=re.DOTALL)
    selectors = [one.strip() for rule in re.findall(r"([^{}]+)\{", rules) for one in rule.split(",")]
    assert selectors
    assert [one for one in selectors if re.split(r"[ .:]", one)[0] not in CLASSES] == []


def widths(app: YiyangApp) -> list[int]:
    return [field.size.width for field in app.screen.query(Entry)]


async def test_the_form_of_a_person_has_its_own_widths_after_the_rounds_board(walked: Walked) -> None:
    async with walked() as (app, pilot):
        app.places = PLACES
        await pilot.press("f3")
        await settle(app, pilot)
        await pilot.press("ctrl+n")
        await settle(app, pilot)
        assert widths(app)
        assert set(widths(app)) == {26}
