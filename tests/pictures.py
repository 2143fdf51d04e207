"""Pictures of the real screens on a lifelike record: ``python tests/pictures.py [--png DIR] [NAME …]``.

Writes ``docs/pictures/<name>-<width>x<height>.svg``. The clock of the record stands at a Sunday evening, so that the
pictures change only when the screens or the demo do. With ``--png`` also bitmaps, to look at.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sqlmodel import col, select, update  # noqa: E402
from textual.pilot import Pilot  # noqa: E402
from textual.worker import WorkerCancelled  # noqa: E402

from care.demo import DEMO_NUMBER, furnish  # noqa: E402
from care.staff import everyone  # noqa: E402
from db.keys import Cost  # noqa: E402
from db.local import ROW_VERSION  # noqa: E402
from db.store import Store  # noqa: E402
from db.tables import Person, Stay  # noqa: E402
from db.vault import create_vault  # noqa: E402
from db.versions import Head, RowHeads  # noqa: E402
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


def and_then(*steps: Step) -> Step:
    """One after the other."""

    async def step(app: YiyangApp, pilot: Pilot[None]) -> None:
        for one in steps:
            await one(app, pilot)

    return step


def as_director(then: Step) -> Step:
    """The same, with the director at the laptop: what is settled is not for everybody to settle."""

    async def step(app: YiyangApp, pilot: Pilot[None]) -> None:
        assert app.session is not None
        app.session.become(next(one for one in everyone(app.session.store) if one.role == "director"))
        await then(app, pilot)

    return step


SCREENS: dict[str, Step | None] = {
    "unlock": None,
    "today": press("f2"),
    "answer": as_director(press("enter", "4")),
    "people": press("f3", "l"),
    "rounds": press("f4"),
    "beds": press("f5"),
    "medicines": press("f6"),
    "stock": press("f6", "ctrl+k", "ctrl+t"),
    "medicine": and_then(chart, press("3")),
    "events": press("f8"),
    "event": and_then(chart, press("5", "ctrl+n", "right", "1", "3")),
    "handover": press("f7"),
    "house": as_director(press("ctrl+u", "2")),
    "rota": as_director(press("ctrl+u", "3")),
    "sync": press("f9"),
    "unsettled": press("ctrl+g"),
    "settle": as_director(press("ctrl+g", "enter")),
    "staff": as_director(press("ctrl+w")),
    "safety": press("ctrl+y", "enter"),
    "chart": chart,
    "assessments": as_director(and_then(chart, press("4"))),
    "assess": and_then(chart, press("4", "ctrl+n", "enter", "2", "2", "1", "3")),
    "assessed": as_director(and_then(chart, press("4", "end", "enter"))),
    "care": and_then(chart, press("5")),
    "steps": as_director(and_then(chart, press("ctrl+s"))),
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
    left_apart(store)
    store.close()
    return path


def left_apart(store: Store) -> None:
    """What another laptop wrote meanwhile: other allergies and care level of one, somebody else in a bed."""
    with store.reading() as conn:
        name = select(col(Person.id)).where(col(Person.name) == "李秀英")
        li = conn.execute(name).scalar_one()
        beds = conn.execute(
            select(col(Stay.person_id), col(Stay.bed_id))
            .join(Person, col(Person.id) == col(Stay.person_id))
            .where(col(Stay.until_at).is_(None), col(Person.practice).is_(False), col(Person.id) != li)
            .order_by(col(Stay.id))
            .limit(2)
        ).all()
    with store.act(None) as act:
        act.insert(Stay, person_id=beds[0].person_id, bed_id=beds[1].bed_id, from_at=act.now - 3600)
    same = (ROW_VERSION.c.row_id == li) & (ROW_VERSION.c.table_name == "person")
    theirs = {"allergies": '[{"reaction": "", "since": "", "to": "磺胺"}]', "care_level": "half"}
    with store.writing() as conn:
        heads = RowHeads.decode(bytes(conn.execute(select(ROW_VERSION.c.heads).where(same)).scalar_one()))
        present = conn.execute(select(col(Person.allergies), col(Person.care_level)).where(col(Person.id) == li)).one()
        for seq, (field, value) in enumerate(theirs.items(), 1):
            mine = heads.of(field)[0]._replace(value=getattr(present, field))
            heads.fields[field] = (Head(b"another epch", seq, 10**6, value), mine)
        # As a merge leaves it: until somebody says which, the allergies of both sides stand, and the care that is more.
        both = json.dumps(json.loads(present.allergies) + json.loads(theirs["allergies"]), ensure_ascii=False)
        conn.execute(update(Person).where(col(Person.id) == li).values(allergies=both))
        conn.execute(update(ROW_VERSION).where(same).values(heads=heads.encode(), contested=len(heads.contested)))


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
