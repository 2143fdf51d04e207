"""A style sheet stays in force once its screen was shown: rules that do not name that screen reshape the others."""

import re
from pathlib import Path

import pytest

from tests.tui.charted import Charted
from tests.tui.conftest import settle
from yiyang_tui import screens
from yiyang_tui.app import YiyangApp
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


async def test_a_form_looks_the_same_whatever_was_shown_before(charted: Charted) -> None:
    async with charted() as (app, pilot):
        await pilot.press("f3", "ctrl+n")
        await settle(app, pilot)
        before = widths(app)
        await pilot.press("escape", "f4")
        await settle(app, pilot)
        await pilot.press("f3", "ctrl+n")
        await settle(app, pilot)
        assert widths(app) == before
