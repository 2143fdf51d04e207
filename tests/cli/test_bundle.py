"""Bundles on a stick, as a person or a job carries them: real processes, real files, sentences for people."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.keys import FLOOR
from db.store import Store
from db.vault import open_vault
from sync import parcel
from sync.county.admin import new_code
from sync.county.settings import Settings
from sync.enrol import join
from sync.link import Folder
from sync.sticks.unbundle import bundles_of
from tests.cli.conftest import NUMBER, PAIR, PASSPHRASE, entries_of, refused, untouched, yiyang

PARTNER = "0002"


@pytest.fixture
def partner(enrolled: Path, county: Settings, address: str, tmp_path: Path) -> Path:
    """A second laptop of the pair that has pulled nothing."""
    assert Folder(enrolled).enrolled, "the first laptop makes the pair"
    path = tmp_path / "partner" / "record.db"
    path.parent.mkdir()
    code = new_code(county, PAIR)
    join(path, address, code, number=PARTNER, passphrase=PASSPHRASE, laptop="二号", cost=FLOOR).close()
    return path


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    """An empty stick."""
    place = tmp_path / "usb"
    place.mkdir()
    return place


@pytest.fixture
def people_at() -> Iterator[Callable[[Path, str], int]]:
    """How many entries of others a laptop holds."""
    from sqlalchemy import func, select

    from db.local import BATCH

    stores: list[Store] = []

    def count(path: Path, number: str) -> int:
        store = open_vault(path, number, PASSPHRASE)
        stores.append(store)
        with store.reading() as conn:
            others = select(func.coalesce(func.sum(BATCH.c.last - BATCH.c.first + 1), 0))
            return int(conn.execute(others.where(BATCH.c.device_id != store.device_id)).scalar_one())

    yield count
    for each in stores:
        each.close()


def test_a_stick_carries_the_record_to_the_partner_and_says_so(
    enrolled: Path, partner: Path, usb: Path, secret: Path, people_at: Callable[[Path, str], int]
) -> None:
    # The partner's own stick first: it brings the list of devices on which the partner stands.
    hello = yiyang("bundle", "export", str(usb), "--number", PARTNER, "--passphrase-file", str(secret), vault=partner)
    assert hello.code == 0, hello.err
    met = yiyang(
        "bundle", "import", str(usb), "--number", NUMBER, "--passphrase-file", str(secret), "--json", vault=enrolled
    )
    assert met.code == 0, met.err
    assert met.json()["files"][0]["statements"] == 1
    done = yiyang("bundle", "export", str(usb), "--number", NUMBER, "--passphrase-file", str(secret), vault=enrolled)
    assert done.code == 0, done.err
    assert "现在可以安全拔出U盘" in done.out
    taken = yiyang("bundle", "import", str(usb), "--number", PARTNER, "--passphrase-file", str(secret), vault=partner)
    assert taken.code == 0, taken.err
    assert "并入记录" in taken.out
    assert people_at(partner, PARTNER) == entries_of(enrolled) > 0


def test_without_a_passphrase_the_sealed_outbox_travels_and_waits_for_the_opening(
    enrolled: Path, partner: Path, usb: Path
) -> None:
    from sync.statements import keep, known

    keep(Folder(enrolled), known(Folder(partner)))
    sealed_before = untouched(enrolled)
    written = yiyang("bundle", "export", str(usb), "--sealed", "--json", vault=enrolled).json()
    [file] = written["files"]
    assert written["batches"] == len(parcel.names(Folder(enrolled).outbox)) > 0
    assert untouched(enrolled) == sealed_before
    taken = yiyang("bundle", "import", str(usb), "--sealed", vault=partner)
    assert (taken.code, "下次打开应用时并入" in taken.out) == (0, True)
    assert len(parcel.names(bundles_of(Folder(partner)))) == 1
    assert Path(file).exists()


def test_what_is_wrong_with_a_stick_is_said_in_one_sentence(enrolled: Path, usb: Path) -> None:
    refused(80, "bundle", "import", str(usb), "--sealed", zh="没有医养的数据包", en="no Yiyang bundle", vault=enrolled)
    refused(
        80, "bundle", "export", str(usb / "gone" / "x"), "--sealed", zh="U盘插好没有", en="plugged in", vault=enrolled
    )
    refused(85, "bundle", "export", "/proc/self", "--sealed", zh="U盘装不下", en="does not fit", vault=enrolled)
    yiyang("bundle", "export", str(usb), "--sealed", vault=enrolled)
    [whole] = usb.iterdir()
    whole.write_bytes(whole.read_bytes()[:-1000])
    before = untouched(enrolled)
    refused(81, "bundle", "import", str(usb), "--sealed", zh="没有拷完整", en="not copied whole", vault=enrolled)
    stranger = usb / whole.name.replace(whole.name.split("-")[1], "0" * 8)
    shutil.move(whole, stranger)
    refused(82, "bundle", "import", str(usb), "--sealed", zh="不是给这台电脑的", en="is not for this", vault=enrolled)
    assert untouched(enrolled) == before


def test_a_laptop_without_a_county_is_told_before_any_passphrase(vault: Path, usb: Path) -> None:
    for act in ("export", "import"):
        refused(30, "bundle", act, str(usb), zh="还没有接上县级", en="no county yet", vault=vault)


def test_a_folder_tells_of_each_file_and_ends_with_the_code_of_what_failed(enrolled: Path, usb: Path) -> None:
    yiyang("bundle", "export", str(usb), "--sealed", vault=enrolled)
    [whole] = usb.iterdir()
    spoiled = usb / whole.name.replace(whole.stem[-16:], "0" * 16)
    shutil.copy(whole, spoiled)
    ended = yiyang("bundle", "import", str(usb), "--sealed", "--json", vault=enrolled)
    assert ended.code == ended.json()["exit"] == 81
    outcomes = {each["file"]: each["outcome"] for each in ended.json()["files"]}
    assert outcomes == {whole.name: "done", spoiled.name: "bundle_cut"}
    assert json.dumps(outcomes)
