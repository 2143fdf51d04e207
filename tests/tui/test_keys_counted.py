"""How many keys the frequent acts take, counted through a real terminal: each case types exactly the keys it counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from care import setup, staff, stays
from care.age import house_day
from care.medicines.orders import NewOrder, prescribe
from db.keys import FLOOR
from db.rows import shape_of
from db.store import Store
from db.tables import Assessment, Dose, Event, PlanItem, Round, Stay, Synced, Vitals
from db.vault import create_vault, open_vault
from tests.care.household import PLAN, Household
from tests.tui.terminal import CTRL_S, CTRL_Z, ENTER, F4, F6, Terminal
from yiyang_tui.words import times

NUMBER, PASSPHRASE = "1002", "correct horse battery"
SET = ("365", "78", "18", "142", "84", "97")
ALERT = "1"  # 清醒, the first state of consciousness


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """The closed record of a house with three people; a nurse walks, the first of them is to be turned."""
    path = tmp_path / "record.db"
    store = create_vault(path, "1001", PASSPHRASE, cost=FLOOR)
    director = setup.found(store, PLAN, number="1001", name="刘建国", role="director")
    staff.add(store, director, number=NUMBER, name="王芳", role="nurse")
    store.add_passphrase(NUMBER, PASSPHRASE, FLOOR)
    made = Household(store, director, director)
    yesterday = store.now() - 86400
    first = made.person("王长生", care_level="full")
    stays.admit(store, director, first, made.bed("101-1"), at=yesterday)
    for name, bed in (("陈德福", "101-2"), ("李秀英", "102-1")):
        made.person(name, bed, care_level="full")
    with store.act(director) as act:
        act.insert(PlanItem, person_id=first, duty="turning", every_min=120, from_at=yesterday)
    store.close()
    return path


@pytest.fixture
def terminal(vault: Path) -> Iterator[Terminal]:
    """The program on the rounds board."""
    found = Terminal(vault, NUMBER, PASSPHRASE)
    found.sign_in(place=F4, shows=("[F4巡视]", "已巡"))
    yield found
    found.child.close(force=True)


def rows(vault: Path, of: type[Synced]) -> list[dict[str, object]]:
    """All rows of a table, oldest first."""
    store: Store = open_vault(vault, NUMBER, PASSPHRASE)
    core = shape_of(of).table
    with store.reading() as conn:
        found = [dict(row) for row in conn.execute(select(core).order_by(core.c.id)).mappings()]
    store.close()
    return found


def test_a_full_set_is_its_digits_the_consciousness_and_one_key_to_save(terminal: Terminal, vault: Path) -> None:
    """Temperature, pulse, breathing, both pressures, oxygen, consciousness: 14 digits, one choice, Ctrl+S. Was 22."""
    keys = [*"".join(SET), ALERT, CTRL_S]
    assert len(keys) == sum(map(len, SET)) + 2 == 16
    terminal.shows("王长生女")
    terminal.type("".join(keys))
    terminal.shows("已保存101-1王长生", "陈德福女")
    terminal.quit()
    (vitals,) = rows(vault, Vitals)
    kept = {name: vitals[name] for name in ("temp_c10", "pulse", "resp", "sbp", "dbp", "spo2", "acvpu")}
    assert kept == {"temp_c10": 365, "pulse": 78, "resp": 18, "sbp": 142, "dbp": 84, "spo2": 97, "acvpu": "A"}


def test_an_unremarkable_round_is_one_key_a_person_with_what_was_due(terminal: Terminal, vault: Path) -> None:
    """Space, three times: three rounds; with the first the turning that its care plan asks for. Ctrl+Z takes both."""
    terminal.shows("王长生女")
    terminal.type("   ")
    terminal.shows("已保存102-1李秀英", "已巡3/3")
    terminal.type(CTRL_Z * 3)
    terminal.shows("已巡0/3")
    terminal.quit()
    looks = rows(vault, Round)
    assert [(row["unremarkable"], row["void"]) for row in looks] == [(True, False)] * 3 + [(True, True)] * 3
    (said, taken_back) = rows(vault, Event)
    assert (said["facts"], said["about"]) == ('{"done": ["turning"]}', looks[0]["id"])
    assert (taken_back["void"], taken_back["supersedes"]) == (True, said["id"])


@pytest.fixture
def dosed(vault: Path) -> Path:
    """The same record; each of the three is to take one medicine now."""
    store = open_vault(vault, NUMBER, PASSPHRASE)
    by = staff.by_number(store, NUMBER)
    assert by is not None
    now = store.now()
    with store.reading() as conn:
        people = conn.execute(select(shape_of(Stay).table.c.person_id)).scalars().all()
    for person in people:
        today = house_day(now).isoformat()
        order = NewOrder("", 100, "片", "ST", today, name="降压片", times=times.clock(now), prescriber="孙医生")
        prescribe(store, by.id, person, order)
    store.close()
    return vault


def test_a_dose_given_is_one_key(dosed: Path) -> None:
    """Space, three times: three doses of three people, each with its hour. Ctrl+Z takes the last one back."""
    terminal = Terminal(dosed, NUMBER, PASSPHRASE)
    try:
        terminal.sign_in(place=F6, shows=("[F6给药]", "已发0/3"))
        terminal.type("   ")
        terminal.shows("已发3/3", "已保存102-1李秀英降压片已服")
        terminal.type(CTRL_Z)
        terminal.shows("已发2/3")
        terminal.quit()
    finally:
        terminal.child.close(force=True)
    doses = rows(dosed, Dose)
    assert [(row["result"], row["void"]) for row in doses] == [("given", False)] * 3 + [("given", True)]
    assert doses[3]["supersedes"] == doses[2]["id"]


CTRL_N, CTRL_O, DOWN = "\x0e", "\x0f", "\x1b[B"


def test_a_barthel_is_one_key_to_open_ten_digits_and_one_key_to_save(terminal: Terminal, vault: Path) -> None:
    """All at once, faster than the form opens: Enter on the scale, an answer a digit, Enter. On paper ten crosses."""
    keys = [ENTER, *"1212223332", ENTER]
    assert len(keys) == 12
    terminal.shows("王长生女")
    terminal.type(CTRL_O)
    terminal.shows("[1概览]")
    terminal.type("4")
    terminal.shows("[4评估]", "还没有评估过")
    terminal.type(CTRL_N)
    terminal.shows("用哪个量表评")
    while ">Barthel" not in terminal.text:
        before = terminal.text
        terminal.type(DOWN)
        terminal.until(lambda before=before: terminal.text != before)  # type: ignore[misc]
    terminal.type("".join(keys))
    terminal.shows("评估已保存。", "45分中度依赖")
    terminal.quit()
    (done,) = rows(vault, Assessment)
    assert (done["scale"], done["total"], done["grade"]) == ("barthel", 45, "moderate")
