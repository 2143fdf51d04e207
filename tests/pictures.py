"""Pictures of the real screens on a lifelike record: ``python tests/pictures.py [--png DIR] [NAME …]``.

Writes ``docs/pictures/<name>-<width>x<height>.svg``. The clock of the record stands at a Sunday evening, so that the
pictures change only when the screens or the demo do. With ``--png`` also bitmaps, to look at.
"""

import argparse
import asyncio
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sqlmodel import col, select  # noqa: E402
from textual.pilot import Pilot  # noqa: E402
from textual.worker import WorkerCancelled  # noqa: E402

from care.demo import DEMO_NUMBER, furnish  # noqa: E402
from db.keys import Cost  # noqa: E402
from db.tables import Person  # noqa: E402
from db.vault import create_vault  # noqa: E402
from yiyang_tui.app import YiyangApp, make_app  # noqa: E402
from yiyang_tui.widgets.entry import Entry  # noqa: E402

FOLDER = HERE.parent / "docs" / "pictures"
SIZES = ((80, 24), (120, 36))
PASSPHRASE = "pictures only"
EVENING = 1795352640  # 2026-11-22 21:04 in the house
FONT = "'Noto Sans Mono CJK SC', 'Sarasa Mono SC', 'WenQuanYi Zen Hei Mono', monospace"

Step = Callable[[YiyangApp, Pilot[None]], Awaitable[None]]


def press(*keys: str) -> Step:
    """Press keys one after the other, each when the last has done its work."""

    async def step(app: YiyangApp, pilot: Pilot[None]) -> None:
        for key in keys:
            await pilot.press(key)
            await settle(app, pilot)

    return step


async def chart(app: YiyangApp, pilot: Pilot[None]) -> None:
    """The chart of the most talked-of resident, or the first."""
    assert app.session is not None
    with app.session.store.reading() as conn:
        wanted = conn.execute(select(col(Person.id)).order_by(col(Person.name) != "李秀英", col(Person.name))).scalar()
    await app.open("chart", person_id=wanted)
    await settle(app, pilot)


SCREENS: dict[str, Step | None] = {
    "unlock": None,
    "today": press("f2"),
    "people": press("f3", "l"),
    "rounds": press("f4"),
    "beds": press("f5"),
    "sync": press("f9"),
    "unsettled": press("ctrl+g"),
    "chart": chart,
    "person": press("f3", "ctrl+n"),
    "switch": press("f10"),
    "help": press("f1"),
    "palette": press("ctrl+p"),
    "keys": press("f11"),
}


async def settle(app: YiyangApp, pilot: Pilot[None]) -> None:
    """Until all is fetched and drawn."""
    for _ in range(3):
        # A newer question cancels an older one.
        with suppress(WorkerCancelled):
            await app.workers.wait_for_complete()
        await pilot.pause()


async def draw(vault: Path, name: str, step: Step | None, size: tuple[int, int], theme: str, lang: str) -> str:
    """One screen as SVG."""
    app = make_app(vault, lang, theme, settings=vault.with_name("settings.toml"))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        if step is not None:
            for id, said in (("number", DEMO_NUMBER), ("passphrase", PASSPHRASE)):
                entry = app.screen.query_one(f"#{id}", Entry)
                entry.focus()
                entry.value = said
            await pilot.press("enter")
            await settle(app, pilot)
            await step(app, pilot)
        return local(app.export_screenshot(title=name))


def local(svg: str) -> str:
    """The picture without fonts from the internet, in one that has Chinese."""
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    return re.sub(r"font-family:\s*(?:Fira Code|arial)[^;]*;", f"font-family: {FONT};", svg)


def furnished(folder: Path) -> Path:
    """A record with a house, its people and two weeks of rounds, at a fixed time."""
    path = folder / "record.db"
    store = create_vault(path, DEMO_NUMBER, PASSPHRASE, cost=Cost(19 * 1024, 2, 1))
    store.answer_clock(EVENING)
    furnish(store, days=14)
    store.close()
    return path


def main() -> None:
    """Draw what was asked for, or everything."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SCREENS))
    asked.add_argument("--png", type=Path, metavar="DIR")
    asked.add_argument("--theme", default="yiyang-light")
    asked.add_argument("--lang", default="zh")
    told = asked.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        vault = furnished(Path(folder))
        for name in told.names or SCREENS:
            for size in SIZES:
                svg = asyncio.run(draw(vault, name, SCREENS[name], size, told.theme, told.lang))
                stem = f"{name}-{size[0]}x{size[1]}"
                if told.png is None:
                    (FOLDER / f"{stem}.svg").write_text(svg, encoding="utf-8")
                else:
                    import cairosvg

                    told.png.mkdir(parents=True, exist_ok=True)
                    cairosvg.svg2png(svg.encode(), write_to=str(told.png / f"{stem}.png"), output_width=1400)
                print(stem)


if __name__ == "__main__":
    main()
