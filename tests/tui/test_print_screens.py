"""Ctrl+O on a screen: what it offers, where it goes, what it says; never over another file."""

import json
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from db.tables import AuditEvent
from tests.care.household import Household
from tests.tui.charted import Charted, open_chart, press
from tests.tui.conftest import screen_text, unbroken
from tests.tui.printed import pages
from yiyang_tui.widgets.entry import Entry


def printed(house: Household) -> list[dict[str, str]]:
    """What the audit says was printed."""
    with house.store.reading() as conn:
        asked = select(col(AuditEvent.facts)).where(col(AuditEvent.what) == "printed").order_by(col(AuditEvent.id))
        return [json.loads(facts) for facts in conn.execute(asked).scalars()]


async def into(app, pilot, file: Path) -> None:
    """Say where it goes."""
    app.screen.query_one("#line", Entry).value = str(file)
    await press(app, pilot, "enter")


async def test_the_page_of_measurements_prints_the_temperature_chart(
    charted: Charted, lived: Household, tmp_path: Path
) -> None:
    file = tmp_path / "week.pdf"
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "2", "ctrl+o")
        asked = screen_text(app)
        assert "没有加密" in asked
        assert "体温单-101-1-2026-11-22.pdf" in asked.replace("\n", "")
        await into(app, pilot, file)
        assert "week.pdf" in screen_text(app)
        assert printed(lived) == [{"sheet": "temperature", "file": "week.pdf"}]
    (page,) = pages(file.read_bytes())
    assert page.one("李秀英").top < 28


async def test_a_file_that_is_there_is_not_printed_over(charted: Charted, lived: Household, tmp_path: Path) -> None:
    file = tmp_path / "mine.pdf"
    file.write_text("mine")
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "2", "ctrl+o")
        await into(app, pilot, file)
        assert "没有覆盖" in unbroken(app)
        assert printed(lived) == []
    assert file.read_text() == "mine"


async def test_where_several_sheets_belong_one_is_chosen(charted: Charted, lived: Household, tmp_path: Path) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot)
        await press(app, pilot, "6", "ctrl+o")
        offered = screen_text(app)
        assert "巡视单 今天" in offered
        assert "巡视单 空表" in offered
        await press(app, pilot, "down", "enter")
        await into(app, pilot, tmp_path / "rounds.pdf")
        assert [one["sheet"] for one in printed(lived)] == ["rounds"]
    assert len(pages((tmp_path / "rounds.pdf").read_bytes())) >= 1


async def test_a_page_with_nothing_to_print_says_so(charted: Charted, lived: Household) -> None:
    async with charted() as (app, pilot):
        await open_chart(app, pilot, "宋志云")
        await press(app, pilot, "4", "ctrl+o")
        assert "没有可打印的表" in screen_text(app)
        assert printed(lived) == []


async def test_whoever_may_not_print_reads_who_may(charted: Charted, lived: Household) -> None:
    lived.colleague("admin", "7009")
    async with charted(number="7009") as (app, pilot):
        from yiyang_tui.print.from_screen import print_sheet

        screen = app.screen
        print_sheet(screen, "rounds")  # type: ignore[arg-type]
        await press(app, pilot)
        assert "护理员" in screen_text(app)
        assert printed(lived) == []
