"""The folder beside the record is torn, damaged or gone: nothing is lost; what cannot be mended is one clear error."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import exchange, session
from sync.errors import LinkDamaged, NotEnrolled
from sync.link import Folder, News, Run
from sync.proof.standing import standing
from tests.sync.worlds import World, look

A, B, C = (bytes([n]) * 32 for n in (1, 2, 3))


@pytest.mark.parametrize("file", ["news.json", "graph"])
@pytest.mark.parametrize("damage", ["gone", "empty", "torn", "zeros", "noise"])
def test_a_lost_file_costs_nothing_and_is_told_anew(world: World, file: str, damage: str) -> None:
    home, clinic = world.start(), world.start("clinic")
    seen = look(clinic)
    with world.serving():
        session.sync(home)
        session.sync(clinic)
        done = {seen, look(home)}
        session.settle(home)
        path = world.folder().path / file
        whole = path.read_bytes()
        path.unlink()
        if damage != "gone":
            path.write_bytes(
                {
                    "empty": b"",
                    "torn": whole[: len(whole) // 2],
                    "zeros": bytes(len(whole)),
                    "noise": bytes(n * 7 % 256 for n in range(len(whole))),
                }[damage]
            )
        numbers = standing(home)
        assert numbers.unsent >= 1
        # At night, with the record closed, and by day.
        exchange.run(world.folder())
        session.sync(home)
        assert standing(home).unsent == 0
        assert standing(home).agrees is True
        assert world.at_county(home) == done
        assert session.sync(home).outcome.requests == 1


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * (5 << 20),
        {"county_public": "00"},
        {"county_public": "11" * 32},
        {"transport_key": "zz"},
        {"transport_key": 7},
        {"directory": "x"},
        {"county_recipient": "age1nobody"},
        {"pair_id": "00" * 16},
        {"device_id": None},
    ],
    ids=repr,
)
def test_a_damaged_link_is_one_clear_error(world: World, damage: bytes | dict[str, object]) -> None:
    home = world.start()
    look(home)
    path = world.folder().path / "link.json"
    said = json.loads(path.read_bytes())
    path.write_bytes(damage if isinstance(damage, bytes) else json.dumps(said | damage).encode())
    for act in (lambda: session.sync(home), lambda: exchange.run(world.folder()), world.folder().link):
        with pytest.raises(LinkDamaged):
            act()
    assert standing(home).unsent == standing(home).total


def test_a_link_that_was_never_there(tmp_path: Path) -> None:
    with pytest.raises(NotEnrolled):
        Folder(tmp_path / "yiyang.db").link()
    with pytest.raises(NotEnrolled):
        exchange.run(Folder(tmp_path / "yiyang.db"))


def test_a_link_that_leads_nowhere(world: World) -> None:
    home = world.start()
    look(home)
    for url in ("", "http://[", "nowhere", "file:///etc/passwd"):
        world.point("home", "http://x")
        said = json.loads((world.folder().path / "link.json").read_bytes())
        (world.folder().path / "link.json").write_text(json.dumps(said | {"url": url}))
        with pytest.raises(Exception, match="county_unreachable"):
            session.sync(home)
    assert standing(home).unsent == 1


def test_news_of_an_older_or_newer_program_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "yiyang.db")
    news = News(runs=(Run(at=7, outcome="done", sent=3),), county_heads=(A,))
    folder.save_news(news)
    path = folder.path / "news.json"
    said = json.loads(path.read_bytes())
    said["runs"][0]["colour"] = "red"
    del said["runs"][0]["seconds"]
    del said["best"]
    path.write_text(json.dumps(said | {"weather": "fine"}))
    assert folder.news() == news
    damages: list[dict[str, object]] = [
        {"runs": 3},
        {"runs": [3]},
        {"runs": [{}]},
        {"refused": [[1]]},
        {"county_heads": ["zz"]},
    ]
    for broken in damages:
        path.write_text(json.dumps(said | broken))
        assert folder.news() == News()


def test_news_keep_the_last_runs_only(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "yiyang.db")
    folder.save_news(News(runs=tuple(Run(at=n, outcome="done") for n in range(300))))
    assert [run.at for run in folder.news().runs] == list(range(200, 300))


# --- the graph ----------------------------------------------------------------------------------


def test_a_torn_line_is_passed_over_and_does_not_swallow_the_next(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "yiyang.db")
    folder.write_graph({A: ()})
    path = folder.path / "graph"
    with path.open("ab") as file:
        file.write(f"{B.hex()} {A.hex()[:10]}".encode())
    folder.write_graph({A: (), B: (A,), C: (B,)})
    assert folder.graph() == {A: (), B: (A,), C: (B,)}


@pytest.mark.parametrize(
    "lines",
    [
        [f"{A.hex()} {B.hex()} .", f"{B.hex()} {A.hex()} ."],
        [f"{A.hex()} {A.hex()} ."],
        [f"{A.hex()} {C.hex()} ."],
        ["."],
        [f"{A.hex()} ."],
        [f"{'AB' * 32} ."],
        ["\x00" * 4000],
    ],
    ids=["a circle", "its own parent", "a wrong parent", "a dot", "no parent", "capitals", "zeros"],
)
def test_a_graph_that_no_vault_wrote_is_mended_from_the_vault(tmp_path: Path, lines: list[str]) -> None:
    folder = Folder(tmp_path / "yiyang.db")
    folder.make()
    (folder.path / "graph").write_text("\n".join(lines) + "\n")
    assert isinstance(folder.graph(), dict)
    nodes: dict[bytes, tuple[bytes, ...]] = {A: (), B: (A,)}
    folder.write_graph(nodes)
    assert folder.graph() == nodes


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 600), noise=st.binary(max_size=40), at=st.integers(0, 600))
def test_whatever_happened_to_the_file_the_vault_makes_it_right(
    tmp_path: Path, cut: int, noise: bytes, at: int
) -> None:
    folder = Folder(tmp_path / "yiyang.db")
    nodes: dict[bytes, tuple[bytes, ...]] = {A: (), B: (A,), C: (A, B)}
    folder.write_graph(nodes)
    path = folder.path / "graph"
    whole = path.read_bytes()
    path.write_bytes(whole[: min(at, cut)] + noise + whole[min(at, cut) : cut])
    folder.write_graph(nodes)
    assert folder.graph() == nodes


def test_the_folder_is_private(world: World) -> None:
    folder = world.folder()
    if os.name == "posix":
        assert [path.stat().st_mode & 0o077 for path in (folder.path, folder.path / "link.json")] == [0, 0]
