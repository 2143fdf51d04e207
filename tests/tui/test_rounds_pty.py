"""The rounds board through a real terminal: a killed program loses nothing that was typed."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from care import setup, staff
from db.keys import FLOOR
from db.rows import shape_of
from db.store import Store
from db.tables import Round, Vitals
from db.vault import create_vault, open_vault
from tests.care.household import PLAN, Household
from tests.tui.terminal import CTRL_S, ENTER, F4, Terminal

NUMBER, PASSPHRASE = "1002", "correct horse battery"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """The closed record of a house with three people, made by the machine's own clock."""
    path = tmp_path / "record.db"
    store = create_vault(path, NUMBER, PASSPHRASE, cost=FLOOR)
    carer = setup.found(store, PLAN, number=NUMBER, name="王芳", role="director")
    made = Household(store, carer, carer)
    for name, bed in (("王长生", "101-1"), ("陈德福", "101-2"), ("李秀英", "102-1")):
        made.person(name, bed, care_level="full")
    assert staff.by_number(store, NUMBER) is not None
    store.close()
    return path


@pytest.fixture
def terminal(vault: Path) -> Iterator[Terminal]:
    """The program on the rounds board."""
    found = Terminal(vault, NUMBER, PASSPHRASE)
    found.sign_in(place=F4, shows=("[F4巡视]", "已巡"))
    yield found
    found.child.close(force=True)


def opened(vault: Path) -> Store:
    return open_vault(vault, NUMBER, PASSPHRASE)


def test_a_program_killed_in_the_middle_of_a_form_gives_it_back(terminal: Terminal, vault: Path) -> None:
    terminal.shows("王长生女")
    terminal.type(" ")
    terminal.shows("已保存101-1王长生", "陈德福女")
    terminal.type("365" + ENTER + "78" + ENTER + ENTER + "14")
    terminal.shows("|36.5|", "|78|", "|14|", "没填完")
    beside = opened(vault)
    terminal.until(lambda: [draft["sbp"] for draft in beside.drafts("round:").values()] == ["14"])
    terminal.child.kill(signal.SIGKILL)
    terminal.child.wait()
    beside.close()
    again = Terminal(vault, NUMBER, PASSPHRASE)
    try:
        again.sign_in(known=True, place=F4, shows=("[F4巡视]", "已巡"))
        again.shows("陈德福女", "|36.5|", "|78|", "|14|", "没填完", "上次没填完，接着填")
        again.type(ENTER + "142" + ENTER)
        again.shows("|142|")
        again.type(CTRL_S)
        again.shows("已保存101-2陈德福")
        again.quit()
    finally:
        again.child.close(force=True)
    store = opened(vault)
    with store.reading() as conn:
        vitals = conn.execute(select(shape_of(Vitals).table)).mappings().all()
        looks = conn.execute(select(shape_of(Round).table.c.id)).all()
    assert [(row["temp_c10"], row["pulse"], row["resp"], row["sbp"]) for row in vitals] == [(365, 78, None, 142)]
    assert len(looks) == 2
    assert store.drafts("round:") == {}
    store.close()
