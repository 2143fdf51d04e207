"""The rounds board through a real terminal: keys are counted, and a killed program loses nothing that was typed."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from sqlalchemy import select

from care import setup, staff
from db.keys import FLOOR
from db.rows import shape_of
from db.store import Store
from db.tables import Round, Vitals
from db.vault import create_vault, open_vault
from tests.care.household import PLAN, Household

NUMBER, PASSPHRASE = "1002", "correct horse battery"
ENTER, CTRL_S, CTRL_Q, F4 = "\r", "\x13", "\x11", "\x1bOS"
SILENT = 150  # fifths of a second
SET = ["365", "78", "18", "142", "84", "97"]


class Terminal:
    """The program in a terminal of 80 by 24, as somebody sees it."""

    def __init__(self, vault: Path) -> None:
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "yiyang_tui"],
            encoding="utf-8",
            dimensions=(24, 80),
            timeout=30,
            env={**os.environ, "YIYANG_VAULT": str(vault), "TERM": "xterm-256color", "YIYANG_THEME": "plain"},
        )

    @property
    def text(self) -> str:
        """The screen without blanks: a wide character leaves one behind it here."""
        return "".join("".join(self.screen.display).split())

    def until(self, seen: Callable[[], bool]) -> None:
        """Watch the screen until that holds; fail when the program has been silent for long."""
        silent = 0
        while not seen():
            try:
                self._stream.feed(self.child.read_nonblocking(65536, timeout=0.2))
                silent = 0
            except pexpect.TIMEOUT:
                silent += 1
                assert silent < SILENT, "\n".join(self.screen.display)

    def shows(self, *texts: str) -> None:
        """Watch until all of this stands on the screen."""
        self.until(lambda: all("".join(text.split()) in self.text for text in texts))

    def type(self, keys: str) -> None:
        """All at once, as fast as the line carries it."""
        self.child.send(keys)

    def sign_in(self, number: str = NUMBER + ENTER) -> None:
        """Number (which the next start remembers), passphrase, then the rounds board."""
        self.shows("输入工号和口令")
        self.type(number + PASSPHRASE + ENTER)
        self.shows("[F2今日]")
        self.type(F4)
        self.shows("[F4巡视]", "已巡")

    def quit(self) -> None:
        """As people do."""
        self.type(CTRL_Q)
        self.shows("退出医养")
        self.type(ENTER)
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus == 0


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
    found = Terminal(vault)
    found.sign_in()
    yield found
    found.child.close(force=True)


def opened(vault: Path) -> Store:
    return open_vault(vault, NUMBER, PASSPHRASE)


def test_a_full_set_is_its_digits_and_one_enter_each(terminal: Terminal, vault: Path) -> None:
    keys = [*(key for value in SET for key in (*value, ENTER)), "1", CTRL_S]
    assert len(keys) == sum(map(len, SET)) + len(SET) + 2 == 22
    terminal.shows("王长生女")
    terminal.type("".join(keys))
    terminal.shows("已保存101-1王长生", "陈德福女")
    terminal.type(" ")
    terminal.shows("已保存101-2陈德福", "李秀英女")
    terminal.quit()
    store = opened(vault)
    with store.reading() as conn:
        (vitals,) = conn.execute(select(shape_of(Vitals).table)).mappings().all()
        looks = conn.execute(select(shape_of(Round).table.c.unremarkable)).scalars().all()
    store.close()
    kept = {name: vitals[name] for name in ("temp_c10", "pulse", "resp", "sbp", "dbp", "spo2", "acvpu")}
    assert kept == {"temp_c10": 365, "pulse": 78, "resp": 18, "sbp": 142, "dbp": 84, "spo2": 97, "acvpu": "A"}
    assert sorted(looks) == [False, True]


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
    again = Terminal(vault)
    try:
        again.sign_in(number="")
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
