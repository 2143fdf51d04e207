"""Pictures of a screen as plain text, kept beside the tests: a change of the screen is a change of a file one can read.

``YIYANG_UPDATE_SNAPSHOTS=1 pytest …`` writes them anew; look at the difference before it is committed.
"""

import os
from pathlib import Path

from tests.tui.conftest import screen_text
from yiyang_tui.app import YiyangApp

FOLDER = Path(__file__).with_name("snapshots")
# Read before any test: what a person sets reaches no test.
UPDATE = os.environ.get("YIYANG_UPDATE_SNAPSHOTS") == "1"


def same_as_picture(app: YiyangApp, name: str) -> None:
    """The screen is drawn as in ``snapshots/<name>-<width>x<height>.txt``."""
    width, height = app.screen.size
    kept = FOLDER / f"{name}-{width}x{height}.txt"
    drawn = screen_text(app) + "\n"
    if UPDATE:
        FOLDER.mkdir(exist_ok=True)
        kept.write_text(drawn, encoding="utf-8")
    assert drawn == kept.read_text(encoding="utf-8")
