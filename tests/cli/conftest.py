"""The program as a person or a timer runs it: a real process, a real encrypted record, a real county."""

import atexit
import json
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from care.setup import House, found
from care.staff import set_pin
from db.keys import FLOOR, envelope_path
from db.store import Store
from db.vault import create_vault, open_vault
from sync.county.admin import init as make_county
from sync.county.admin import new_code
from sync.county.serving import running
from sync.county.settings import Settings
from sync.enrol import enrol
from sync.link import Folder
from sync.proof.rebuild import differences
from sync.proof.standing import standing
from tests.cli.warm import Warm

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "0001"
PASSPHRASE = "槐花五月开满小院"
PAIR = "青山镇两院"
HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one JSON document on standard output."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        return json.loads(lines[0])

    def sentence(self) -> str:
        """What was said on the error channel; never a traceback, never a file of the program."""
        assert "Traceback" not in self.out + self.err
        assert ".py" not in self.err
        return self.err.strip()


def environment(**more: str) -> dict[str, str]:
    """What a child process is given. It keeps compiled files, as an installed program does: each start costs half."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "YIYANG_PASSPHRASE_MS": "1", **more}


@cache
def _warm() -> Warm:
    made = Warm(environment())
    atexit.register(made.close)
    return made


def yiyang(*words: str, vault: Path | None = None, typed: str = "", lang: str = "zh", **env: str) -> Ended:
    """Run the program to its end, without a terminal."""
    given = environment(YIYANG_LANG=lang, **({"YIYANG_VAULT": str(vault)} if vault else {}), **env)
    code, out, err = _warm().run(words, given, typed.encode(), patience_s=120)
    return Ended(code, out.decode(), err.decode())


def refused(code: int, *words: str, zh: str, en: str, vault: Path | None = None, typed: str = "") -> None:
    """The program says no in both languages: this exit code, one sentence with these words, no output.

    "One sentence" is one line.
    """
    for lang, expected in (("zh", zh), ("en", en)):
        ended = yiyang(*words, vault=vault, typed=typed, lang=lang)
        said = ended.sentence()
        assert (ended.code, ended.out) == (code, ""), (ended.code, ended.out, said)
        assert expected in said
        assert len(said.splitlines()) == 1
        assert bool(HAN.search(said)) == (lang == "zh"), said


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded record, closed; copied for each test."""
    path = tmp_path_factory.mktemp("made") / "record.db"
    store = create_vault(path, NUMBER, PASSPHRASE, cost=FLOOR)
    house = House(PAIR, "青山镇", "", "青山镇卫生院", "青山镇福利院", 2, 3, 2, 1, 2)
    set_pin(store, found(store, house, number=NUMBER, name="王芳", role="director"), "2580")
    store.close()
    return path


@pytest.fixture
def vault(made_once: Path, tmp_path: Path) -> Path:
    """A founded record of this test's own."""
    path = tmp_path / "laptop" / "record.db"
    path.parent.mkdir()
    for part in (made_once, envelope_path(made_once)):
        shutil.copy2(part, path.parent / part.name)
    return path


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file with the passphrase."""
    path = tmp_path / "passphrase.txt"
    path.write_text(PASSPHRASE + "\n", encoding="utf-8")
    return path


@pytest.fixture
def opened(vault: Path) -> Iterator[Callable[[], Store]]:
    """Open the record again, as a start of the program does; closed at the end of the test."""
    stores: list[Store] = []

    def again() -> Store:
        stores.append(open_vault(vault, NUMBER, PASSPHRASE))
        return stores[-1]

    yield again
    for each in stores:
        each.close()


@pytest.fixture(scope="session")
def county_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a county that nobody has enrolled with; copied for each test."""
    return make_county(tmp_path_factory.mktemp("county") / "county", "青山县").folder


@pytest.fixture
def county(county_once: Path, tmp_path: Path) -> Settings:
    """A county of this test's own, on its embedded database."""
    from sync.county.settings import load

    folder = tmp_path / "county"
    shutil.copytree(county_once, folder)
    return load(folder)


@pytest.fixture
def address(county: Settings) -> Iterator[str]:
    """The same county, serving on a real socket."""
    with running(county) as url:
        yield url


@pytest.fixture
def enrolled(vault: Path, county: Settings, address: str) -> Path:
    """A record that is enrolled and has its day sealed in the outbox."""
    from sync.session import settle

    store = open_vault(vault, NUMBER, PASSPHRASE)
    enrol(store, address, new_code(county, PAIR), pair_name=PAIR, laptop="一号")
    settle(store)
    store.close()
    return vault


def contents(path: Path) -> dict[str, bytes]:
    """Every file under a folder, to show that nothing was lost or left behind."""
    return {str(each.relative_to(path)): each.read_bytes() for each in sorted(path.rglob("*")) if each.is_file()}


def point(vault: Path, url: str) -> None:
    """Let the laptop look for its county elsewhere."""
    path = Folder(vault).path / "link.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(said | {"url": url}), encoding="utf-8")


def closed_port() -> int:
    """A port of this machine at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def entries_of(vault: Path) -> int:
    """How many entries the laptop holds of its own; the record is whole, and equal to its rebuild."""
    store = open_vault(vault, NUMBER, PASSPHRASE)
    try:
        assert differences(store) == {}
        return standing(store).total
    finally:
        store.close()


def untouched(vault: Path) -> dict[str, bytes]:
    """What must not be lost: the record, its keys, and what waits to be sent."""
    kept = {name: body for name, body in contents(vault.parent).items() if not name.endswith(("news.json", "lock"))}
    assert any(name.endswith(".age") for name in kept)
    return kept
